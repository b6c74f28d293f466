package desired

import (
	"slices"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestOnlyWhoMayHaveOutlastedWhatItIsRestartedAfterIsAskedFor(t *testing.T) {
	web := &compose.Service{Name: "web", Spec: &compose.ServiceSpec{DependsOn: []compose.Dependency{{Service: "db", Restart: true}}}}
	plain := &compose.Service{Name: "web", Spec: &compose.ServiceSpec{DependsOn: []compose.Dependency{{Service: "db"}}}}
	for name, c := range map[string]struct {
		web   *compose.Service
		state plan.State
		made  []int64 // web, db 1, db 2
		want  []string
	}{
		"older than both":            {web, plan.StateRunning, []int64{1, 2, 3}, []string{"web", "db1", "db2"}},
		"older than one":             {web, plan.StateRunning, []int64{2, 1, 3}, []string{"web", "db1", "db2"}},
		"of the same second":         {web, plan.StateRunning, []int64{2, 2, 1}, []string{"web", "db1", "db2"}},
		"newer":                      {web, plan.StateRunning, []int64{3, 2, 1}, nil},
		"stopped":                    {web, plan.StateExited, []int64{1, 2, 3}, nil},
		"it does not say to restart": {plain, plan.StateRunning, []int64{1, 2, 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := &compose.Project{Name: "demo", Format: compose.Spec, Services: []*compose.Service{c.web, {Name: "db"}, {Name: "other"}}}
			s := &observed.Snapshot{}
			for i, id := range []string{"web", "db1", "db2", "other", "once"} {
				o := observed.Container{ID: id, Name: id, Project: "demo", Service: id, State: plan.StateRunning, OneOff: id == "once"}
				switch id {
				case "web":
					o.State = c.state
				case "db1", "db2", "once":
					o.Service = "db"
				}
				if i < len(c.made) {
					o.Created = time.Unix(c.made[i], 0)
				} else {
					o.Created = time.Unix(9, 0)
				}
				s.Containers = append(s.Containers, o)
			}
			var got []string
			for _, o := range Outlasting(s, p) {
				got = append(got, o.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
