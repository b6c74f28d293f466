package view

import (
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// tty shows one line for each task and keeps it up to date. Events only change
// the tracker; a clock draws it, so a thousand events cost no more than one.
type tty struct {
	o       Options
	palette palette

	mu      sync.Mutex // protects tracker and region
	tracker *tracker
	region  *region
	stop    func() // stops the clock and waits for it; nil: it is not running
}

// frameTime is the time from one frame to the next.
const frameTime = 100 * time.Millisecond

func newTTY(o Options) *tty {
	return &tty{o: o, palette: o.errPalette(), tracker: newTracker(nil, planTask), region: &region{w: o.Err}}
}

func (t *tty) Start(p *plan.Plan) {
	t.End()
	printPlanNotes(t.o, p, t.palette)
	t.tracker = newTracker(p, planTask)
	t.tracker.prefix = t.o.Prefix
	t.region = &region{w: t.o.Err}
	stop, done := make(chan struct{}), make(chan struct{})
	go t.run(stop, done)
	t.stop = func() {
		close(stop)
		<-done
	}
	t.o.Amid.show(t.amid)
}

// amid writes something above what is drawn.
func (t *tty) amid(write func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, height := t.o.size()
	rows := t.region.rows
	t.region.draw(nil, width, height)
	write()
	t.region.draw(rows, width, height)
}

func (t *tty) Event(e plan.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tracker.event(e, t.o.now())
}

func (t *tty) End() {
	if t.stop == nil {
		return
	}
	t.stop()
	t.stop = nil
	t.o.Amid.show(nil)
	t.draw()
	for _, task := range t.tracker.tasks {
		if task.phase == plan.Failed {
			printTail(t.o.Err, task)
		}
	}
}

// run draws frames until stop is closed, then closes done.
func (t *tty) run(stop, done chan struct{}) {
	defer close(done)
	clock := time.NewTicker(frameTime)
	defer clock.Stop()
	for {
		select {
		case <-stop:
			return
		case <-clock.C:
			t.draw()
		}
	}
}

func (t *tty) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, height := t.o.size()
	// The last cell of a line stays free because terminals differ in where the
	// cursor is after it. The last line is for the cursor.
	t.region.draw(t.tracker.frame(width-1, height-1, t.o.now(), t.palette), width, height)
}
