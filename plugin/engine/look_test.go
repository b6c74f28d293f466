package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// What an engine says when it refuses a look does not say what it was asked, and there
// is no step whose name stands before it.
func TestAFailedLookSaysWhatWasLookedAt(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{})
	cli, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	e := New(cli, Options{})
	for _, look := range []struct{ path, at string }{
		{"/containers/json", "containers"}, {"/networks", "networks"}, {"/images/json", "images"},
	} {
		fails := func(fault enginetest.Fault) error {
			memory.Fail(func(c enginetest.Call) enginetest.Fault {
				if c.Path == look.path {
					return fault
				}
				return enginetest.None
			})
			_, err := e.Observe(t.Context(), observed.Claim{}, []string{"busybox"})
			return err
		}
		err := fails(enginetest.Answer(500, "out of order"))
		if want := "the engine does not list its " + look.at + ": out of order"; err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
		if unreachable := (Unreachable{}); !errors.As(fails(enginetest.CutBefore), &unreachable) {
			t.Errorf("cut off, the error is no %T", unreachable)
		}
	}
	memory.Fail(nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Observe(ctx, observed.Claim{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, the error is %v", err)
	}
}
