package trace

import (
	"cmp"
	"slices"
	"time"
)

// layout says on which lane each phase, each step that ran and each call is.
type layout struct {
	phases []placed // in the order in which they began, as what follows
	steps  []placed
	calls  []placed
	// onPhases, onSteps and onCalls are how many lanes there are of each kind.
	onPhases, onSteps, onCalls int
	inEngine                   map[StepOf]time.Duration // how long a step's calls were under way
	busy                       time.Duration            // how long any was
	end                        time.Duration            // of the command
}

// placed is a phase, a step or a call with its lane.
type placed struct {
	name   string // of a phase
	of     StepOf // the step; of a call the one that it was made for, if any
	call   Call
	span   Span
	lane   int
	within bool // of a call: the lane is one of steps
}

// lanes puts spans on as few lanes as there can be without two at the same time on one.
// It takes them in the order in which they begin.
type lanes []time.Duration // when the last on each ends

func (l *lanes) place(s Span) int {
	for i, end := range *l {
		if end <= s.Begin {
			(*l)[i] = s.End
			return i
		}
	}
	*l = append(*l, s.End)
	return len(*l) - 1
}

// nests puts spans on lanes as lanes does, but within each other where one is whole
// within another.
type nests [][]time.Duration // on each when those end that have begun, the last first

func (n *nests) place(s Span) int {
	for i, open := range *n {
		for len(open) > 0 && open[len(open)-1] <= s.Begin {
			open = open[:len(open)-1]
		}
		if len(open) == 0 || s.End <= open[len(open)-1] {
			(*n)[i] = append(open, s.End)
			return i
		}
	}
	*n = append(*n, []time.Duration{s.End})
	return len(*n) - 1
}

// union adds up spans in the order in which they begin, what several share once.
type union struct{ sum, until time.Duration }

func (u *union) add(s Span) {
	if s.End > u.until {
		u.sum += s.End - max(s.Begin, u.until)
		u.until = s.End
	}
}

func byBegin(a, b placed) int { return cmp.Compare(a.span.Begin, b.span.Begin) }

func layoutOf(c *Command) layout {
	l := layout{end: c.End, inEngine: map[StepOf]time.Duration{}}
	for _, p := range c.Phases {
		l.phases = append(l.phases, placed{name: p.Name, span: c.ended(p.Span)})
	}
	for i, p := range c.Plans {
		for n, s := range p.Steps {
			if s.ran() {
				l.steps = append(l.steps, placed{of: StepOf{i, n}, span: c.ended(s.Span)})
			}
		}
	}
	for _, call := range c.Calls {
		p := placed{call: call, span: c.span(call)}
		if call.Of != nil {
			p.of, p.within = *call.Of, true
		}
		l.calls = append(l.calls, p)
	}
	slices.SortStableFunc(l.phases, byBegin)
	slices.SortStableFunc(l.steps, byBegin)
	slices.SortStableFunc(l.calls, byBegin)
	l.place()
	return l
}

// place chooses the lanes. A call lies within its step unless another one of that is
// under way, or the step has not waited for it.
func (l *layout) place() {
	onPhases := nests{{l.end}}
	for i := range l.phases {
		l.phases[i].lane = onPhases.place(l.phases[i].span)
	}
	var onSteps, onCalls lanes
	at := map[StepOf]int{}
	for i := range l.steps {
		l.steps[i].lane = onSteps.place(l.steps[i].span)
		at[l.steps[i].of] = i
	}
	last := map[StepOf]time.Duration{}
	each := map[StepOf]union{}
	var all union
	for i := range l.calls {
		call := &l.calls[i]
		if !call.call.follows() {
			all.add(call.span)
		}
		if n, ran := at[call.of]; call.within && ran {
			u := each[call.of]
			u.add(call.span)
			each[call.of] = u
			step := l.steps[n]
			call.within = call.span.Begin >= max(step.span.Begin, last[call.of]) && call.span.End <= step.span.End
			call.lane = step.lane
		} else {
			call.within = false
		}
		if call.within {
			last[call.of] = call.span.End
			continue
		}
		call.lane = onCalls.place(call.span)
	}
	for step, u := range each {
		l.inEngine[step] = u.sum
	}
	l.onPhases, l.onSteps, l.onCalls, l.busy = len(onPhases), len(onSteps), len(onCalls), all.sum
}
