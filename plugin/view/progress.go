package view

import (
	"fmt"
	"io"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Progress shows how a plan is carried out. Start, Event and End are called
// in that order, for one plan after another, never from two goroutines at
// once; plan.Plan.Run keeps to that.
type Progress interface {
	Start(p *plan.Plan) // a plan begins; its notes are told
	Event(e plan.Event) // one of its steps has come to a phase
	End()               // it is over; the last state stays on the screen
}

// NewProgress makes the renderer of a kind. All write to Options.Err.
//
//	plain  a line a state, as docker-compose 1.x wrote where there was no terminal
//	tty    a line a task, rewritten in place; never more lines than the screen has
//	json   an object an event, one a line
//	quiet  nothing but what a failed build printed
//	auto   tty on a terminal, else plain; so is the empty kind
func NewProgress(kind string, o Options) (Progress, error) {
	switch kind {
	case "", "auto":
		if o.ErrIsTerminal && !o.Dumb {
			return newTTY(o), nil
		}
		return newPlain(o), nil
	case "plain":
		return newPlain(o), nil
	case "tty":
		return newTTY(o), nil
	case "json":
		return newJSON(o), nil
	case "quiet":
		return newQuiet(o), nil
	}
	return nil, fmt.Errorf("progress can be auto, plain, tty, json or quiet, not %q", kind)
}

// printTail explains a failed build by what it printed last.
func printTail(w io.Writer, j *job) {
	for _, line := range j.tail {
		fmt.Fprintf(w, "%s | %s\n", clean(j.task.Name), clean(line))
	}
}
