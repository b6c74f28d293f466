package dockerrun

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// attached starts the created container, with the user attached or not, as
// docker run does, and returns the exit code that docker run has.
func (r *linkedRun) attached(ctx context.Context, id string) (int, error) {
	calls := context.WithoutCancel(ctx) // Ctrl-C is for the container
	if r.line.detach {
		if err := r.start(calls, id); err != nil {
			return r.notStarted(err), nil
		}
		return 0, view.Lines(r.session.View, id)
	}
	process, err := r.session.Engine.Attach(calls, id, r.line.stdin, r.line.terminal)
	if err != nil {
		return 0, err
	}
	within, stop := context.WithCancel(calls)
	defer stop()
	result := r.session.Engine.End(within, id, r.line.remove)
	started := make(chan struct{})
	go r.passSignals(ctx, within, id, started, stop)
	var failed error
	err = r.streams().Join(within, process, r.line.terminal && r.line.stdin && r.terminal.Interactive(), func() error {
		failed = r.start(within, id)
		close(started)
		return failed
	})
	switch {
	case failed != nil:
		return r.notStarted(failed), nil
	case errors.Is(err, follow.ErrDetached):
		return 0, nil
	case errors.Is(err, context.Canceled):
		return 0, exit.Status(130)
	case err != nil:
		return 0, err
	}
	return result()
}

func (r *linkedRun) start(ctx context.Context, id string) error {
	return r.session.Engine.Apply(ctx, plan.StartContainer{Container: id, Name: id}, nil)
}

// streams are those of the user that are attached to the container.
func (r *linkedRun) streams() follow.Terminal {
	t := r.terminal
	chosen := func(stream string) bool {
		return len(r.line.attach) == 0 || slices.Contains(r.line.attach, stream)
	}
	if !r.line.stdin || !chosen("stdin") {
		t.In = nil
	}
	if !chosen("stdout") {
		t.Out = io.Discard
	}
	if !chosen("stderr") {
		t.Err = io.Discard
	}
	return t
}

// passSignals passes the signals of this process on to the container or, with
// --sig-proxy=false, leaves it at the first.
func (r *linkedRun) passSignals(ctx, within context.Context, id string, started <-chan struct{}, leave func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	pass := func(name string) {
		if r.line.deaf {
			leave()
			return
		}
		select {
		case <-started:
			_ = r.session.Engine.Apply(within, plan.KillContainer{Container: id, Name: id, Signal: name}, nil)
		case <-within.Done():
		}
	}
	cut := ctx.Done()
	for {
		select {
		case s := <-signals:
			pass(signalNames()[s])
		case <-cut: // the docker command that runs this plugin was asked to end
			pass("TERM")
			cut = nil
		case <-within.Done():
			return
		}
	}
}

// signalNames are the engine's words for the signals that are passed on.
func signalNames() map[os.Signal]string {
	return map[os.Signal]string{os.Interrupt: "INT", syscall.SIGTERM: "TERM", syscall.SIGHUP: "HUP", syscall.SIGQUIT: "QUIT"}
}

// notStarted says why a container could not be started, with docker run's code
// for that: 127 no such command, 126 one that can't be run, else 125.
func (r *linkedRun) notStarted(err error) int {
	view.PrintError(r.session.View, err)
	text := err.Error()
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case says("executable file not found", "no such file or directory", "system cannot find the file specified"):
		return 127
	case says("permission denied", "is a directory"):
		return 126
	}
	return 125
}
