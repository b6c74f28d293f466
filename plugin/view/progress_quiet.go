package view

import (
	"io"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// quiet shows nothing unless a build fails. Then it shows the end of the
// build's output, because the error does not say what went wrong inside.
type quiet struct {
	w       io.Writer
	o       Options
	tracker *tracker
}

func newQuiet(o Options) *quiet {
	return &quiet{w: o.Err, o: o, tracker: newTracker(nil, planTask)}
}

func (q *quiet) Start(p *plan.Plan) { q.tracker = newTracker(p, planTask) }

func (q *quiet) Event(e plan.Event) {
	if t, changed := q.tracker.event(e, q.o.now()); changed && t.phase == plan.Failed {
		printTail(q.w, t)
	}
}

func (q *quiet) End() {}
