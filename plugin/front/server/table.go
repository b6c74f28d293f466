package server

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// conversation is a connection of TCP, or the datagrams of one client.
type conversation interface {
	// with is the replica; none while it is being chosen.
	with() netip.Addr
	// quiet reports whether it is over for a drain: see package front.
	quiet(idle time.Duration) bool
	// end closes both sides, the client's first.
	end()
}

// chooser is a conversation that is given a replica.
type chooser interface{ choose(a netip.Addr) }

// anyReplica stands for all of them.
func anyReplica(netip.Addr) bool { return true }

func only(a netip.Addr) func(netip.Addr) bool {
	return func(other netip.Addr) bool { return other == a }
}

// table holds the conversations that there are.
type table struct {
	mu      sync.Mutex
	all     map[conversation]bool
	refuses bool
}

func newTable() *table { return &table{all: map[conversation]bool{}} }

// add takes a conversation, or reports that nothing new is taken.
func (t *table) add(c conversation) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refuses {
		return false
	}
	t.all[c] = true
	return true
}

func (t *table) remove(c conversation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, c)
}

// refuse takes nothing new from now on.
func (t *table) refuse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refuses = true
}

// of lists the conversations with some replicas.
func (t *table) of(which func(netip.Addr) bool) []conversation {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []conversation
	for c := range t.all {
		if which(c.with()) {
			list = append(list, c)
		}
	}
	return list
}

func (t *table) count(which func(netip.Addr) bool) int { return len(t.of(which)) }

// await waits until there is no conversation with some replicas any more, for a
// time at most, and gives how many are left. It ends those on which nothing moves.
func (s *server) await(ctx context.Context, which func(netip.Addr) bool, timeout time.Duration) int {
	const step = 10 * time.Millisecond
	for begin := time.Now(); ; {
		list := s.table.of(which)
		passed := time.Since(begin)
		for _, c := range list {
			if c.quiet(front.Silence(s.limits.idle, passed, timeout)) {
				c.end()
			}
		}
		if len(list) == 0 || passed >= timeout || !pause(ctx, step) {
			return s.table.count(which)
		}
	}
}
