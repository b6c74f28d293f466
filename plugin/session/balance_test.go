package session

import (
	"maps"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAStackGoesWithTheImageOfItsFronts(t *testing.T) {
	have := plan.Have{Images: map[string]string{}, Containers: []plan.HaveContainer{
		{ID: "a", Service: "web", Image: "x", ImageID: "1"},
		{ID: "b", Service: "web-front", Fronts: "web", Image: "front:1", ImageID: "2"},
		{ID: "c", Service: "db-front", Fronts: "db", Image: "front:1", ImageID: "2"},
	}}
	if got := withFrontImages(have, []string{"built"}); !slices.Equal(got, []string{"built", "front:1"}) || have.Images["front:1"] != "2" {
		t.Errorf("%v of %v", got, have.Images)
	}
	p, err := plan.Make(plan.Goal{State: plan.Absent, Images: withFrontImages(have, nil)}, plan.Want{}, have)
	if err != nil {
		t.Fatal(err)
	}
	if last := p.Steps[len(p.Steps)-1]; last.Action.Words() != "remove image front:1" || len(last.After) != 3 {
		t.Errorf("the plan ends with %q after %v", last.Action.Words(), last.After)
	}
}

func TestAFrontThatIsGoneIsKnownByItsNetwork(t *testing.T) {
	seen := &observed.Snapshot{
		Networks: []observed.Network{
			{Project: "p", Fronts: "web", FrontAsked: "round-robin"},
			{Project: "p", Fronts: "api", FrontAsked: "round-robin"},
			{Project: "p", Fronts: "db"},
			{Project: "p", Wiring: map[string]string{"old": "old", "old-front": "old-front"}}, // two services of a file
			{Project: "q", Fronts: "x", FrontAsked: "round-robin"},
		},
		Containers: []observed.Container{
			{Project: "p", Service: "api-front", Fronts: "api", FrontAsked: "least-connections"},
			{Project: "p", Service: "db-front", Fronts: "db"},
			{Project: "q", Service: "y-front", Fronts: "y", FrontAsked: "round-robin"},
		},
	}
	want := map[string]string{"web": "round-robin", "api": "least-connections", "db": ""}
	if got := frontsThere(seen, "p"); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
