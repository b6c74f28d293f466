package view

import (
	"sync"
	"time"
)

// Merge brings lines of several sources, each of which is in the order of
// time, into one order. As long as the sources deliver what they have, a line
// goes on only when every source has shown its next one. A source that lets
// the others wait for the length of patience has evidently told its past and
// is waiting for something to happen: from then on nobody waits for it, and
// its lines go on as they come.
//
// Add every source before the first line is sent.
type Merge struct {
	patience time.Duration
	emit     func(LogLine)

	mu      sync.Mutex
	sources []*MergeSource // those that are open
	timer   *time.Timer
	round   int // counts what happened, so that a timer knows if it is late
}

// MergeSource is one of the sources of a Merge.
type MergeSource struct {
	merge *Merge
	next  *LogLine // a line that waits to go on
	gone  chan struct{}
	live  bool // nobody waits for it
}

// NewMerge makes a merger that hands lines to emit, one at a time.
func NewMerge(patience time.Duration, emit func(LogLine)) *Merge {
	return &Merge{patience: patience, emit: emit}
}

// Source adds a source. It must be closed when it has no more lines.
func (m *Merge) Source() *MergeSource {
	s := &MergeSource{merge: m, gone: make(chan struct{}, 1)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources = append(m.sources, s)
	return s
}

// Line sends the next line and returns when it was handed on: a source that is
// far ahead of the others is held back and nothing is piled up.
func (s *MergeSource) Line(l LogLine) {
	m := s.merge
	m.mu.Lock()
	s.next = &l
	m.advance()
	m.mu.Unlock()
	<-s.gone
}

// Close says that no more lines come.
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

// advance hands on all lines that need not wait.
func (m *Merge) advance() {
	m.round++
	if m.timer != nil {
		m.timer.Stop()
	}
	for {
		first, silent := m.first()
		if first == nil {
			return
		}
		if silent {
			round := m.round
			m.timer = time.AfterFunc(m.patience, func() { m.giveUp(round) })
			return
		}
		m.emit(*first.next)
		first.next = nil
		first.gone <- struct{}{}
	}
}

// first is the source with the oldest line, or nil, and tells whether there
// is one to be waited for that has shown no line. Of lines of one moment that
// of the source that was added first goes first.
func (m *Merge) first() (first *MergeSource, silent bool) {
	for _, s := range m.sources {
		switch {
		case s.next == nil:
			silent = silent || !s.live
		case first == nil || s.next.Time.Before(first.next.Time):
			first = s
		}
	}
	return first, silent
}

// giveUp ends the waiting for the sources that are silent now, unless one of
// them spoke at the last moment.
func (m *Merge) giveUp(round int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return
	}
	for _, s := range m.sources {
		if s.next == nil {
			s.live = true
		}
	}
	m.advance()
}
