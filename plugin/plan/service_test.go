package plan

import (
	"errors"
	"slices"
	"testing"
)

func TestStartsAndConflictsSayWhichServiceTheyAreAbout(t *testing.T) {
	want := Want{Services: []string{"web"}, Containers: []Container{{Name: "p_web_1", Service: "web", Number: 1, Image: "i"}}}
	p, err := Make(Goal{}, want, Have{Images: map[string]string{"i": "id"}})
	if err != nil {
		t.Fatal(err)
	}
	of := slices.IndexFunc(p.Steps, func(s Step) bool { a, is := s.Action.(StartContainer); return is && a.Service == "web" })
	if of < 0 {
		t.Errorf("no start of web:\n%s", p)
	}
	var taken *Conflict
	if _, err := Make(Goal{}, want, Have{Externals: []External{{Name: "p_web_1"}}}); !errors.As(err, &taken) || taken.Service != "web" {
		t.Errorf("got %v", err)
	}
}

func TestOrphansAreMentionedUnlessThatIsNotWanted(t *testing.T) {
	have := Have{Containers: []HaveContainer{{Name: "p_old_1", ID: "id", Service: "old", Number: 1, State: StateRunning}}}
	for _, unsaid := range []bool{false, true} {
		p, err := Make(Goal{OrphansUnsaid: unsaid}, Want{}, have)
		if err != nil {
			t.Fatal(err)
		}
		if said := slices.Contains(p.Notes, LeftAlone([]string{"p_old_1"})); said == unsaid || len(p.Steps) > 0 {
			t.Errorf("unsaid %v: notes %q, steps %v", unsaid, p.Notes, p.Steps)
		}
	}
}

// TestANameThatAContainerOfTheStackKeepsIsAConflict has names that no step frees:
// found out only by the engine, others would have been stopped by then.
func TestANameThatAContainerOfTheStackKeepsIsAConflict(t *testing.T) {
	named := func(name, service string) Container {
		return with(container(name), func(c *Container) { c.Service = service })
	}
	orphan := unchanged(running("p_db_1"))
	orphan.Service = "db"
	old := legacy("p_db_1")
	old.Service = "db"
	for what, c := range map[string]struct {
		goal Goal
		want Want
		have Have
		of   string
	}{
		"an orphan":                     {Goal{}, wanted(named("p_db_1", "store")), present(orphan), "db"},
		"an orphan that is taken away":  {Goal{Orphans: true}, wanted(named("p_db_1", "store")), present(orphan), ""},
		"another tool's, not asked for": {Goal{Services: []string{"store"}}, wanted(named("p_db_1", "store"), named("p_other_1", "db")), present(old), "db"},
		"one that is replaced":          {Goal{}, wanted(named("p_db_1", "store"), changed(named("p_other_1", "db"))), present(orphan), ""},
		"one that is renamed":           {Goal{}, wanted(named("p_db_1", "store"), named("p_other_1", "db")), present(orphan), ""},
		"one that is being removed":     {Goal{}, wanted(named("p_db_1", "store")), present(stateOf(orphan, StateRemoving)), ""},
	} {
		_, err := Make(c.goal, c.want, c.have)
		var taken *Conflict
		if errors.As(err, &taken); c.of == "" && err != nil || c.of != "" && (taken == nil || taken.Of != c.of || taken.Service != "store") {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
