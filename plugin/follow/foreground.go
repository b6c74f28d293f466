package follow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Foreground is an up that follows its containers.
type Foreground struct {
	Engine *engine.Engine
	Claim  observed.Claim // of the project
	View   view.Options
	Log    view.LogOptions

	Shown    func(service string) bool
	Order    func(a, b observed.Container) int // in which containers are named; nil: by name
	Abort    bool                              // one exit stops the rest
	CodeFrom string                            // the service whose exit code is up's; empty: none

	// Converge brings the project up.
	Converge func(context.Context) error
	// Stop stops or kills the containers that Ctrl-C is for, beside what is shown.
	Stop func(context.Context, plan.Target) error

	after map[string]time.Time // by id of a container that was stopped: when it wrote its last line

	stopEnded chan struct{} // a stop has ended
	refused   chan struct{} // what was to be stopped could not be
	stopping  atomic.Bool
	mu        sync.Mutex
	stops     int   // that are under way
	first     *Exit // the earliest exit
	errs      []error
}

// The exit codes of docker-compose 1.x (compose-v1.md 3.2).
const (
	Aborted exit.Status = 1
	Killed  exit.Status = 2
)

// Run brings the project to its goal and follows it until all containers that
// are shown have exited. Ctrl-C once stops them, with their last lines still
// shown, twice kills them, three times leaves at once. Before they are followed the
// first lets what is under way be finished, and the second leaves at once. Where
// nothing was changed yet there is nothing to stop.
func (f *Foreground) Run(ctx context.Context) error {
	times, give := interrupt.Take(ctx)
	defer give()
	f.stopEnded, f.refused = make(chan struct{}, 1), make(chan struct{}, 1)
	f.View.Out = view.NewOutput(f.View.Out)
	ctx = context.WithoutCancel(ctx)
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := f.noteLastLines(within)
		if err == nil {
			err = f.Converge(within)
		}
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
		return f.follow(ctx, times)
	case <-times:
		cancel()
	}
	select {
	case <-done:
	case <-times:
		return interrupt.Leave(ctx)
	}
	if !interrupt.Changed(ctx) {
		return context.Canceled
	}
	return f.stopBegun(ctx, times)
}

// stopBegun stops the containers of an up that was interrupted before it could
// follow them.
func (f *Foreground) stopBegun(ctx context.Context, times <-chan int) error {
	f.stop(ctx, plan.Stopped)
	if !f.stopped(ctx, times) {
		return interrupt.Leave(ctx)
	}
	return errors.Join(append(f.errs, context.Canceled)...)
}

// stopAfter stops the containers where following them has ended with an error that
// is to end them too: they can't be shown any more, as a terminal that was closed
// shows nothing, or the first exit was to end all.
func (f *Foreground) stopAfter(ctx context.Context, err error) {
	var unwritten *view.Unwritten
	lost := errors.As(err, &unwritten)
	if f.stopping.Load() || err == nil || !lost && !f.Abort {
		return
	}
	if lost {
		view.PrintFolded(f.View, unwritten.Error()+"; stopping the containers")
	}
	f.stop(ctx, plan.Stopped)
}

// stopped waits until the containers are stopped that are to be. Ctrl-C kills them;
// once more is not to wait, which is false.
func (f *Foreground) stopped(ctx context.Context, times <-chan int) bool {
	for killed := false; ; {
		f.mu.Lock()
		left := f.stops
		f.mu.Unlock()
		if left == 0 {
			return true
		}
		select {
		case <-f.stopEnded:
		case <-times:
			if killed {
				return false
			}
			killed = true
			f.stop(ctx, plan.Killed)
		}
	}
}

// noteLastLines notes where the logs of stopped containers end, so that only
// what they write in their next run is shown.
func (f *Foreground) noteLastLines(ctx context.Context) error {
	list, err := f.Engine.Containers(ctx, f.Claim)
	if err != nil {
		return err
	}
	f.after = map[string]time.Time{}
	for _, c := range list {
		if !f.isShown(&c) || c.State.Up() || c.State == plan.StateCreated {
			continue
		}
		at, err := f.Engine.LastLine(ctx, c.ID)
		if err != nil && !engine.IsGone(err) {
			continue // its log can't be read, which is reported when it is to be shown
		}
		f.after[c.ID] = at
	}
	return nil
}

func (f *Foreground) isShown(c *observed.Container) bool { return !c.OneOff && f.Shown(c.Service) }

// follow shows the logs and obeys the interrupts.
func (f *Foreground) follow(ctx context.Context, times <-chan int) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	logs := &Follower{
		Engine: f.Engine, Claim: f.Claim, View: f.View, Log: f.Log,
		Query: engine.LogQuery{Follow: true, Tail: -1}, After: f.after,
		Shown: f.isShown, Stopped: f.stopping.Load, Exited: func(e Exit) { f.exited(ctx, e) },
	}
	if f.Log.Classic { // it showed nothing of containers that it stopped
		logs.Muted = f.stopping.Load
	}
	done := make(chan error, 1)
	go func() {
		done <- logs.Run(within, func(list []observed.Container) { _ = PrintAttaching(f.View, list, f.Order) })
	}()
	killed := false
	for {
		select {
		case n := <-times:
			switch n {
			case 1:
				_ = view.Lines(f.View, "Gracefully stopping... (press Ctrl+C again to force)")
				f.stop(ctx, plan.Stopped)
			case 2:
				killed = true
				f.stop(ctx, plan.Killed)
			default:
				view.PrintText(f.View, "Aborting.")
				return Aborted
			}
		case <-f.refused: // nothing says that what still runs will ever exit
			if !f.stopped(ctx, times) {
				return interrupt.Leave(ctx)
			}
			cancel()
			<-done
			return errors.Join(f.errs...)
		case err := <-done:
			f.stopAfter(ctx, err)
			if !f.stopped(ctx, times) {
				return interrupt.Leave(ctx)
			}
			if err = errors.Join(append(f.errs, err)...); err != nil {
				return err
			}
			if killed {
				return Killed
			}
			return f.code(ctx)
		}
	}
}

// PrintAttaching prints which containers are followed, in an order; nil: by name.
func PrintAttaching(o view.Options, list []observed.Container, order func(a, b observed.Container) int) error {
	if order == nil {
		order = func(a, b observed.Container) int { return strings.Compare(a.Name, b.Name) }
	}
	var names []string
	for _, c := range slices.SortedFunc(slices.Values(list), order) {
		names = append(names, c.Name)
	}
	return view.Lines(o, "Attaching to "+strings.Join(names, ", "))
}

// exited takes the exit of a container in.
func (f *Foreground) exited(ctx context.Context, e Exit) {
	f.mu.Lock()
	if f.first == nil || e.At.Before(f.first.At) {
		f.first = &e
	}
	f.mu.Unlock()
	if f.Abort && !f.stopping.Load() {
		_ = view.Lines(f.View, "Aborting on container exit...")
		f.stop(ctx, plan.Stopped)
	}
}

// stop stops or kills the containers beside what is shown. It does not wait for
// another run on the project: that one may be what is interrupted.
func (f *Foreground) stop(ctx context.Context, target plan.Target) {
	f.stopping.Store(true)
	f.mu.Lock()
	f.stops++
	f.mu.Unlock()
	go func() {
		err := f.Stop(ctx, target)
		f.mu.Lock()
		f.stops--
		if err != nil {
			f.errs = append(f.errs, err)
		}
		f.mu.Unlock()
		notify(f.stopEnded)
		if err != nil {
			notify(f.refused)
		}
	}()
}

// code is the exit code of an up whose containers have all exited.
func (f *Foreground) code(ctx context.Context) error {
	if f.CodeFrom != "" {
		list, err := f.Engine.Containers(ctx, f.Claim)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.Service != f.CodeFrom || c.OneOff {
				continue
			}
			now, _, err := f.Engine.Status(ctx, c.ID)
			return errors.Join(err, exit.Of(now.ExitCode))
		}
	}
	if f.Abort && f.first != nil {
		return exit.Of(f.first.Code)
	}
	return nil
}
