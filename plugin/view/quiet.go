package view

import (
	"io"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// quiet shows nothing, unless a build fails: the error alone would not say
// what went wrong inside.
type quiet struct {
	w     io.Writer
	o     Options
	board *board
}

func newQuiet(o Options) *quiet {
	return &quiet{w: o.Err, o: o, board: newBoard(nil, wholeTask)}
}

func (q *quiet) Start(p *plan.Plan) { q.board = newBoard(p, wholeTask) }

func (q *quiet) Event(e plan.Event) {
	if j, changed := q.board.event(e, q.o.now()); changed && j.phase == plan.Failed {
		printTail(q.w, j)
	}
}

func (q *quiet) End() {}
