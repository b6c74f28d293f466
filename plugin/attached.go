package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// attachFlags say how an up in the foreground shows the containers.
type attachFlags struct {
	look         view.LogOptions
	abort        bool
	exitCodeFrom string
	attach       []string
	noAttach     []string
	attachDeps   bool
}

func (f *attachFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.abort, "abort-on-container-exit", false, "stop all containers as soon as one has exited; its code is the exit code")
	cmd.Flags().StringVar(&f.exitCodeFrom, "exit-code-from", "", "take the exit code from this service; stops all with the first that exits")
	cmd.Flags().StringArrayVar(&f.attach, "attach", nil, "show this service's output only; may be repeated")
	cmd.Flags().StringArrayVar(&f.noAttach, "no-attach", nil, "don't show this service's output; may be repeated")
	cmd.Flags().BoolVar(&f.attachDeps, "attach-dependencies", false, "show the output of services that the named ones link to, too")
	cmd.Flags().BoolVar(&f.look.NoColor, "no-color", false, "no colours")
	cmd.Flags().BoolVar(&f.look.NoPrefix, "no-log-prefix", false, "no container's name before each line")
	cmd.Flags().BoolVar(&f.look.Timestamps, "timestamps", false, "show when each line was written")
}

// attachment makes an attachment of the flags: named are the services that
// the command line names.
func (f upFlags) attachment(s *stack, named []string, goal plan.Goal) (*attachment, error) {
	f.look.SplitStderr = s.classic == nil
	t := &attachment{stack: s, look: f.look, named: named, abort: f.abort, codeFrom: f.exitCodeFrom, timeout: goal.Timeout}
	if s.classic != nil && f.exitCodeFrom != "" && s.project.Service(f.exitCodeFrom) == nil {
		s.note(fmt.Sprintf("No service named %q was found in your compose file.", f.exitCodeFrom))
		return nil, status(2)
	}
	mentioned := slices.Concat(f.attach, f.noAttach)
	if f.exitCodeFrom != "" {
		mentioned = append(mentioned, f.exitCodeFrom)
	}
	if _, err := chosen(s.project, mentioned); err != nil {
		return nil, err
	}
	meant := named
	switch {
	case len(f.attach) > 0:
		meant = f.attach
	case f.attachDeps:
		meant = goal.Services
	}
	t.shown = func(service string) bool {
		return (len(meant) == 0 || slices.Contains(meant, service)) && !slices.Contains(f.noAttach, service)
	}
	return t, nil
}

// attachment is an up in the foreground.
type attachment struct {
	*stack
	look     view.LogOptions
	named    []string // the services that Ctrl-C stops; nil: all
	shown    func(service string) bool
	timeout  *int                 // seconds that a container is given to stop
	abort    bool                 // one exit stops the rest
	codeFrom string               // the service whose exit code is up's; empty: none
	after    map[string]time.Time // by id of a container that was stopped: when it wrote its last line

	halting  sync.WaitGroup
	stopping atomic.Bool
	mu       sync.Mutex
	first    *exit // the earliest exit
	errs     []error
}

// The exit codes of docker-compose 1.x (compose-v1.md 3.2).
const (
	exitAborted status = 1
	exitKilled  status = 2
)

// remember notes where the logs of stopped containers end, so that only what
// they write in their next run is shown.
func (t *attachment) remember(ctx context.Context) error {
	list, err := t.engine.List(ctx, t.project.Name)
	if err != nil {
		return err
	}
	t.after = map[string]time.Time{}
	for _, r := range list {
		if !t.meant(r) || plan.State(r.State).Up() || plan.State(r.State) == plan.StateCreated {
			continue
		}
		at, err := t.engine.LastLine(ctx, r.ID)
		if err != nil && !engine.IsGone(err) {
			continue // its log can't be read, which is told when it is to be shown
		}
		t.after[r.ID] = at
	}
	return nil
}

func (t *attachment) meant(r engine.Replica) bool { return !r.OneOff && t.shown(r.Service) }

// run brings the stack to its goal and stays with it until all containers that
// are shown have exited. Ctrl-C once stops them, with their last words still
// shown, twice kills them, three times leaves at once.
func (t *attachment) run(ctx context.Context, converge func(context.Context) error) error {
	times, stop := interrupts(ctx)
	defer stop()
	ctx = context.WithoutCancel(ctx)
	if err := t.remember(ctx); err != nil {
		return err
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- converge(within) }()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
	case <-times:
		cancel()
		<-done
		t.halt(ctx, plan.Stopped)
		t.halting.Wait()
		return errors.Join(append(t.errs, context.Canceled)...)
	}
	return t.follow(ctx, times)
}

// follow shows the logs and minds the interrupts.
func (t *attachment) follow(ctx context.Context, times <-chan int) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	o := t.app.view()
	f := &follower{
		engine: t.engine, project: t.project.Name, view: o, look: t.look,
		query: engine.LogQuery{Follow: true, Tail: -1}, after: t.after,
		shown: t.meant, stopped: t.stopping.Load, exited: func(e exit) { t.exited(ctx, e) },
	}
	done := make(chan error, 1)
	go func() {
		done <- f.run(within, t.printAttaching)
	}()
	killed := false
	for {
		select {
		case n := <-times:
			switch n {
			case 1:
				fmt.Fprintln(t.out, "Gracefully stopping... (press Ctrl+C again to force)")
				t.halt(ctx, plan.Stopped)
			case 2:
				killed = true
				t.halt(ctx, plan.Killed)
			default:
				fmt.Fprintln(t.err, "Aborting.")
				return exitAborted
			}
		case err := <-done:
			t.halting.Wait()
			if err = errors.Join(append(t.errs, err)...); err != nil {
				return err
			}
			if killed {
				return exitKilled
			}
			return t.code(ctx)
		}
	}
}

// printAttaching prints which containers are followed.
func (a *app) printAttaching(list []engine.Replica) {
	var names []string
	for _, r := range list {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	fmt.Fprintln(a.out, "Attaching to "+strings.Join(names, ", "))
}

// exited takes the exit of a container in.
func (t *attachment) exited(ctx context.Context, e exit) {
	t.mu.Lock()
	if t.first == nil || e.at.Before(t.first.at) {
		t.first = &e
	}
	t.mu.Unlock()
	if t.abort && !t.stopping.Load() {
		fmt.Fprintln(t.out, "Aborting on container exit...")
		t.halt(ctx, plan.Stopped)
	}
}

// halt stops or kills the containers beside what is shown. It does not wait
// for another run on the stack: that one may be what is interrupted.
func (t *attachment) halt(ctx context.Context, target plan.Target) {
	t.stopping.Store(true)
	t.halting.Go(func() {
		s := &scope{app: t.app, project: t.project.Name, loaded: t.project, files: serviceNames(t.project), engine: t.engine}
		p, err := s.plan(ctx, plan.Goal{State: target, Timeout: t.timeout}, t.named, false)
		if err == nil {
			err = t.runAmidLines(ctx, t.engine, p)
		}
		if err != nil {
			t.mu.Lock()
			t.errs = append(t.errs, err)
			t.mu.Unlock()
		}
	})
}

// code is the exit code of an up whose containers have all exited.
func (t *attachment) code(ctx context.Context) error {
	if t.codeFrom != "" {
		list, err := t.engine.List(ctx, t.project.Name)
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.Service != t.codeFrom || r.OneOff {
				continue
			}
			c, _, err := t.engine.Status(ctx, r.ID)
			return errors.Join(err, asStatus(c.ExitCode))
		}
	}
	if t.abort && t.first != nil {
		return asStatus(t.first.code)
	}
	return nil
}

func asStatus(code int) error {
	if code == 0 {
		return nil
	}
	return status(code)
}
