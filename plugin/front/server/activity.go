package server

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// activity is what a conversation has with which replica, and when something moved on
// it last. The times are since the front began, in nanoseconds.
type activity struct {
	since    time.Time // when the front began
	opened   int64
	asked    atomic.Int64 // when something of the client was read; 0: never
	answered atomic.Int64 // when something of the replica was read; 0: never
	passed   atomic.Int64 // when something was passed on; that an answer may precede
	held     atomic.Int32 // by how many readers something is held that was read and not passed on
	replica  atomic.Pointer[netip.Addr]
}

func newActivity(since time.Time) *activity {
	return &activity{since: since, opened: int64(time.Since(since))}
}

// now is never 0.
func (a *activity) now() int64 { return int64(time.Since(a.since)) + 1 }

func (a *activity) choose(addr netip.Addr) { a.replica.Store(&addr) }

func (a *activity) with() netip.Addr {
	if addr := a.replica.Load(); addr != nil {
		return *addr
	}
	return netip.Addr{}
}

// silence is for how long nothing has moved.
func (a *activity) silence() time.Duration {
	return time.Duration(a.now() - max(a.opened, a.asked.Load(), a.answered.Load(), a.passed.Load()))
}

// awaits reports whether the client waits for an answer: what was read last is its.
func (a *activity) awaits() bool { return a.asked.Load() > a.answered.Load() }
