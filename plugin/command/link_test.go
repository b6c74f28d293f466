package command

import (
	"errors"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAFailureToPutAContainerBackSaysWhatToDo(t *testing.T) {
	failed := &plan.StepError{Step: plan.Step{Action: plan.Connect{
		Container: "id-web", Name: "web", Service: "web", Network: plan.Network{Name: "bridge", Spec: desired.DefaultBridge{}},
	}}, Err: errors.New("no room")}
	want := []string{"the link is as it was; once this works, remove it again: docker network connect bridge web"}
	if got := Hints(errors.Join(failed)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	other := &plan.StepError{Step: plan.Step{Action: plan.CreateNetwork{}}, Err: &engine.PoolFull{}}
	if got := Hints(other); len(got) != 2 {
		t.Errorf("of another step: %q", got)
	}
}
