package view

import (
	"fmt"
	"io"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Progress shows how a plan is carried out. Start, Event and End are called in
// that order, for one plan after another, and never from two goroutines at
// once; plan.Plan.Run guarantees that for events.
type Progress interface {
	Start(p *plan.Plan) // a plan begins; its notes are shown
	Event(e plan.Event) // a step has reached a phase
	End()               // the plan has ended; its last state stays on the screen
}

// NewProgress makes a renderer of the given kind. All kinds write to
// Options.Err.
//
//	plain  a line for each state, as docker-compose 1.x wrote without a terminal
//	tty    a line for each task, rewritten in place; never more lines than the screen has
//	json   an object for each event, one a line
//	quiet  nothing but the end of a failed build's output
//	auto   tty on a terminal, otherwise plain; the empty kind is auto too
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

// printTail explains a failed build with the last lines of its output.
func printTail(w io.Writer, t *task) {
	for _, line := range t.tail {
		fmt.Fprintf(w, "%s | %s\n", sanitize(t.Name), sanitize(line))
	}
}
