package reach_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/linking/linkingtest"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

func TestWhoUsesTheNetworkOfAReplicaFindsAllOfThem(t *testing.T) {
	s := newStack(t, "1.44", linkingtest.Sketch(t, "web >db\ndb\nside net=@db"))
	s.up(desired.Scale{"db": 2}, "")
	checkAnswers(t, s.view())
}

func TestAOneOffContainerMayAnswerToTheNamesOfItsService(t *testing.T) {
	v := up(t, "web >db\ndb", nil)
	oneOff := plain("p_db_run_1", at(v, "p_db.web", "10.0.0.99"))
	oneOff.Project, oneOff.Service, oneOff.OneOff = "p", "db", true
	oneOff.Endpoints[0].Aliases = []string{"db"}
	v.Snapshot.Containers = append(v.Snapshot.Containers, oneOff)
	if _, got := checked(t, v, reach.Scope{}); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	v.Snapshot.Container("p", "p_db_run_1").Service = "mail"
	if _, got := checked(t, v, reach.Scope{}); !slices.ContainsFunc(got, func(line string) bool {
		return strings.Contains(line, "the name db resolves to 10.0.0.99 (p_db_run_1) too")
	}) {
		t.Errorf("of another service: got %q", got)
	}
}
