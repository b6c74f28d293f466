package plan

import (
	"slices"
	"strings"
	"testing"
)

// named is a container of a service, as it is now, under a name that somebody gave it.
func named(service, name string) HaveContainer {
	h := unchanged(running(service + "_1"))
	h.ID, h.Name = "id-"+service, name
	return h
}

func TestContainersGetTheirNamesBackThatSomebodySwapped(t *testing.T) {
	want := wanted(container("a_1"), container("b_1"), container("c_1"))
	have := present(named("a", "b_1"), named("b", "c_1"), named("c", "a_1"))
	p := planned(t, Goal{}, want, have)
	names := map[string]string{"id-a": "b_1", "id-b": "c_1", "id-c": "a_1"}
	for _, s := range p.Steps {
		a, is := s.Action.(RenameContainer)
		if !is || names[a.Container] != a.From {
			t.Fatalf("%s is no rename from %s:\n%s", a.Words(), names[a.Container], p)
		}
		for id, name := range names {
			if name == a.To {
				t.Fatalf("%s, which %s has:\n%s", a.Words(), id, p)
			}
		}
		names[a.Container] = a.To
	}
	for id, name := range names {
		if name != strings.TrimPrefix(id, "id-")+"_1" {
			t.Errorf("%s ends as %s:\n%s", id, name, p)
		}
	}
	if len(p.Steps) != 4 {
		t.Errorf("got\n%s", p)
	}
}

// TestAContainerThatSomebodyRenamedGoesOnWhereItsNameIsTaken: nothing of what is not the
// stack's is touched, and it serves as well under the other name.
func TestAContainerThatSomebodyRenamedGoesOnWhereItsNameIsTaken(t *testing.T) {
	have := present(named("a", "mine"), named("b", "a_1"))
	have.Externals = []External{{ID: "x", Name: "b_1"}}
	p := planned(t, Goal{}, wanted(container("a_1"), container("b_1")), have)
	if !p.Empty() || len(p.Notes) != 2 || !slices.Contains(p.Notes, "container mine is not renamed to a_1, for another has that name") {
		t.Errorf("got\n%s", p)
	}
}
