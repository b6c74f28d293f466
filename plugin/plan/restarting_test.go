package plan

import (
	"slices"
	"strings"
	"testing"
)

// TestAContainerThatRestartsIsStoppedToBeRelinked: the engine refuses to detach it
// while it waits for its next start.
func TestAContainerThatRestartsIsStoppedToBeRelinked(t *testing.T) {
	for _, target := range []Target{UpAndRunning, CreatedOnly} {
		w := with(container("p_web_1"), func(c *Container) { c.Attach = []string{"p_new"} })
		h := stateOf(unchanged(running("p_web_1")), StateRestarting)
		h.Attached = map[string]string{"p_old": "id-old"}
		want, have := wanted(w), present(h)
		want.Networks = []Network{{Name: "p_new"}}
		have.Networks = []HaveNetwork{{Name: "p_old", ID: "id-old"}}
		p := planned(t, Goal{State: target}, want, have)
		at := func(words string) int {
			return slices.IndexFunc(p.Steps, func(s Step) bool { return strings.HasPrefix(s.Action.Words(), words) })
		}
		stop, start := at("stop container"), at("start container")
		for _, of := range []int{at("disconnect"), at("connect")} {
			if stop < 0 || start < 0 || of < 0 || !slices.Contains(p.Steps[of].After, stop) || !slices.Contains(p.Steps[start].After, of) {
				t.Fatalf("it is not stopped before and started after:\n%s", p)
			}
		}

		have.Containers[0].State = StateRunning
		if p = planned(t, Goal{State: target}, want, have); at("stop container") >= 0 || at("disconnect") < 0 {
			t.Errorf("one that runs is to run on:\n%s", p)
		}
	}
}

func TestAContainerThatRestartsGoesOnWhereNothingOfItsNetworksChanges(t *testing.T) {
	h := stateOf(unchanged(running("p_web_1")), StateRestarting)
	if p := planned(t, Goal{}, wanted(container("p_web_1")), present(h)); !p.Empty() {
		t.Errorf("got\n%s", p)
	}
}
