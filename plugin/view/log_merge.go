package view

import (
	"sync"
	"time"
)

// Merge puts the lines of several sources in the order of their times. Each
// source must be in order itself. A line is passed on only once every other
// source has shown its next line. A source that keeps the others waiting for as
// long as the timeout has delivered its past lines and is now following: it is
// no longer waited for, and its lines are passed on as they come.
//
// Add all sources before the first line is sent.
type Merge struct {
	timeout time.Duration
	emit    func(LogLine)

	mu      sync.Mutex
	sources []*MergeSource // those that are open
	timer   *time.Timer
	round   int // counts calls of advance, so that a timer knows if it is late
}

// MergeSource is one of the sources of a Merge.
type MergeSource struct {
	merge     *Merge
	next      *LogLine      // a line that has not been passed on
	passed    chan struct{} // receives when next has been passed on
	following bool          // it is not waited for
}

// NewMerge returns a Merge that passes lines to emit, one at a time.
func NewMerge(timeout time.Duration, emit func(LogLine)) *Merge {
	return &Merge{timeout: timeout, emit: emit}
}

// Source adds a source. Close it when it has no more lines.
func (m *Merge) Source() *MergeSource {
	s := &MergeSource{merge: m, passed: make(chan struct{}, 1)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources = append(m.sources, s)
	return s
}

// Line sends the next line and returns once it has been passed on, so a source
// that is ahead of the others is held back and lines do not pile up.
func (s *MergeSource) Line(l LogLine) {
	m := s.merge
	m.mu.Lock()
	s.next = &l
	m.advance()
	m.mu.Unlock()
	<-s.passed
}

// Close says that there are no more lines.
func (s *MergeSource) Close() {
	m := s.merge
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.sources {
		if m.sources[i] == s {
			m.sources = append(m.sources[:i], m.sources[i+1:]...)
			break
		}
	}
	m.advance()
}

// advance passes on all lines that need not wait.
func (m *Merge) advance() {
	m.round++
	if m.timer != nil {
		m.timer.Stop()
	}
	for {
		first, wait := m.first()
		if first == nil {
			return
		}
		if wait {
			round := m.round
			m.timer = time.AfterFunc(m.timeout, func() { m.timedOut(round) })
			return
		}
		m.emit(*first.next)
		first.next = nil
		first.passed <- struct{}{}
	}
}

// first returns the source with the oldest line, or nil, and whether that line
// has to wait for a source without one. Of lines with the same time, that of the
// source that was added first comes first.
func (m *Merge) first() (first *MergeSource, wait bool) {
	for _, s := range m.sources {
		switch {
		case s.next == nil:
			wait = wait || !s.following
		case first == nil || s.next.Time.Before(first.next.Time):
			first = s
		}
	}
	return first, wait
}

// timedOut ends the waiting for sources without a line, unless something has
// happened since the timer of that round was started.
func (m *Merge) timedOut(round int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return
	}
	for _, s := range m.sources {
		if s.next == nil {
			s.following = true
		}
	}
	m.advance()
}
