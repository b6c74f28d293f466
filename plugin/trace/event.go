package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Head is how every trace begins.
const Head = `{"displayTimeUnit":"ms",`

// event is one of the format, with the names that it has there.
type event struct {
	Name string `json:"name"`
	Cat  string `json:"cat,omitempty"`
	Kind string `json:"ph"`            // X: something that took time, i: a moment, M: the name of a lane
	At   int64  `json:"ts"`            // in microseconds
	For  *int64 `json:"dur,omitempty"` // of X
	PID  int    `json:"pid"`
	Lane int    `json:"tid"`
	Mark string `json:"s,omitempty"` // of i, as far as it is drawn: t, its lane
	Args any    `json:"args,omitempty"`
}

// What is beside events. Times are in milliseconds.
type (
	commandArgs struct {
		Command  string  `json:"command"`
		Took     float64 `json:"took_ms"`
		Steps    int     `json:"steps"`
		Calls    int     `json:"calls"`
		InEngine float64 `json:"in_engine_ms"` // at least one call was under way that is no following
	}
	stepArgs struct {
		Plan     int     `json:"plan"` // numbers from 1, as of steps
		Step     int     `json:"step"`
		Task     string  `json:"task"`
		Cause    string  `json:"cause,omitempty"`
		Outcome  string  `json:"outcome"` // done, failed, or begun where it has not ended
		After    []int   `json:"after,omitempty"`
		Ready    float64 `json:"ready_ms"` // since the command began
		Last     string  `json:"waited_for,omitempty"`
		ForStep  float64 `json:"waited_for_steps_ms"` // since the plan began
		Parallel int     `json:"parallel"`
		ForPlace float64 `json:"waited_for_place_ms"` // a free one of parallel
		Ran      float64 `json:"ran_ms"`
		InEngine float64 `json:"in_engine_ms"` // of that, at least one of its calls was under way
	}
	skippedArgs struct {
		Plan  int   `json:"plan"`
		Step  int   `json:"step"`
		After []int `json:"after,omitempty"`
	}
	callArgs struct {
		Status   int     `json:"status"`
		Answered float64 `json:"answered_ms"` // until the answer began
		Took     float64 `json:"took_ms"`     // until it was read
		Action   string  `json:"for,omitempty"`
	}
	nameArgs struct {
		Name string `json:"name"`
	}
	orderArgs struct {
		Index int `json:"sort_index"`
	}
)

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// JSON is the trace of a command, with a line for each event.
func JSON(c Command) ([]byte, error) {
	l := layoutOf(&c)
	summary := commandArgs{c.Name, ms(c.End), len(l.steps), len(l.calls), ms(l.busy)}
	head, err := json.Marshal(summary)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(Head + `"otherData":`)
	out.Write(head)
	out.WriteString(`,"traceEvents":[`)
	for i, e := range events(&c, l, summary) {
		e.PID = 1
		line, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	return []byte(printable.Escape(out.String())), nil
}

// commandLane is the first lane. It has the command, and its phases unless one is under
// way beside another: those have the next lanes. Then come the ones of steps and of calls.
const commandLane = 1

func events(c *Command, l layout, summary commandArgs) []event {
	stepLane := func(n int) int { return commandLane + l.onPhases + n }
	callLane := func(n int) int { return stepLane(l.onSteps) + n }
	all := []event{{Name: "process_name", Kind: "M", Args: nameArgs{c.Name}}}
	all = append(all, named(commandLane, "command")...)
	for i := 1; i < l.onPhases; i++ {
		all = append(all, named(commandLane+i, fmt.Sprintf("command %d", i+1))...)
	}
	for i := range l.onSteps {
		all = append(all, named(stepLane(i), fmt.Sprintf("steps %d", i+1))...)
	}
	for i := range l.onCalls {
		all = append(all, named(callLane(i), fmt.Sprintf("engine %d", i+1))...)
	}
	all = append(all, took(c.Name, "command", commandLane, Span{0, c.End}, summary))
	for _, p := range l.phases {
		all = append(all, took(p.name, "phase", commandLane+p.lane, p.span, nil))
	}
	all = append(all, skipped(c)...)
	for _, s := range l.steps {
		all = append(all, took(c.Plans[s.of.Plan].Steps[s.of.Step].Action, "step", stepLane(s.lane), s.span, argsOf(c, l, s)))
	}
	for _, p := range l.calls {
		lane := callLane(p.lane)
		if p.within {
			lane = stepLane(p.lane)
		}
		args := callArgs{Status: p.call.Status, Took: ms(p.span.End - p.span.Begin)}
		if p.call.Status != 0 {
			args.Answered = ms(p.call.Answered - p.span.Begin)
		}
		if of := p.call.Of; of != nil {
			args.Action = c.Plans[of.Plan].Steps[of.Step].Action
		}
		all = append(all, took(p.call.Method+" "+p.call.Path, "call", lane, p.span, args))
	}
	return all
}

// took is something that took time. Both ends are cut to microseconds, so that what
// lies within something else does so in the trace.
func took(name, cat string, lane int, s Span, args any) event {
	long := s.End.Microseconds() - s.Begin.Microseconds()
	return event{Name: name, Cat: cat, Kind: "X", At: s.Begin.Microseconds(), For: &long, Lane: lane, Args: args}
}

// named names a lane, and puts it in its place.
func named(lane int, name string) []event {
	return []event{
		{Name: "thread_name", Kind: "M", Lane: lane, Args: nameArgs{name}},
		{Name: "thread_sort_index", Kind: "M", Lane: lane, Args: orderArgs{lane}},
	}
}

// skipped are the steps that were not begun because of others, as moments.
func skipped(c *Command) []event {
	var all []event
	for i, p := range c.Plans {
		for n, s := range p.Steps {
			if s.Phase == plan.Skipped {
				all = append(all, event{
					Name: "skipped: " + s.Action, Cat: "step", Kind: "i", At: s.End.Microseconds(), Lane: commandLane, Mark: "t",
					Args: skippedArgs{i + 1, n + 1, numbers(s.After)},
				})
			}
		}
	}
	return all
}

func argsOf(c *Command, l layout, of placed) stepArgs {
	p := c.Plans[of.of.Plan]
	s, w := p.Steps[of.of.Step], p.Wait(of.of.Step)
	args := stepArgs{
		Plan: of.of.Plan + 1, Step: of.of.Step + 1, Task: s.Task, Cause: s.Cause, Outcome: string(s.Phase), After: numbers(s.After),
		Ready: ms(w.Ready), ForStep: ms(w.Step), Parallel: p.Width, ForPlace: ms(w.Place),
		Ran: ms(of.span.End - of.span.Begin), InEngine: ms(l.inEngine[of.of]),
	}
	if w.Last >= 0 {
		args.Last = p.Steps[w.Last].Action
	}
	return args
}

// numbers are steps as they are numbered for people.
func numbers(steps []int) []int {
	var list []int
	for _, n := range steps {
		list = append(list, n+1)
	}
	return list
}
