package exit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// A file may be right about what the engine does not have: that is a failure,
// though it is printed like a mistake.
func TestWhoIsToBlameDecidesTheExitCode(t *testing.T) {
	place := compose.Errors{{Pos: compose.Pos{File: "fig.yml", Line: 3, Column: 5}, Msg: "no good"}}
	for _, c := range []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{errors.New("no good"), 1, "stack-lite: no good\n"},
		{exit.Usage{Msg: "no good"}, 2, "stack-lite: no good\n"},
		{place, 2, "fig.yml:3:5: no good\n"},
		{&desired.Missing{Errors: place}, 1, "fig.yml:3:5: no good\n"},
		{exit.Status(17), 17, ""},
	} {
		var printed bytes.Buffer
		if code := exit.Code(c.err, view.Options{Err: &printed}); code != c.code || strings.TrimSpace(printed.String()) != strings.TrimSpace(c.text) {
			t.Errorf("%T: exit code %d and %q, want %d and %q", c.err, code, printed.String(), c.code, c.text)
		}
	}
}

func TestWhoWatchesAndIsTerminatedSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(exit.Terminated{})
	if err := exit.Watched(ctx, errors.New("cut off")); !errors.Is(err, exit.Terminated{}) {
		t.Errorf("%v", err)
	}
	if code := exit.Code(exit.Terminated{}, view.Options{Err: io.Discard}); code != 130 {
		t.Errorf("exit code %d", code)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := exit.Watched(ctx, nil); err != exit.Status(130) {
		t.Errorf("Ctrl-C: %v", err)
	}
}
