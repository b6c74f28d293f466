// Package profile notes what a command waits for and how long that takes, and writes it
// into a file as a trace: see package trace, which decides what is in there. Here are
// the clock and the file.
//
// Without a file there is no Recorder: all methods of a nil one do nothing, and the
// command runs as if they were not called.
package profile

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/trace"
)

// Recorder notes what a command does. Any number of goroutines may use it.
type Recorder struct {
	file  *file
	began time.Time

	mu      sync.Mutex
	command trace.Command
}

// Open makes the file, or empties it, and begins to note what the command of a name
// does. A file that can't be written, or that holds anything but a trace, is an error,
// before anything is done.
func Open(path, command string) (*Recorder, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return &Recorder{file: f, began: time.Now(), command: trace.Command{Name: command}}, nil
}

// Close writes what was noted until now, also while the command still does something.
func (r *Recorder) Close() error {
	text, err := trace.JSON(r.noted())
	if err != nil {
		return err
	}
	return r.file.write(text)
}

// noted is a copy of what was noted, with its end.
func (r *Recorder) noted() trace.Command {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.command
	c.End = r.now()
	c.Phases, c.Calls, c.Plans = slices.Clone(c.Phases), slices.Clone(c.Calls), slices.Clone(c.Plans)
	for i := range c.Plans {
		c.Plans[i].Steps = slices.Clone(c.Plans[i].Steps)
	}
	return c
}

// now is the time since the command began. It is never 0, which is what has no end.
func (r *Recorder) now() time.Duration { return max(1, time.Since(r.began)) }

// Phase notes that a part of the command begins. Call end when it has ended.
func (r *Recorder) Phase(name string) (end func()) {
	if r == nil {
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.command.Phases)
	r.command.Phases = append(r.command.Phases, trace.Phase{Name: name, Span: trace.Span{Begin: r.now()}})
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.command.Phases[n].End = r.now()
	}
}

// Look is Phase for a look at the engine: what comes after a plan is another one.
func (r *Recorder) Look() (end func()) {
	if r == nil {
		return func() {}
	}
	r.mu.Lock()
	again := len(r.command.Plans) > 0
	r.mu.Unlock()
	if again {
		return r.Phase("look again")
	}
	return r.Phase("look at the engine")
}

// Context is a context whose calls to the engine are noted.
func (r *Recorder) Context(ctx context.Context) context.Context {
	return engine.WithCalls(ctx, r.call)
}

// planKey is where the context in which a plan is carried out has its index.
type planKey struct{}

// Plan notes that a plan is carried out, at most width steps at once, of whose tasks
// progress shows what shown says. What it returns is for the plan to run with, in place
// of ctx and emit.
func (r *Recorder) Plan(ctx context.Context, p *plan.Plan, width int, shown func(plan.Task) string, emit func(plan.Event)) (context.Context, func(plan.Event)) {
	if r == nil {
		return ctx, emit
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	carried := trace.Plan{Begin: r.now(), Width: max(1, width)}
	for _, s := range p.Steps {
		carried.Steps = append(carried.Steps, trace.Step{Task: shown(s.Task), Action: s.Action.Words(), Cause: s.Cause, After: s.After})
	}
	n := len(r.command.Plans)
	r.command.Plans = append(r.command.Plans, carried)
	return context.WithValue(ctx, planKey{}, n), func(e plan.Event) {
		r.event(n, e)
		emit(e)
	}
}

// event notes that a step of the nth plan has come to a phase.
func (r *Recorder) event(n int, e plan.Event) {
	if e.Phase == plan.Advanced {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.command.Plans[n].Steps[e.Index]
	s.Phase = e.Phase
	if e.Phase == plan.Begun {
		s.Begin = r.now()
		return
	}
	s.End = r.now()
}

// call notes that a call begins. What it returns notes how it goes on.
func (r *Recorder) call(ctx context.Context, method, path string) engine.Call {
	c := trace.Call{Method: method, Path: path, Span: trace.Span{Begin: r.now()}}
	if n, within := ctx.Value(planKey{}).(int); within {
		if step, is := plan.StepOf(ctx); is {
			c.Of = &trace.StepOf{Plan: n, Step: step}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.command.Calls)
	r.command.Calls = append(r.command.Calls, c)
	note := func(change func(*trace.Call, time.Duration)) {
		r.mu.Lock()
		defer r.mu.Unlock()
		change(&r.command.Calls[n], r.now())
	}
	return engine.Call{
		Asked:    func(path string) { note(func(c *trace.Call, _ time.Duration) { c.Path = path }) },
		Answered: func(status int) { note(func(c *trace.Call, now time.Duration) { c.Status, c.Answered = status, now }) },
		Ended: func() {
			note(func(c *trace.Call, now time.Duration) {
				if c.End == 0 {
					c.End = now
				}
			})
		},
	}
}
