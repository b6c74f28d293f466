package plan

import (
	"slices"
	"testing"
)

func TestWhoMayHaveTheDataOfOneThatIsGone(t *testing.T) {
	volume := map[string]string{"/data": "v"}
	user := func(id string, state State, order int) HaveContainer {
		return HaveContainer{ID: id, Name: id, Service: id, Number: 1, Image: "probe", ImageID: "sha256:1", State: state, Order: order, Anonymous: volume}
	}
	want := Want{Containers: []Container{
		{Name: "data", Service: "data", Number: 1, Image: "probe"},
		{Name: "old", Service: "old", Number: 1, Image: "probe", SharesWith: []string{"data"}, VolumesFrom: []string{"data"}},
		{Name: "new", Service: "new", Number: 1, Image: "probe", SharesWith: []string{"data"}, VolumesFrom: []string{"data"}},
		{Name: "up", Service: "up", Number: 1, Image: "probe", SharesWith: []string{"old"}, VolumesFrom: []string{"old"}},
		{Name: "net", Service: "net", Number: 1, Image: "probe", SharesWith: []string{"data"}},
	}}
	once := user("once", StateRunning, 0)
	once.Service, once.OneOff = "old", true
	have := Have{Images: map[string]string{"probe": "sha256:1"}, Containers: []HaveContainer{
		once, user("old", StateExited, 3), user("new", StateExited, 2), user("up", StateRunning, 4), user("net", StateRunning, 1),
	}}
	for name, c := range map[string]struct {
		goal   Goal
		change func(h *Have)
		want   []string
	}{
		"those that run, then the newest, then one-off ones": {want: []string{"up", "new", "old", "once"}},
		"none where new volumes are asked for":               {goal: Goal{FreshData: true}},
		"none where it is there": {change: func(h *Have) {
			h.Containers = append(h.Containers, HaveContainer{ID: "data", Name: "data", Service: "data", Number: 1, State: StateExited})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			have := have
			have.Containers = slices.Clone(have.Containers)
			if c.change != nil {
				c.change(&have)
			}
			p, err := Make(c.goal, want, have)
			if err != nil {
				t.Fatal(err)
			}
			made := -1
			for i, s := range p.Steps {
				switch a := s.Action.(type) {
				case CreateContainer:
					if a.Container.Name != "data" {
						continue
					}
					if made = i; !slices.Equal(a.Holders, c.want) {
						t.Errorf("holders %q, want %q", a.Holders, c.want)
					}
				case RemoveContainer:
					if made < 0 {
						t.Errorf("%s before the new one is made", a.Words())
					}
				}
			}
			if made < 0 {
				t.Error("it is not made")
			}
		})
	}
}
