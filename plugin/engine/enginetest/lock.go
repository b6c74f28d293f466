package enginetest

import (
	"net/http"
	"sync"
	"time"
)

// stateLock guards the data of all stores, and wakes whatever waits for a
// change of it. The comment of the package says what takes it.
type stateLock struct {
	mu      sync.Mutex
	changed chan struct{} // closed and renewed at each change
	ended   chan struct{} // closed when the engine ends
}

func newStateLock() *stateLock {
	return &stateLock{changed: make(chan struct{}), ended: make(chan struct{})}
}

// hold calls f with the lock held.
func (l *stateLock) hold(f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return f()
}

// after calls f with the lock held once some time has passed.
func (l *stateLock) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		_ = l.hold(func() error { f(); return nil })
	})
}

// notify wakes whatever waits for a change; the lock is held.
func (l *stateLock) notify() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// await looks with the lock held until look says that it saw what it wanted,
// and once more after each change. It reports false when the client or the
// engine ended first.
func (l *stateLock) await(r *http.Request, look func() bool) bool {
	for {
		var seen bool
		var changed chan struct{}
		_ = l.hold(func() error {
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

// stream writes what look finds, now and after each change, until look says
// that it was the last, a write fails, or the client or the engine ends.
// Writing happens without the lock, so that a slow reader holds up nothing
// else.
func stream[T any](l *stateLock, r *http.Request, look func() (items []T, last bool), write func(T) error) {
	for last := false; !last; {
		var items []T
		gone := !l.await(r, func() bool {
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
