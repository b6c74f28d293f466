package reach_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

func TestALeakSaysWhatToType(t *testing.T) {
	for name, c := range map[string]struct {
		change func(v reach.View)
		want   []string
	}{
		"an external container on a network of the project's": {func(v reach.View) {
			v.Snapshot.Containers = append(v.Snapshot.Containers, plain("box", at(v, "p_db.web", "10.0.0.99")))
		}, []string{"docker network disconnect p_db.web box"}},
		"a service on the network of two others": {func(v reach.View) {
			attach(v, "p_cron_1", at(v, "p_db.web", "10.0.0.99"))
		}, []string{"docker network disconnect p_db.web p_cron_1"}},
		"a service that the files had once": {func(v reach.View) {
			mail := plain("p_mail_1", at(v, "p_db.web", "10.0.0.99"))
			mail.Project, mail.Service, mail.Number = "p", "mail", 1
			v.Snapshot.Containers = append(v.Snapshot.Containers, mail)
		}, []string{"docker stop p_mail_1"}},
		"a service on the network of another project": {func(v reach.View) {
			v.Snapshot.Networks = append(v.Snapshot.Networks, observed.Network{ID: "id-q_x", Name: "q_x", Project: "q", Traffic: true})
			box := plain("q_shop_1", on("q_x", "10.1.0.2"))
			box.Project, box.Service = "q", "shop"
			v.Snapshot.Containers = append(v.Snapshot.Containers, box)
			attach(v, "p_cron_1", on("q_x", "10.1.0.3"))
		}, []string{"docker network disconnect q_x p_cron_1"}},
	} {
		for _, files := range []bool{true, false} {
			v := up(t, "web >db\ndb\ncron", nil)
			for i := range v.Snapshot.Networks {
				v.Snapshot.Networks[i].Wiring = map[string]string{"web": "web", "db": "db"}
				if v.Snapshot.Networks[i].Kind == linking.Isolated {
					v.Snapshot.Networks[i].Wiring = map[string]string{"cron": "cron"}
				}
			}
			c.change(v)
			if !files && name != "a service that the files had once" {
				v.File, v.Loaded, v.Topology = reach.Recorded(v.Snapshot, "p"), nil, nil
			}
			check, lines := checked(t, v, reach.Scope{})
			if len(lines) == 0 {
				t.Errorf("%s: no leak", name)
			}
			for _, f := range check.Findings() {
				if f.Verdict == reach.Leaking && !slices.Equal(f.Advice, c.want) {
					t.Errorf("%s: %v, want %q", name, f, c.want)
				}
			}
		}
	}
}

func TestAgainstALeakOfALinkThatIsOverHelpsToApplyTheFiles(t *testing.T) {
	v, now := up(t, "web >db\ndb", nil), up(t, "web\ndb", nil)
	v.File, v.Loaded, v.Topology = now.File, now.Loaded, now.Topology
	_, got := checked(t, v, reach.Scope{})
	if len(got) != 2 || !strings.HasSuffix(got[0], "; to end that: docker stacklite up -d") {
		t.Errorf("got %q", got)
	}
}
