package tasks

import (
	"slices"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/view"
)

// ordered puts lines in the order of their times. A manager sends what the tasks of a
// service wrote as it gets it from their nodes, one after another or mixed, so that a
// line can be followed by older ones. Lines are held until no more come for a moment, but
// not for longer than hold.
type ordered struct {
	emit  func(view.LogLine)
	quiet time.Duration // after so long without a line those that have come are passed on; 0: they are held until Close
	hold  time.Duration // for so long one is held at most; the first, which are of the past, for past
	past  time.Duration
	most  int // lines that are held; of more the older half is passed on

	mu    sync.Mutex
	lines []view.LogLine
	began time.Time // when the first of lines came
	live  bool      // the past was passed on
	timer *time.Timer
}

// newOrdered holds lines of the past until Close, or of streams that go on for as long as
// it takes to put them in order.
func newOrdered(follow bool, emit func(view.LogLine)) *ordered {
	o := &ordered{emit: emit, most: 1 << 20}
	if follow {
		o.quiet, o.hold, o.past = 200*time.Millisecond, time.Second, 5*time.Second
	}
	return o
}

// Line takes a line.
func (o *ordered) Line(l view.LogLine) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.lines) == 0 {
		o.began = time.Now()
	}
	o.lines = append(o.lines, l)
	if len(o.lines) > o.most {
		o.sort()
		half := len(o.lines) / 2
		o.pass(o.lines[:half])
		o.lines = append([]view.LogLine(nil), o.lines[half:]...)
	}
	if o.quiet == 0 {
		return
	}
	longest := o.hold
	if !o.live {
		longest = o.past
	}
	wait := max(0, min(o.quiet, longest-time.Since(o.began)))
	if o.timer == nil {
		o.timer = time.AfterFunc(wait, o.settle)
		return
	}
	o.timer.Reset(wait)
}

// settle passes on all that has come.
func (o *ordered) settle() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sort()
	o.pass(o.lines)
	o.lines, o.live = nil, true
}

// Close passes on what is held.
func (o *ordered) Close() {
	o.mu.Lock()
	if o.timer != nil {
		o.timer.Stop()
	}
	o.mu.Unlock()
	o.settle()
}

func (o *ordered) sort() {
	slices.SortStableFunc(o.lines, func(a, b view.LogLine) int { return a.Time.Compare(b.Time) })
}

func (o *ordered) pass(lines []view.LogLine) {
	for _, l := range lines {
		o.emit(l)
	}
}
