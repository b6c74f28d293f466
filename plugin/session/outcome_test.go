package session

import (
	"slices"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAnInterruptionSaysWhatTheSameCommandDoesNotRun(t *testing.T) {
	const again = "run the same command again to finish what was begun"
	const hooks = "post_start of shop-db-1 was not run to its end, and up does not run it again; to do that: docker stacklite restart db"
	event := func(a plan.Action, p plan.Phase) plan.Event { return plan.Event{Step: plan.Step{Action: a}, Phase: p} }
	start := plan.StartContainer{Name: "shop-db-1", Service: "db"}
	first := plan.RunHook{Name: "shop-db-1", Service: "db", Event: plan.PostStart}
	second := first
	second.Number = 1
	web := plan.StartContainer{Name: "shop-web-1", Service: "web"}
	for name, c := range map[string]struct {
		events []plan.Event
		want   []string
	}{
		"the first was given up":       {[]plan.Event{event(start, plan.Done), event(first, plan.Failed), event(second, plan.Skipped)}, []string{hooks}},
		"the second, and web is open":  {[]plan.Event{event(start, plan.Done), event(first, plan.Done), event(second, plan.Skipped), event(web, plan.Skipped)}, []string{again, hooks}},
		"all were run, and web is not": {[]plan.Event{event(start, plan.Done), event(first, plan.Done), event(second, plan.Done), event(web, plan.Skipped)}, []string{again}},
		"it was not started":           {[]plan.Event{event(start, plan.Failed), event(first, plan.Skipped), event(second, plan.Skipped)}, []string{again}},
		"what is run before a stop is": {[]plan.Event{event(plan.RunHook{Name: "shop-db-1", Service: "db", Event: plan.PreStop}, plan.Skipped)}, []string{again}},
	} {
		t.Run(name, func(t *testing.T) {
			var s starts
			for _, e := range c.events {
				s.note(e, time.Unix(1, 0))
			}
			if got := s.advice(); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
