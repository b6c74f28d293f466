package view

import (
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// board follows the tasks of one plan. It makes tasks out of steps: a task
// begins with its first step and ends with its last.
type board struct {
	jobs   []*job // in the order of the plan
	begun  []*job // in the order in which they first were heard of
	byTask map[plan.Task]*job
	taskOf func(plan.Step) plan.Task
}

// job is how far a task has come.
type job struct {
	task         plan.Task
	cause        string     // of its first step
	phase        plan.Phase // empty: waiting
	left         int        // steps that have not ended
	cut          bool       // a step was skipped
	begun, ended time.Time  // begun is zero where no step began
	err          error      // of the step that failed first
	text         string     // the latest of what it says
	parts        map[string]plan.Progress
	tail         []string // the last lines that it said
}

// tailLines is how much of a build's output is kept to explain its failure.
const tailLines = 40

func newBoard(p *plan.Plan, taskOf func(plan.Step) plan.Task) *board {
	b := &board{byTask: map[plan.Task]*job{}, taskOf: taskOf}
	if p != nil {
		for _, s := range p.Steps {
			b.job(s).left++
		}
	}
	return b
}

// wholeTask is the task of a step as the plan says.
func wholeTask(s plan.Step) plan.Task { return s.Task }

// job finds the job that a step belongs to.
func (b *board) job(s plan.Step) *job {
	t := b.taskOf(s)
	j := b.byTask[t]
	if j == nil {
		j = &job{task: t, cause: s.Cause, parts: map[string]plan.Progress{}}
		b.jobs = append(b.jobs, j)
		b.byTask[t] = j
	}
	return j
}

// event takes an event in and tells whose it is, and whether the job came to
// another phase by it. A job fails with the first of its steps that does,
// whatever becomes of the others.
func (b *board) event(e plan.Event, now time.Time) (j *job, changed bool) {
	j = b.job(e.Step)
	before := j.phase
	switch e.Phase {
	case plan.Begun:
		if j.phase == "" {
			j.phase, j.begun = plan.Begun, now
		}
	case plan.Advanced:
		j.progress(e.Progress)
	case plan.Failed:
		if j.err == nil {
			j.err = e.Err
		}
		j.phase, j.ended = plan.Failed, now
		j.left--
	case plan.Skipped:
		j.cut = true
		fallthrough
	case plan.Done:
		j.left--
		if j.left <= 0 && j.phase != plan.Failed {
			j.ended = now
			j.phase = plan.Done
			if j.cut {
				j.phase = plan.Skipped
			}
		}
	}
	if before == "" && j.phase != "" {
		b.begun = append(b.begun, j)
	}
	return j, j.phase != before
}

// outcome is the last word on a job that has ended.
func (j *job) outcome() string {
	switch {
	case j.phase == plan.Failed:
		return "error"
	case j.phase == plan.Skipped && j.begun.IsZero():
		return "skipped"
	case j.phase == plan.Skipped:
		return "unfinished"
	}
	return "done"
}

// progress notes a sign of life. Bytes are kept by part and never go back: a
// layer that was fetched and is now unpacked counts from the start again.
func (j *job) progress(p plan.Progress) {
	if p.Total > 0 || p.Current > 0 {
		if last, ok := j.parts[p.Part]; ok {
			p.Current = max(p.Current, last.Current)
			p.Total = max(p.Total, last.Total)
		}
		j.parts[p.Part] = p
		return
	}
	said := said(p)
	if len(said) == 0 {
		return
	}
	j.text = said[len(said)-1]
	j.tail = append(j.tail, said...)
	if len(j.tail) > tailLines {
		j.tail = append([]string(nil), j.tail[len(j.tail)-tailLines:]...)
	}
}

// bytes sums up what is known of the parts' sizes.
func (j *job) bytes() (current, total int64) {
	for _, p := range j.parts {
		current += p.Current
		total += max(p.Total, p.Current)
	}
	return current, total
}

// said gives the lines of one sign of life, each with the part that it is of.
func said(p plan.Progress) []string {
	if p.Text == "" && p.Part != "" {
		return []string{p.Part}
	}
	said := lines(p.Text)
	if p.Part != "" {
		for i := range said {
			said[i] = p.Part + ": " + said[i]
		}
	}
	return said
}
