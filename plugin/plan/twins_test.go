package plan

import "testing"

// TestOfTwoNetworksOfOneNameOneIsRemovedFirst has what a killed run leaves where the
// next one made the same network at the same moment.
func TestOfTwoNetworksOfOneNameOneIsRemovedFirst(t *testing.T) {
	twin := func(h *Have) {
		second := h.Networks[0]
		second.ID = "second"
		h.Networks = append(h.Networks, second)
	}
	for what, c := range map[string]struct {
		have Have
		keep string
	}{
		"nothing is attached": {with(present(unchanged(running("db_1"))), func(h *Have) { h.Networks = []HaveNetwork{network("n")}; twin(h) }), "id of n"},
		"the first is used":   {with(present(unchanged(running("db_1", "n"))), twin), "id of n"},
		"the second is used": {with(present(unchanged(running("db_1", "n"))), func(h *Have) {
			twin(h)
			h.Containers[0].Attached["n"] = "second"
		}), "second"},
		"an external uses the second": {with(present(unchanged(running("db_1"))), func(h *Have) {
			h.Networks = []HaveNetwork{network("n")}
			twin(h)
			h.Externals = []External{external("x_1", "n")}
			h.Externals[0].Attached["n"] = "second"
		}), "second"},
	} {
		p := planned(t, Goal{}, wanted(container("db_1", "n"), container("web_1", "n")), c.have)
		removed := -1
		for i, s := range p.Steps {
			switch a := s.Action.(type) {
			case RemoveNetwork:
				if removed >= 0 || a.ID == c.keep {
					t.Errorf("%s: %s", what, p)
				}
				removed = i
			case Connect, StartContainer:
				if removed < 0 {
					t.Errorf("%s: step %d comes first:\n%s", what, i+1, p)
				}
			}
		}
		if removed < 0 {
			t.Errorf("%s: both stay:\n%s", what, p)
		}
	}
}
