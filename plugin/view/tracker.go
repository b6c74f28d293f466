package view

import (
	"context"
	"errors"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// tracker follows the tasks of one plan. It groups steps into tasks: a task
// begins with its first step and ends with its last.
type tracker struct {
	tasks  []*task // in the order of the plan
	begun  []*task // in the order of their first event
	byTask map[plan.Task]*task
	taskOf func(plan.Step) plan.Task
	prefix string // of the project's names
}

// task is the progress of one task.
type task struct {
	plan.Task
	cause        string     // of its first step
	phase        plan.Phase // empty: waiting
	left         int        // steps that have not ended
	skipped      bool       // at least one step was skipped
	begun, ended time.Time  // begun is zero if no step began
	err          error      // of the first step that failed
	text         string     // its latest line of output
	parts        map[string]plan.Progress
	tail         []string // its last lines of output
}

// tailLines is how much of a build's output is kept to explain its failure.
const tailLines = 40

func newTracker(p *plan.Plan, taskOf func(plan.Step) plan.Task) *tracker {
	t := &tracker{byTask: map[plan.Task]*task{}, taskOf: taskOf}
	if p != nil {
		for _, s := range p.Steps {
			t.task(s).left++
		}
	}
	return t
}

// planTask returns a step's task as the plan has it.
func planTask(s plan.Step) plan.Task { return s.Task }

// task returns the task that a step belongs to.
func (t *tracker) task(s plan.Step) *task {
	key := t.taskOf(s)
	found := t.byTask[key]
	if found == nil {
		found = &task{Task: key, cause: s.Cause, parts: map[string]plan.Progress{}}
		t.tasks = append(t.tasks, found)
		t.byTask[key] = found
	}
	return found
}

// event records an event. It returns the task that the event belongs to, and
// whether the event has changed that task's phase. A task fails with the first
// of its steps that fails, whatever happens to the others. One that was cut off
// by an interruption has not failed: it is unfinished.
func (t *tracker) event(e plan.Event, now time.Time) (of *task, changed bool) {
	of = t.task(e.Step)
	before, phase := of.phase, e.Phase
	if phase == plan.Failed && errors.Is(e.Err, context.Canceled) {
		phase = plan.Skipped
	}
	switch phase {
	case plan.Begun:
		if of.phase == "" {
			of.phase, of.begun = plan.Begun, now
		}
	case plan.Advanced:
		of.advance(e.Progress)
	case plan.Failed:
		if of.err == nil {
			of.err = e.Err
		}
		of.phase, of.ended = plan.Failed, now
		of.left--
	case plan.Skipped:
		of.skipped = true
		fallthrough
	case plan.Done:
		of.left--
		if of.left <= 0 && of.phase != plan.Failed {
			of.ended = now
			of.phase = plan.Done
			if of.skipped {
				of.phase = plan.Skipped
			}
		}
	}
	if before == "" && of.phase != "" {
		t.begun = append(t.begun, of)
	}
	return of, of.phase != before
}

// outcome says how a task has ended.
func (t *task) outcome() string {
	switch {
	case t.phase == plan.Failed:
		return "error"
	case t.phase == plan.Skipped && t.begun.IsZero():
		return "skipped"
	case t.phase == plan.Skipped:
		return "unfinished"
	}
	return "done"
}

// advance records progress. Byte counts are kept by part and never decrease: a
// layer that has been downloaded counts from zero again while it is extracted.
func (t *task) advance(p plan.Progress) {
	if p.Total > 0 || p.Current > 0 {
		if last, ok := t.parts[p.Part]; ok {
			p.Current = max(p.Current, last.Current)
			p.Total = max(p.Total, last.Total)
		}
		t.parts[p.Part] = p
		return
	}
	output := progressLines(p)
	if len(output) == 0 {
		return
	}
	t.text = output[len(output)-1]
	t.tail = append(t.tail, output...)
	if len(t.tail) > tailLines {
		t.tail = append([]string(nil), t.tail[len(t.tail)-tailLines:]...)
	}
}

// bytes adds up what is known about the sizes of the parts.
func (t *task) bytes() (current, total int64) {
	for _, p := range t.parts {
		current += p.Current
		total += max(p.Total, p.Current)
	}
	return current, total
}

// progressLines returns the lines of text in a progress report, each with the
// name of the part that it is about.
func progressLines(p plan.Progress) []string {
	if p.Text == "" && p.Part != "" {
		return []string{p.Part}
	}
	split := lines(p.Text)
	if p.Part != "" {
		for i := range split {
			split[i] = p.Part + ": " + split[i]
		}
	}
	return split
}
