package follow

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
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
}

// Run starts the container with the user attached to it, and returns its exit
// code as an error. Ctrl-C, where it is not the container's own, stops the
// container once and kills it twice.
func (o OneOff) Run(ctx context.Context, times <-chan int) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	process, err := o.Engine.Attach(ctx, o.Name, true, o.TTY)
	if err != nil {
		return err
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	result := o.Engine.End(within, o.Name, o.Remove)
	type outcome struct {
		code int
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		err := o.Terminal.Join(within, process, o.TTY, func() error {
			return o.Engine.Apply(within, plan.StartContainer{Container: o.Name, Name: o.Name}, nil)
		})
		if err != nil {
			done <- outcome{err: err}
			return
		}
		code, err := result()
		done <- outcome{code, err}
	}()
	var signalled error
	for {
		select {
		case end := <-done:
			switch {
			case errors.Is(end.err, ErrDetached):
				o.Detached()
				return nil
			case end.err != nil:
				return end.err
			case signalled != nil:
				return signalled
			}
			return exit.Of(end.code)
		case n := <-times:
			if signalled = o.Stopped; n > 1 {
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
