package command

import (
	"errors"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestWhoseTurnDidNotComeIsNamed(t *testing.T) {
	next := []string{"shop_web_2", "shop_web_3"}
	const untouched = "not touched, and still running: shop_web_2, shop_web_3"
	for _, c := range []struct {
		action plan.Action
		want   []string
	}{
		{plan.StartContainer{Stopped: []string{"shop_web_1"}, Next: next}, []string{"the one that it was to replace is there, stopped; to go back to it: docker start shop_web_1; " + untouched}},
		{plan.StartContainer{Stopped: []string{"shop_web_1"}}, []string{"the one that it was to replace is there, stopped; to go back to it: docker start shop_web_1"}},
		{plan.StartContainer{Next: next}, []string{untouched}},
		{plan.RestartContainer{Next: next}, []string{untouched}},
		{plan.RestartContainer{}, nil},
		{plan.AwaitContainer{Name: "shop_web_1", Beside: true, Next: next}, []string{"the new container is taken away again", "not touched, and still running: shop_web_1, shop_web_2, shop_web_3"}},
		{plan.AwaitContainer{Stopped: []string{"shop_web_1"}, Next: next}, []string{"the one that it was to replace is there, stopped; to go back to it: docker start shop_web_1; " + untouched}},
		{plan.StartContainer{Name: "shop_web_1", Beside: true}, []string{"the new container is taken away again", "not touched, and still running: shop_web_1"}},
	} {
		if got := stepHints(&plan.StepError{Step: plan.Step{Action: c.action}, Err: &engine.Withdrawn{Err: errors.New("no")}}); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.action, got, c.want)
		}
	}
}
