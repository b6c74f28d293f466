package command

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// oneOffRun is a one-off container with the user joined to it.
type oneOffRun struct {
	session  *session.Session
	terminal follow.Terminal
	name     string
	tty      bool // the container has a terminal
	remove   bool // the engine removes it when it has exited
	classic  bool // the exit codes of the old tools hold
}

// attached starts the container with the user joined to it, and gives its exit
// code as an error. Ctrl-C, where it is not the container's own, stops the
// container once and kills it twice.
func (r oneOffRun) attached(ctx context.Context, times <-chan int) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	e := r.session.Engine
	process, err := e.Attach(ctx, r.name, true, r.tty)
	if err != nil {
		return err
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	result := e.End(within, r.name, r.remove)
	type outcome struct {
		code int
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		err := r.terminal.Join(within, process, r.tty, func() error { return e.Start(within, r.name) })
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
		case o := <-done:
			switch {
			case errors.Is(o.err, follow.ErrDetached):
				r.session.Note(r.name + " runs on")
				return nil
			case o.err != nil:
				return o.err
			case signalled != nil:
				return signalled
			}
			return exit.Of(o.code)
		case n := <-times:
			signalled = exit.Status(130)
			if r.classic {
				signalled = follow.Aborted
			}
			if n > 1 {
				signalled = follow.Killed
			}
			go e.Stop(ctx, r.name, n > 1)
		case <-hangup:
			signalled = follow.Killed
			go e.Stop(ctx, r.name, true)
		}
	}
}

// cleanUp removes a one-off container that never ran, and networks that were
// made for those that are over.
func cleanUp(ctx context.Context, s *session.Session, name string, err error) error {
	if err != nil {
		err = errors.Join(err, s.Engine.RemoveCreated(ctx, name))
	}
	have, seen := s.Observe(ctx, false)
	if seen != nil {
		return errors.Join(err, seen)
	}
	return errors.Join(err, s.RunSilently(ctx, plan.OneOffNetworks(have.Have)))
}
