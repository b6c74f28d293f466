package plan

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Phase is how far a step has come.
type Phase string

// The phases. A step has Begun once, then any number of Advanced, then one of
// Done and Failed; or it is Skipped and nothing else.
const (
	Begun    Phase = "begun"
	Advanced Phase = "advanced"
	Done     Phase = "done"
	Failed   Phase = "failed"
	Skipped  Phase = "skipped"
)

// Event reports that a step has come to a phase.
type Event struct {
	Index    int // of the step in its plan
	Step     Step
	Phase    Phase
	Progress Progress // for Advanced
	Err      error    // for Failed; for Skipped the reason
}

// Progress is how far a long step has come: a layer that is fetched, a line
// that a build printed.
type Progress struct {
	Part    string // a layer's id, a build step; empty: the step as a whole
	Text    string
	Current int64 // bytes; 0 where they are not known
	Total   int64
}

// Apply carries one action out. It may report progress from any goroutine
// until it returns.
type Apply func(ctx context.Context, a Action, report func(Progress)) error

// ErrSkipped is the reason of a step that was not begun because one that it
// waits for failed or was itself skipped.
var ErrSkipped = errors.New("not begun: something it needs failed")

// StepError is the failure of one step.
type StepError struct {
	Step Step
	Err  error
}

func (e *StepError) Error() string { return fmt.Sprintf("%s: %v", e.Step.Action.Words(), e.Err) }
func (e *StepError) Unwrap() error { return e.Err }

// Run carries the plan out, at most width actions at once. A step begins when
// all that it waits for is done. After a failure its dependents are skipped
// and everything else goes on; when ctx ends, nothing more begins but what files say
// is to be run in containers that have started: no other run does that. See GivesUp.
// emit is called for every event, never from two goroutines at once. A plan whose order
// is not known to be right is refused before anything begins.
//
// The error joins a StepError for every step that failed, and ctx's error
// where it kept steps from beginning.
func (p *Plan) Run(ctx context.Context, width int, apply Apply, emit func(Event)) error {
	if p.unmet != nil {
		return p.unmet
	}
	if width < 1 {
		width = 1
	}
	r := runner{plan: p, emit: emit, state: make([]Phase, len(p.Steps)), done: make(chan int)}
	running := 0
	for {
		for i := range p.Steps {
			if r.begun(i) || !r.settled(i) {
				continue
			}
			switch {
			case r.blocked(i):
				r.tell(Event{Index: i, Phase: Skipped, Err: ErrSkipped})
			case ctx.Err() != nil && !(r.afterStart(i) && !givenUp(ctx)):
				r.cut = true
				r.tell(Event{Index: i, Phase: Skipped, Err: context.Cause(ctx)})
			case running < width:
				running++
				r.tell(Event{Index: i, Phase: Begun})
				go r.do(ctx, i, apply)
			}
		}
		if running == 0 {
			break
		}
		<-r.done
		running--
	}
	if r.cut {
		r.errs = append(r.errs, context.Cause(ctx))
	}
	return errors.Join(r.errs...)
}

type runner struct {
	plan *Plan
	emit func(Event)
	done chan int

	mu    sync.Mutex
	state []Phase
	errs  []error
	cut   bool // ctx kept a step from beginning
}

// tell notes the phase of a step and passes the event on, one at a time.
func (r *runner) tell(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Step = r.plan.Steps[e.Index]
	r.state[e.Index] = e.Phase
	if e.Phase == Failed {
		r.errs = append(r.errs, &StepError{Step: e.Step, Err: e.Err})
	}
	r.emit(e)
}

// afterStart reports whether a step belongs to the start of a container.
func (r *runner) afterStart(i int) bool {
	hook, is := r.plan.Steps[i].Action.(RunHook)
	return is && hook.Event == PostStart
}

// givesUp is where the context of a run has the one that ends later.
type givesUp struct{}

// GivesUp is a context for Run with which nothing at all begins any more when last has
// ended.
func GivesUp(ctx, last context.Context) context.Context {
	return context.WithValue(ctx, givesUp{}, last)
}

func givenUp(ctx context.Context) bool {
	last, is := ctx.Value(givesUp{}).(context.Context)
	return is && last.Err() != nil
}

// ofStep is where the context of an action has the index of its step.
type ofStep struct{}

// StepOf is the index of the step whose action was given a context, or one that was
// made of that.
func StepOf(ctx context.Context) (i int, is bool) {
	i, is = ctx.Value(ofStep{}).(int)
	return i, is
}

func (r *runner) do(ctx context.Context, i int, apply Apply) {
	err := apply(context.WithValue(ctx, ofStep{}, i), r.plan.Steps[i].Action, func(p Progress) {
		r.tell(Event{Index: i, Phase: Advanced, Progress: p})
	})
	if err != nil {
		r.tell(Event{Index: i, Phase: Failed, Err: err})
	} else {
		r.tell(Event{Index: i, Phase: Done})
	}
	r.done <- i
}

func (r *runner) begun(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state[i] != ""
}

// settled reports whether everything that step i waits for has come to an end.
func (r *runner) settled(i int) bool {
	return r.all(i, func(p Phase) bool { return p == Done || p == Failed || p == Skipped })
}

// blocked reports whether something that step i waits for did not succeed.
func (r *runner) blocked(i int) bool {
	return !r.all(i, func(p Phase) bool { return p == Done })
}

func (r *runner) all(i int, ok func(Phase) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.plan.Steps[i].After {
		if !ok(r.state[n]) {
			return false
		}
	}
	return true
}
