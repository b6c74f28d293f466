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

// pushedStack is web, which is built and pushed, worker of the same image, and db, which
// nodes pull.
func pushedStack() (Want, Have) {
	web := Managed{Name: "p_web", Service: "web", Image: "reg/p_web:latest", Replicas: 1}
	worker := Managed{Name: "p_worker", Service: "worker", Image: "reg/p_web:latest", Replicas: 1}
	db := Managed{Name: "p_db", Service: "db", Image: "redis", Replicas: 1}
	want := Want{
		Project: "p", Services: []string{"web", "worker", "db"}, Managed: []Managed{web, worker, db},
		Images: []Image{{Ref: "p_web", Build: true, As: "reg/p_web:latest", From: []string{"p_base"}}, {Ref: "p_base", Build: true, As: "reg/p_base:latest"}, {Ref: "redis"}},
	}
	have := Have{Images: map[string]string{"p_web": "1", "p_base": "2"}}
	for _, w := range want.Managed {
		have.Managed = append(have.Managed, HaveManaged{ID: w.Service, Name: w.Name, Service: w.Service, Replicas: 1, ImageID: "1", Settled: true})
	}
	return want, have
}

func TestWhatNodesPullIsBuiltAndPushedBeforeServicesAreMadeOfIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		goal  Goal
		edit  func(want *Want, have *Have)
		plan  string
		later string
	}{
		{"nothing is there", Goal{}, func(_ *Want, have *Have) { *have = Have{} }, `
  1 build image p_base: p_web is built upon it
  2 build image p_web: missing [1]
  3 push image p_web as reg/p_web:latest: nodes pull it from there [2]
  4 create service p_web: missing [3]
  5 wait for service p_web: missing [4]
  6 create service p_worker: missing [3]
  7 wait for service p_worker: missing [6]
  8 create service p_db: missing
  9 wait for service p_db: missing [8]
`, ""},
		{"all is there", Goal{}, func(*Want, *Have) {}, "\n", ""},
		{"the image is not here, and runs", Goal{}, func(_ *Want, have *Have) { delete(have.Images, "p_web") }, "\n", ""},
		{"another was built", Goal{Services: []string{"web"}}, func(_ *Want, have *Have) { have.Images["p_web"] = "3" }, `
  1 push image p_web as reg/p_web:latest: nodes pull it from there
  2 update service p_web: newer image p_web [1]
  3 wait for service p_web: newer image p_web [2]
`, ""},
		{"another was built, and services are to be left", Goal{Recreate: Never}, func(_ *Want, have *Have) { have.Images["p_web"] = "3" }, "\n", ""},
		{"one that is not here runs", Goal{Services: []string{"web"}}, func(_ *Want, have *Have) { have.Managed[0].ImageID = "" }, `
  1 push image p_web as reg/p_web:latest: nodes pull it from there
  2 update service p_web: newer image p_web [1]
  3 wait for service p_web: newer image p_web [2]
`, ""},
		{"build anew", Goal{Build: true}, func(_ *Want, have *Have) { have.Managed = have.Managed[1:] }, `
  1 build image p_web: asked for
  2 push image p_web as reg/p_web:latest: nodes pull it from there [1]
  3 create service p_web: missing [2]
  4 wait for service p_web: missing [3]
`, "p_worker"},
		{"build anew and replace", Goal{Build: true, Recreate: Always, Services: []string{"web"}}, func(*Want, *Have) {}, `
  1 build image p_web: asked for
  2 push image p_web as reg/p_web:latest: nodes pull it from there [1]
  3 update service p_web: asked for [2]
  4 wait for service p_web: asked for [3]
`, ""},
		{"more of them", Goal{}, func(want *Want, _ *Have) { want.Managed[0].Replicas = 2 }, `
  1 scale service p_web to 2: 2 replicas, not 1
  2 wait for service p_web: 2 replicas, not 1 [1]
`, ""},
		{"only this engine has it", Goal{Services: []string{"web"}}, func(want *Want, have *Have) {
			want.Images[0].As, want.Managed[0].Image, want.Managed[0].Here = "", "p_web", true
			*have = Have{Images: map[string]string{"p_base": "2"}}
		}, `
  1 build image p_web: missing
  2 create service p_web: missing [1]
  3 wait for service p_web: missing [2]
`, ""},
		{"it is called after the registry by itself", Goal{Services: []string{"web"}}, func(want *Want, have *Have) {
			want.Images[0].Ref = "reg/p_web:latest"
			*have = Have{Images: map[string]string{"p_base": "2"}}
		}, `
  1 build image reg/p_web:latest: missing
  2 push image reg/p_web:latest: nodes pull it from there [1]
  3 create service p_web: missing [2]
  4 wait for service p_web: missing [3]
`, ""},
	} {
		want, have := pushedStack()
		c.edit(&want, &have)
		p, err := Make(c.goal, want, have)
		if err != nil {
			t.Fatal(c.name, err)
		}
		if diff := cmp.Diff(c.plan, "\n"+sound(t, p).String()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if later := strings.Join(p.Later, " "); later != c.later {
			t.Errorf("%s: later %s, not %s", c.name, later, c.later)
		}
	}
}
