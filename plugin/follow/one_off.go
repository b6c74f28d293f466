package follow

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// OneOff is a one-off container with the user attached to it.
type OneOff struct {
	Engine   *engine.Engine
	Terminal Terminal
	Name     string
	TTY      bool        // the container has a terminal
	Remove   bool        // the engine removes it when it has exited
	Stopped  exit.Status // the code after a Ctrl-C that is not the container's own
	Detached func()      // is called when the user has detached and left it running

	// AfterStart is done beside the container once that has started. Its error is that of
	// the run where the container has none.
	AfterStart func(ctx context.Context) error
}

// moment is how long after the end of a container it may be told that it was Ctrl-C.
const moment = 100 * time.Millisecond

// pressed reports whether Ctrl-C was pressed just before now.
func pressed(times <-chan int) bool {
	select {
	case <-times:
		return true
	case <-time.After(moment):
		return false
	}
}

// Run starts the container with the user attached to it, and returns its exit
// code as an error. Ctrl-C, where it is not the container's own, stops the
// container once, kills it twice, and three times leaves it. A terminal that was
// closed kills it: nobody is there any more to whom it could listen.
func (o OneOff) Run(ctx context.Context, times <-chan int) error {
	hangup := make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	type outcome struct {
		code int
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		process, err := o.Engine.Attach(within, o.Name, true, o.TTY)
		if err != nil {
			done <- outcome{err: err}
			return
		}
		result := o.Engine.End(within, o.Name, o.Remove)
		after := make(chan error, 1)
		err = o.Terminal.Join(within, process, o.TTY, func() error {
			if err := o.Engine.Apply(within, plan.StartContainer{Container: o.Name, Name: o.Name}, nil); err != nil {
				return err
			}
			go func() { after <- o.AfterStart(within) }()
			return nil
		})
		if err != nil {
			done <- outcome{err: err}
			return
		}
		code, err := result()
		if beside := <-after; err == nil && code == 0 {
			err = beside
		}
		done <- outcome{code, err}
	}()
	var signalled error
	for {
		select {
		case end := <-done:
			var unwritten *view.Unwritten
			switch {
			case errors.Is(end.err, ErrDetached):
				o.Detached()
				return nil
			case errors.As(end.err, &unwritten): // as whoever writes to such a pipe is ended
				o.end(ctx, true)
				return end.err
			case errors.As(end.err, &engine.Unreachable{}):
				return end.err
			case end.err != nil && signalled == nil && pressed(times):
				return o.Stopped
			case end.err != nil && signalled == nil:
				return end.err
			case signalled != nil:
				return signalled
			}
			return exit.Of(end.code)
		case n := <-times:
			if n > 2 {
				return Killed
			}
			if signalled == nil {
				signalled = o.Stopped
			}
			if n > 1 {
				signalled = Killed
			}
			go o.end(ctx, n > 1)
		case <-hangup:
			signalled = Killed
			go o.end(ctx, true)
		}
	}
}

// end stops the container, or kills it. Whether that worked shows in its exit.
func (o OneOff) end(ctx context.Context, kill bool) {
	if kill {
		_ = o.Engine.Apply(ctx, plan.KillContainer{Container: o.Name, Name: o.Name, Signal: "KILL"}, nil)
		return
	}
	_ = o.Engine.Apply(ctx, plan.StopContainer{Container: o.Name, Name: o.Name}, nil)
}
