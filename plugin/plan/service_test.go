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
