// Package trace turns what was noted while a command ran into a trace in the Chrome
// trace event format, which chrome://tracing, Perfetto and speedscope open. It is pure:
// who notes, and with which clock, is package profile.
//
// A trace has lanes. The first has the command and, within it, its phases. The next
// ones have the steps of plans: two that ran at the same time are on different lanes,
// so there are as many as ran at once. What a step asked of the engine lies within it.
// All other calls have lanes of their own.
package trace

import (
	"path"
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Command is what was noted of a command. All times are since it began.
type Command struct {
	Name   string // as it is typed, without flags and arguments
	End    time.Duration
	Phases []Phase
	Plans  []Plan // in the order in which they were carried out
	Calls  []Call
}

// Span is from when to when something was. What had not ended when the command did has
// no End.
type Span struct{ Begin, End time.Duration }

// Phase is a part of a command.
type Phase struct {
	Name string
	Span
}

// Plan is a plan that was carried out.
type Plan struct {
	Begin time.Duration
	Width int // how many steps there may be at once
	Steps []Step
}

// Step is one of a plan. Of one that was not begun Phase is empty, or Skipped at its
// End.
type Step struct {
	Task   string // as progress shows it
	Action string // what it does
	Cause  string
	After  []int // the steps that it waits for, by index
	Phase  plan.Phase
	Span
}

// ran reports whether a step was begun.
func (s Step) ran() bool { return s.Phase != "" && s.Phase != plan.Skipped }

// Call is a call to the engine.
type Call struct {
	Method, Path string        // without parameters
	Status       int           // 0: there was no answer
	Answered     time.Duration // when the answer began
	Of           *StepOf       // for which step it was made; nil: for none
	Span
}

// follows reports whether a call only listens to what goes on, or waits for the end of
// a process: then it is not the engine that takes the time.
func (c Call) follows() bool {
	return slices.Contains([]string{"events", "logs", "attach", "wait"}, path.Base(c.Path))
}

// StepOf is a step, by the index of its plan and its own.
type StepOf struct{ Plan, Step int }

// Wait is what a step waited for before it began.
type Wait struct {
	Ready time.Duration // when all that it waits for was done
	Last  int           // of that, the step that was done last; -1: it waits for none
	Step  time.Duration // how long, since its plan began, for that one
	Place time.Duration // how long then, until fewer steps than the plan's width ran
}

// Wait works out what a step waited for.
func (p Plan) Wait(step int) Wait {
	w := Wait{Ready: p.Begin, Last: -1}
	for _, n := range p.Steps[step].After {
		if end := p.Steps[n].End; w.Last < 0 || end > w.Ready {
			w.Ready, w.Last = max(end, p.Begin), n
		}
	}
	w.Step, w.Place = w.Ready-p.Begin, max(0, p.Steps[step].Begin-w.Ready)
	return w
}

// ended gives a span that has not ended the end of the command.
func (c *Command) ended(s Span) Span {
	if s.End == 0 {
		s.End = c.End
	}
	s.End = max(s.Begin, s.End)
	return s
}

// span is when a call was under way. When one ended that became a connection to a
// process is not known: it counts until its answer.
func (c *Command) span(of Call) Span {
	if of.End == 0 {
		of.End = of.Answered
	}
	return c.ended(of.Span)
}
