package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withOneOff is a stack whose service db has a one-off container in a state, and a
// network that was made between the two.
func withOneOff(state State) Have {
	on := func(names ...string) map[string]string {
		m := map[string]string{}
		for _, n := range names {
			m[n] = "id of " + n
		}
		return m
	}
	have := Have{
		Images: map[string]string{"x": "1"},
		Networks: []HaveNetwork{
			{Name: "p_default", ID: "id of p_default", Settings: "apart", Wiring: map[string]string{"db": ""}, Size: 13},
			{Name: "p_run.db", ID: "id of p_run.db", Settings: "one-off", For: "p_db_run_1"},
		},
		Containers: []HaveContainer{
			{ID: "1", Name: "p_db_1", Service: "db", Number: 1, Image: "x", ImageID: "1", State: StateRunning, Attached: on("p_default", "p_run.db")},
		},
	}
	if state != "" {
		have.Containers = append(have.Containers,
			HaveContainer{ID: "2", Name: "p_db_run_1", Service: "db", OneOff: true, Image: "x", ImageID: "1", State: state, Attached: on("p_run.db")})
	}
	return have
}

func oneService() Want {
	return Want{
		Project: "p", Services: []string{"db"}, Images: []Image{{Ref: "x"}},
		Networks:   []Network{{Name: "p_default", Settings: "apart", Wiring: map[string]string{"db": ""}, Size: 1}},
		Containers: []Container{{Name: "p_db_1", Service: "db", Number: 1, Image: "x", Attach: []string{"p_default"}}},
	}
}

func TestANetworkForAOneOffContainerIsRemovedWithIt(t *testing.T) {
	const gone = `
  1 disconnect p_db_1 from p_run.db: what it was made for is over
  2 remove network p_run.db: what it was made for is over [1]
`
	const over = `
  1 disconnect p_db_1 from p_run.db: what it was made for is over
  2 disconnect p_db_run_1 from p_run.db: what it was made for is over
  3 remove network p_run.db: what it was made for is over [1 2]
`
	for state, want := range map[State]string{StateRunning: "\n", StateCreated: "\n", StatePaused: "\n", StateExited: over, "": gone} {
		have := withOneOff(state)
		if diff := cmp.Diff(want, "\n"+sound(t, OneOffNetworks(have)).String()); diff != "" {
			t.Errorf("by itself, %q: %s", state, diff)
		}
		p := planned(t, Goal{}, oneService(), have)
		if diff := cmp.Diff(want, "\n"+p.String()); diff != "" {
			t.Errorf("with up, %q: %s", state, diff)
		}
	}
}

func TestRmAndDownTakeTheNetworkOfAOneOffContainer(t *testing.T) {
	for _, test := range []struct {
		goal Goal
		want string
	}{
		{Goal{State: Removed}, `
  1 remove container p_db_run_1: asked for
  2 disconnect p_db_1 from p_run.db: what it was made for is over
  3 remove network p_run.db: what it was made for is over [1 2]
`},
		{Goal{State: Absent}, `
  1 stop container p_db_1: asked for
  2 remove container p_db_1: asked for [1]
  3 remove container p_db_run_1: asked for
  4 remove network p_default: asked for [2]
  5 remove network p_run.db: asked for [2 3]
`},
	} {
		p := planned(t, test.goal, Want{}, withOneOff(StateExited))
		if diff := cmp.Diff(test.want, "\n"+p.String()); diff != "" {
			t.Errorf("%+v: %s", test.goal, diff)
		}
	}
}

func TestAOneOffContainerIsMadeAndNotStarted(t *testing.T) {
	want := oneService()
	want.Containers = append(want.Containers, Container{
		Name: "p_db_run_2", Service: "db", Image: "x", Attach: []string{"p_default"}, OneOff: true,
	})
	p := planned(t, Goal{Services: []string{}, Recreate: Never}, want, withOneOff(StateRunning))
	if diff := cmp.Diff("\n  1 create container p_db_run_2: asked for\n", "\n"+p.String()); diff != "" {
		t.Error(diff)
	}
}
