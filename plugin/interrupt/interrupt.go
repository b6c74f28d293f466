// Package interrupt is what Ctrl-C does, the same in every command. SIGTERM is the
// same to it, and so is SIGHUP, by which a terminal says that it was closed, and
// the end of the docker command that runs this plugin.
//
// The first time nothing new begins: the context of the command ends. What an engine
// has been asked to do it does, whether anybody waits or not, so these calls are
// waited for; the user is told which, and that another Ctrl-C ends that. The second
// time they are given up, and what may still be under way is told. A command that
// has nothing under way, and does not notice, because it reads from a pipe or waits
// for an engine that does not answer, is left.
//
// A command for which Ctrl-C means something else for a while, because it passes it
// on to containers, takes it. One that has taken it and does not look is left too.
package interrupt

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// quiet is how long the calls under way are waited for before that is told.
	quiet = 300 * time.Millisecond
	// Patience is how long they are waited for at all.
	Patience = 10 * time.Second
	// grace is how long a command may take to end that carries nothing out.
	grace = 500 * time.Millisecond
	// last is the Ctrl-C that ends a command whatever it does.
	last = 3
)

// Options are what a command is run with.
type Options struct {
	// Waiting tells the user, once, for which calls the command waits after the
	// first Ctrl-C; nil: nobody.
	Waiting func(steps []string)
	// Cause is the cause with which a signal ends the command's context; nil, and
	// where it gives nil: context.Canceled.
	Cause func(os.Signal) error
}

// Cut is the end of a command that was interrupted.
type Cut struct {
	Steps []string // that may still be under way, for it did not wait for them
	Begun bool     // it has had something carried out
	Err   error    // what the command has ended with
}

func (c *Cut) Error() string { return c.Err.Error() }

// Unwrap gives what the command has ended with.
func (c *Cut) Unwrap() error { return c.Err }

// Run runs a command, with a context that ends with the first Ctrl-C. The error is
// the command's, in a Cut where it was interrupted.
func Run(ctx context.Context, o Options, command func(context.Context) error) error {
	signals := make(chan os.Signal, last)
	listen := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored
		listen = append(listen, syscall.SIGHUP)
	}
	signal.Notify(signals, listen...)
	defer signal.Stop(signals)
	return run(ctx, signals, o, command)
}

// run is Run with the signals that come.
func run(ctx context.Context, signals <-chan os.Signal, o Options, command func(context.Context) error) error {
	w := &watch{parent: ctx, waiting: o.Waiting}
	base := context.WithValue(context.WithoutCancel(ctx), key{}, w)
	within, end := context.WithCancelCause(base)
	defer end(nil)
	w.giveUp, w.stopWaiting = context.WithCancel(base)
	defer w.stopWaiting()
	done := make(chan error, 1)
	go func() { done <- command(within) }()
	parent := ctx.Done()
	var clock *time.Ticker
	var ticks <-chan time.Time
	for {
		var cause error
		select {
		case err := <-done:
			return w.end(err)
		case <-ticks:
			if w.idle(grace) {
				return w.left(within)
			}
			continue
		case s := <-signals:
			if o.Cause != nil {
				cause = o.Cause(s)
			}
			w.signal()
		case <-parent:
			parent = nil
			w.parentEnded()
		}
		switch count, taken, deaf := w.count(); {
		case deaf, count >= last && !taken:
			return w.left(within)
		case taken:
			continue
		case count > 1:
			w.stopWaiting()
		}
		end(cause)
		w.busy()
		if clock == nil {
			clock = time.NewTicker(grace / 10)
			defer clock.Stop()
			ticks = clock.C
		}
	}
}

type key struct{}

// of is the watch over the command of a context; nil: there is none.
func of(ctx context.Context) *watch {
	w, _ := ctx.Value(key{}).(*watch)
	return w
}

// watch is a command that runs.
type watch struct {
	parent      context.Context // the docker command's
	waiting     func([]string)
	giveUp      context.Context // ends with the second Ctrl-C
	stopWaiting func()

	mu        sync.Mutex
	signalled int      // since Ctrl-C was last given back
	asked     int      // how often the user has asked to stop, which may be less
	taken     chan int // to whom Ctrl-C means something else; nil: to nobody
	deaf      bool     // who has taken it does not look
	steps     []*step  // under way
	begun     bool     // a step was, at some time
	changed   bool     // one that an engine does to its end
	cut       []string // steps that were not waited for
	told      bool
	idleSince time.Time
}

// step is something that an engine was asked to do.
type step struct{ words string }

// signal takes in that a signal came.
func (w *watch) signal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.signalled++
	w.ask(w.signalled)
}

// parentEnded takes in that the docker command has ended, or was asked to: a
// terminal may have told both.
func (w *watch) parentEnded() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ask(max(w.signalled, 1))
}

func (w *watch) ask(times int) {
	if times <= w.asked {
		return
	}
	w.asked = times
	if w.taken == nil {
		return
	}
	select {
	case w.taken <- times:
	default:
		w.deaf = true
	}
}

func (w *watch) count() (asked int, taken, deaf bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked, w.taken != nil, w.deaf
}

// busy begins to wait for the end of the command.
func (w *watch) busy() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idleSince = time.Now()
}

// idle reports whether nothing was carried out for so long.
func (w *watch) idle(long time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taken != nil || len(w.steps) > 0 && w.giveUp.Err() == nil {
		w.idleSince = time.Now()
	}
	return time.Since(w.idleSince) >= long
}

// end adds to the end of an interrupted command what it has done.
func (w *watch) end(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if known := (*Cut)(nil); !errors.Is(err, context.Canceled) || errors.As(err, &known) {
		return err
	}
	return &Cut{Steps: slices.Clone(w.cut), Begun: w.begun, Err: err}
}

// left is the end of a command that is not waited for.
func (w *watch) left(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := context.Cause(ctx)
	if err == nil {
		err = context.Canceled
	}
	return &Cut{Steps: append(slices.Clone(w.cut), w.words()...), Begun: w.begun, Err: err}
}

func (w *watch) words() []string {
	var list []string
	for _, s := range w.steps {
		list = append(list, s.words)
	}
	return list
}

// tell says which steps are waited for.
func (w *watch) tell() {
	w.mu.Lock()
	words := w.words()
	if w.told || len(words) == 0 || w.waiting == nil {
		w.mu.Unlock()
		return
	}
	w.told = true
	w.mu.Unlock()
	w.waiting(words)
}

// Step begins something that an engine does to its end once it is asked to. The
// context is for asking: it goes on when ctx ends, for as long as Patience and until
// Ctrl-C is pressed again. Call done when the engine has answered.
func Step(ctx context.Context, words string) (within context.Context, done func()) {
	within, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w, s := of(ctx), &step{words}
	unwatch := func() bool { return true }
	if w != nil {
		w.mu.Lock()
		w.steps, w.begun, w.changed = append(w.steps, s), true, true
		w.mu.Unlock()
		unwatch = context.AfterFunc(w.giveUp, cancel)
	}
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(quiet):
		case <-within.Done():
			return
		}
		if w != nil {
			w.tell()
		}
		select {
		case <-time.After(Patience - quiet):
			cancel()
		case <-within.Done():
		}
	})
	return within, func() {
		stop()
		unwatch()
		given := within.Err() != nil
		cancel()
		if w == nil {
			return
		}
		w.remove(s)
		if given {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.cut = append(w.cut, words)
		}
	}
}

// Work begins something that is cut off at once when ctx ends, and leaves nothing
// behind then. Call done when it has ended: until then the command is not left.
func Work(ctx context.Context, words string) (done func()) {
	w, s := of(ctx), &step{words}
	if w == nil {
		return func() {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps, w.begun = append(w.steps, s), true
	return func() { w.remove(s) }
}

// remove takes in that a step has ended.
func (w *watch) remove(s *step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = slices.DeleteFunc(w.steps, func(o *step) bool { return o == s })
}

// Changed reports whether the command of ctx has had an engine change anything.
func Changed(ctx context.Context) bool {
	w := of(ctx)
	if w == nil {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed
}

// After is a context for what is left to do when ctx has ended: it ends with the
// second Ctrl-C.
func After(ctx context.Context) context.Context {
	w := of(ctx)
	if w == nil {
		return context.WithoutCancel(ctx)
	}
	return w.giveUp
}

// Take lets Ctrl-C mean something else from now on: times counts how often the user
// has asked to stop. Call give when it is to mean the usual again.
func Take(ctx context.Context) (times <-chan int, give func()) {
	taken := make(chan int, last)
	w := of(ctx)
	if w == nil {
		stop := context.AfterFunc(ctx, func() { taken <- 1 })
		return taken, func() { stop() }
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = taken
	if w.asked > 0 {
		taken <- w.asked
	}
	return taken, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.taken, w.signalled, w.asked = nil, 0, 0
		close(taken)
	}
}

// Leave is the end of a command that has taken Ctrl-C and waits no longer for what is
// under way.
func Leave(ctx context.Context) error {
	if w := of(ctx); w != nil {
		return w.left(ctx)
	}
	return context.Canceled
}

// Pass is Take for who passes all signals on and listens to them by itself. The
// context ends with the docker command that runs this plugin.
func Pass(ctx context.Context) (passing context.Context, give func()) {
	times, give := Take(ctx)
	go func() {
		for range times {
		}
	}()
	if w := of(ctx); w != nil {
		return w.parent, give
	}
	return ctx, give
}
