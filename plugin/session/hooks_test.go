package session

import (
	"errors"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestOfAContainerThatEndedDuringItsCommandNobodyIsToldThatItRuns(t *testing.T) {
	for want, failed := range map[string]*engine.HookFailed{
		"container p-db-1 is gone": {Ended: true, Gone: true},
		"container p-db-1 ended meanwhile, and has been started again: too large": {Ended: true, Again: true, Last: "too large"},
		"container p-db-1 has exited with code 4: too large":                      {Ended: true, Code: 4, Last: "too large"},
	} {
		failed.Err = errors.New("what the engine said")
		x := &explaining{s: &Session{}}
		got := x.hook(failed, failed, plan.RunHook{Container: "1", Name: "p-db-1", Service: "db", Event: plan.PostStart})
		advised := strings.Join(got.Advice, "\n")
		if got.Msg != want || strings.Contains(advised, "p-db-1 runs") || failed.Gone != (advised == "") {
			t.Errorf("%q, advice %q; want %q", got.Msg, advised, want)
		}
	}
}
