package plan

import (
	"errors"
	"slices"
	"testing"
)

// TestANetworkThatIsInTheWayIsFreedOfTheStacksOwnFirst: the engine removes none that a
// container is attached to.
func TestANetworkThatIsInTheWayIsFreedOfTheStacksOwnFirst(t *testing.T) {
	have := present(unchanged(running("a_1")), unchanged(running("b_1")))
	have.OtherNetworks = map[string]string{"n": ""}
	have.Containers[1].OtherNetworks = []string{"n"}
	want := wanted(container("a_1", "n"), container("b_1", "n"))
	want.Networks = []Network{{Name: "n"}}
	_, err := Make(Goal{}, want, have)
	var taken *NetworkTaken
	const hint = "to remove it, if nothing needs it: docker network disconnect n b_1 && docker network rm n"
	if !errors.As(err, &taken) || !slices.Contains(taken.Hints(), hint) {
		t.Errorf("got %v", err)
	}
}
