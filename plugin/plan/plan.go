package plan

import (
	"fmt"
	"strings"
)

// Plan is what is to be done, in an order in which it could be done one step
// at a time.
type Plan struct {
	Steps []Step
	Notes []string // what the user should know beside: containers and networks that are left alone; each may have several lines

	// Later names the containers that are started or replaced by the plan that is made
	// when the images are built, with their states.
	Later []string

	// unmet reports steps that have to come after one that is not in the plan:
	// a mistake in this package. Make returns it, and Run refuses to begin: it
	// is better to do nothing than to remove a container whose replacement may
	// not be there.
	unmet error
}

// Step is one action with its place in the plan.
type Step struct {
	Action Action
	Cause  string // why: missing, options changed: command, …
	Task   Task   // the work, as a user sees it, that the step is part of
	After  []int  // the steps that must be done before, by index, ascending; all smaller than its own
}

// Task is a piece of work as a user sees it: several steps may share one.
// Replacing a container is six steps and one task.
type Task struct {
	Verb Verb
	Kind string // container, network, image, volume or service
	Name string
}

// Verb is what a task does.
type Verb string

// The verbs of tasks.
const (
	Create   Verb = "create"
	Recreate Verb = "recreate"
	Start    Verb = "start"
	Stop     Verb = "stop"
	Remove   Verb = "remove"
	Relink   Verb = "relink"
	Pull     Verb = "pull"
	Build    Verb = "build"
	Push     Verb = "push"
	Restart  Verb = "restart"
	Kill     Verb = "kill"
	Pause    Verb = "pause"
	Unpause  Verb = "unpause"
	Wait     Verb = "wait for"
	Update   Verb = "update"
	Scale    Verb = "scale"
)

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// String is the plan as text, the lines of Lines.
func (p *Plan) String() string {
	var b strings.Builder
	for _, l := range p.Lines() {
		b.WriteString(l + "\n")
	}
	return b.String()
}

// Lines has a line for each step, with its number, what is done, why, and in
// brackets the steps it waits for; and those of the notes.
func (p *Plan) Lines() []string {
	var lines []string
	for i, s := range p.Steps {
		var b strings.Builder
		fmt.Fprintf(&b, "%3d %s: %s", i+1, s.Action.Words(), s.Cause)
		if len(s.After) > 0 {
			b.WriteString(" [")
			for j, n := range s.After {
				if j > 0 {
					b.WriteByte(' ')
				}
				fmt.Fprint(&b, n+1)
			}
			b.WriteByte(']')
		}
		lines = append(lines, b.String())
	}
	for _, n := range p.Notes {
		of := NoteLines(n)
		of[0] = "note: " + of[0]
		lines = append(lines, of...)
	}
	return lines
}

// NoteLines are the lines of a note. All but the first are indented, also those
// that a name in it makes.
func NoteLines(note string) []string {
	lines := strings.Split(note, "\n")
	for i, l := range lines[1:] {
		if !strings.HasPrefix(l, "  ") {
			lines[i+1] = "  " + l
		}
	}
	return lines
}
