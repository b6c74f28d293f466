package plan

import (
	"slices"
	"testing"
)

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

// TestOfTwoNetworksThatAreUsedOneTakesAllIn has containers on both of two networks of
// one name. No step may use the name while both are there.
func TestOfTwoNetworksThatAreUsedOneTakesAllIn(t *testing.T) {
	want := wanted(container("db_1", "n"), container("web_1", "n"), container("app_1", "n"))
	twins := func(change ...func(*Have)) Have {
		h := present(unchanged(running("db_1", "n")), unchanged(running("web_1", "n")), unchanged(running("app_1", "n")))
		h.Networks = []HaveNetwork{network("n"), network("n")}
		h.Networks[1].ID = "second"
		h.Containers[2].Attached["n"] = "second"
		for _, f := range change {
			f(&h)
		}
		return h
	}
	for what, c := range map[string]struct {
		goal  Goal
		have  Have
		moved []string
	}{
		"a replica":           {Goal{}, twins(), []string{"app_1"}},
		"all are replaced":    {Goal{Recreate: Always}, twins(), []string{"app_1"}},
		"the others stopped":  {Goal{}, twins(func(h *Have) { h.Containers[0].State = StateExited }), []string{"app_1"}},
		"one that is no more": {Goal{Orphans: true}, twins(func(h *Have) { h.Containers[2].Service = "old" }), []string{"app_1"}},
		"a one-off": {Goal{}, twins(func(h *Have) {
			h.Containers[2].OneOff, h.Containers[2].Name = true, "run_1"
		}), []string{"run_1"}},
		"the network is replaced": {Goal{}, twins(func(h *Have) { h.Networks[0].Settings = "old" }), []string{"app_1"}},
		"an external": {Goal{}, twins(func(h *Have) {
			h.Containers[2].Attached["n"] = h.Networks[0].ID
			h.Externals = []External{external("x_1", "n")}
			h.Externals[0].Attached["n"] = "second"
			h.Networks[1].Externals = []string{"x_1"}
		}), []string{"x_1"}},
	} {
		t.Run(what, func(t *testing.T) {
			p := planned(t, c.goal, want, c.have)
			removed := -1
			for i, s := range p.Steps {
				if a, is := s.Action.(RemoveNetwork); is && a.ID == "second" {
					removed = i
				}
			}
			if removed < 0 {
				t.Fatalf("both stay:\n%s", p)
			}
			var detached []string
			for i, s := range p.Steps {
				switch a := s.Action.(type) {
				case Disconnect:
					if a.ID == "" {
						t.Errorf("step %d goes by the name:\n%s", i+1, p)
					}
					if a.ID == "second" {
						detached = append(detached, a.Name)
						if !comesAfter(p, removed, i) {
							t.Errorf("step %d may come too late:\n%s", i+1, p)
						}
					}
				case Connect, CreateNetwork:
					if !comesAfter(p, i, removed) {
						t.Errorf("step %d may come while there are two:\n%s", i+1, p)
					}
				}
			}
			if !slices.Equal(detached, c.moved) {
				t.Errorf("detached %v, want %v:\n%s", detached, c.moved, p)
			}
		})
	}
}

// comesAfter reports whether a step waits for another, maybe through others.
func comesAfter(p *Plan, step, other int) bool {
	return slices.ContainsFunc(p.Steps[step].After, func(n int) bool { return n == other || comesAfter(p, n, other) })
}

// TestATwinThatOthersUseStays has a container of somebody else's on the second network.
func TestATwinThatOthersUseStays(t *testing.T) {
	h := present(unchanged(running("db_1", "n")))
	h.Networks = []HaveNetwork{network("n"), network("n")}
	h.Networks[1].ID = "second"
	h.Externals = []External{external("x_1", "n"), external("y_1", "n")}
	h.Externals[0].Attached["n"] = "second"
	for _, s := range planned(t, Goal{}, wanted(container("db_1", "n")), h).Steps {
		if a, is := s.Action.(RemoveNetwork); is {
			t.Errorf("%s is removed", a.ID)
		}
		if a, is := s.Action.(Disconnect); is && a.Name != "db_1" {
			t.Errorf("%s is detached", a.Name)
		}
	}
}
