package view

import (
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// tty shows a line a task and keeps it up to date. Events only change the
// board; a clock of its own draws it, so a thousand events cost no more than
// one.
type tty struct {
	o       Options
	palette palette

	mu    sync.Mutex // between the events and the clock
	board *board
	area  *area
	stop  func() // ends the clock and waits for it; nil: it does not run
}

// frameTime is how long a frame stays.
const frameTime = 100 * time.Millisecond

func newTTY(o Options) *tty {
	return &tty{o: o, palette: o.errPalette(), board: newBoard(nil, wholeTask), area: &area{w: o.Err}}
}

func (t *tty) Start(p *plan.Plan) {
	t.End()
	printPlanNotes(t.o.Err, p, t.palette)
	t.board = newBoard(p, wholeTask)
	t.area = &area{w: t.o.Err}
	stop, done := make(chan struct{}), make(chan struct{})
	go t.run(stop, done)
	t.stop = func() {
		close(stop)
		<-done
	}
}

func (t *tty) Event(e plan.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.board.event(e, t.o.now())
}

func (t *tty) End() {
	if t.stop == nil {
		return
	}
	t.stop()
	t.stop = nil
	t.draw()
	for _, j := range t.board.jobs {
		if j.phase == plan.Failed {
			printTail(t.o.Err, j)
		}
	}
}

// run draws until it is told to stop.
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
	// The last cell of a line stays free, for terminals differ in where the
	// cursor is after it; the last line is the cursor's.
	t.area.draw(t.board.frame(width-1, height-1, t.o.now(), t.palette), width, height)
}
