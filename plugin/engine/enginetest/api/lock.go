package api

import (
	"net/http"
	"sync"
	"time"
)

// A Lock guards the data of all stores, and wakes whatever waits for a
// change of it. The comment of the package says what takes it.
type Lock struct {
	mu      sync.Mutex
	changed chan struct{} // closed and renewed at each change
	ended   chan struct{} // closed when the engine ends
}

// NewLock makes the lock of an engine that has just started.
func NewLock() *Lock {
	return &Lock{changed: make(chan struct{}), ended: make(chan struct{})}
}

// End ends whatever waits: the engine is over.
func (l *Lock) End() { close(l.ended) }

// Hold calls f with the lock held.
func (l *Lock) Hold(f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return f()
}

// After calls f with the lock held once some time has passed, unless the engine has
// ended.
func (l *Lock) After(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		select {
		case <-l.ended:
		default:
			_ = l.Hold(func() error { f(); return nil })
		}
	})
}

// Notify wakes whatever waits for a change; the lock is held.
func (l *Lock) Notify() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Await looks with the lock held until look says that it saw what it wanted,
// and once more after each change. It reports false when the client or the
// engine ended first.
func (l *Lock) Await(r *http.Request, look func() bool) bool {
	for {
		var seen bool
		var changed chan struct{}
		_ = l.Hold(func() error {
			seen, changed = look(), l.changed
			return nil
		})
		if seen {
			return true
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return false
		case <-l.ended:
			return false
		}
	}
}

// Stream writes what look finds, now and after each change, until look says
// that it was the last, a write fails, or the client or the engine ends.
// Writing happens without the lock, so that a slow reader holds up nothing
// else.
func Stream[T any](l *Lock, r *http.Request, look func() (items []T, last bool), write func(T) error) {
	for last := false; !last; {
		var items []T
		gone := !l.Await(r, func() bool {
			items, last = look()
			return last || len(items) > 0
		})
		if gone {
			return
		}
		for _, item := range items {
			if write(item) != nil {
				return
			}
		}
	}
}
