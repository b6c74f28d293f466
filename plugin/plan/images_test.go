package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// baseImages are three images that are built upon one another, one beside, and one
// that is pulled.
func baseImages() Want {
	return Want{Project: "p", Images: []Image{
		{Ref: "p_top", Build: true, From: []string{"p_middle"}},
		{Ref: "p_middle", Build: true, From: []string{"p_base", "redis"}},
		{Ref: "p_base", Build: true},
		{Ref: "p_beside", Build: true},
		{Ref: "redis"},
	}}
}

func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

func TestImagesAreBuiltAfterThoseTheyAreBuiltUpon(t *testing.T) {
	p := sound(t, Builds([]string{"p_top", "p_middle", "p_base", "p_beside"}, baseImages(), Have{Images: map[string]string{"redis": "1"}}))
	want := lines(
		"  1 build image p_base: asked for",
		"  2 build image p_middle: asked for [1]",
		"  3 build image p_top: asked for [2]",
		"  4 build image p_beside: asked for",
	)
	if diff := cmp.Diff(want, p.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAnImageIsBuiltUponIsGotOnlyWhereItIsMissing(t *testing.T) {
	p := sound(t, Builds([]string{"p_top"}, baseImages(), Have{Images: map[string]string{"p_base": "1"}}))
	want := lines(
		"  1 pull image redis: p_middle is built upon it",
		"  2 build image p_middle: p_top is built upon it [1]",
		"  3 build image p_top: asked for [2]",
	)
	if diff := cmp.Diff(want, p.String()); diff != "" {
		t.Error(diff)
	}
}

func TestImagesBuiltUponEachOtherAreStillPlanned(t *testing.T) {
	want := Want{Images: []Image{
		{Ref: "a", Build: true, From: []string{"b"}},
		{Ref: "b", Build: true, From: []string{"a"}},
	}}
	p := sound(t, Builds([]string{"a", "b"}, want, Have{}))
	if diff := cmp.Diff(lines("  1 build image b: asked for", "  2 build image a: asked for [1]"), p.String()); diff != "" {
		t.Error(diff)
	}
}

func TestBuildsThatWaitForTheSameKnowEachOther(t *testing.T) {
	p := sound(t, Builds([]string{"p_top", "p_middle", "p_base", "p_beside"}, baseImages(), Have{Images: map[string]string{"redis": "1"}}))
	got := map[string][]string{}
	for _, s := range p.Steps {
		b := s.Action.(BuildImage)
		for _, other := range b.Together {
			got[b.Image.Ref] = append(got[b.Image.Ref], other.Ref)
		}
	}
	want := map[string][]string{"p_base": {"p_base", "p_beside"}, "p_beside": {"p_base", "p_beside"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// rebuild is a stack of a built and a pulled service, both of which run.
func rebuild() (Want, Have) {
	want := Want{Project: "p", Services: []string{"web", "db"}, Images: []Image{{Ref: "p_web", Build: true}, {Ref: "redis"}},
		Containers: []Container{
			{Name: "p_db_1", Service: "db", Number: 1, Image: "redis"},
			{Name: "p_web_1", Service: "web", Number: 1, Image: "p_web"},
		}}
	have := Have{Images: map[string]string{"p_web": "1", "redis": "2"}, Containers: []HaveContainer{
		{ID: "c1", Name: "p_db_1", Service: "db", Number: 1, ImageID: "2", State: StateRunning},
		{ID: "c2", Name: "p_web_1", Service: "web", Number: 1, ImageID: "1", State: StateRunning},
	}}
	return want, have
}

func TestBuildingAnewWaitsForNothingButItsOwnContainers(t *testing.T) {
	want, have := rebuild()
	have.Containers = nil
	p := planned(t, Goal{Build: true}, want, have)
	diff := cmp.Diff(lines(
		"  1 build image p_web: asked for",
		"  2 create container p_db_1: missing",
		"  3 create container p_web_1: missing [1]",
		"  4 start container p_db_1: made [2]",
		"  5 start container p_web_1: made [3]",
	), p.String())
	if diff != "" {
		t.Error(diff)
	}
}

func TestContainersOfAnImageBuiltAnewAreLeftToTheNextPlan(t *testing.T) {
	want, have := rebuild()
	p := planned(t, Goal{Build: true}, want, have)
	if diff := cmp.Diff(lines("  1 build image p_web: asked for"), p.String()); diff != "" {
		t.Error(diff)
	}

	have.Images["p_web"] = "3"
	p = planned(t, Goal{}, want, have)
	if !strings.Contains(p.String(), "create container p_web_1 as p_web_1.new: newer image p_web") || strings.Contains(p.String(), "p_db_1") {
		t.Errorf("the next plan is\n%s", p)
	}

	have.Images["p_web"] = "1"
	p = planned(t, Goal{}, want, have)
	if !p.Empty() {
		t.Errorf("the same image again changes\n%s", p)
	}
}

func TestOnlyServicesThatAreMeantAreBuiltAnew(t *testing.T) {
	want, have := rebuild()
	p := planned(t, Goal{Build: true, Services: []string{"db"}}, want, have)
	if !p.Empty() {
		t.Errorf("got\n%s", p)
	}
}
