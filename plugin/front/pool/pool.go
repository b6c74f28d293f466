// Package pool decides which replica gets a connection: which there are, which
// answer, which are being drained, and whose turn it is. It is pure: what was
// found out and the time are told it, and nothing waits in it. A Pool is for one
// goroutine at a time.
package pool

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// The pauses between two attempts to reach a replica that does not answer: the
// first, and the longest. They double.
const (
	FirstPause   = 100 * time.Millisecond
	LongestPause = 2 * time.Second
)

// SilencesAway is how many attempts in a row to which nothing came back show that
// a replica that is drained is away. One may be lost where there is much to do.
const SilencesAway = 2

// Forgotten is how long after the timeout of a drain a replica gets connections
// again if it never was away: who asked for the drain did not go on.
const Forgotten = time.Minute

// Pool is the replicas of a service, for one of its ports.
type Pool struct {
	algorithm front.Algorithm
	proto     front.Proto
	replicas  map[netip.Addr]*replica // those that the name leads to, and those that still have connections
	members   []netip.Addr            // what the name leads to, in order
	last      netip.Addr              // the last one chosen
}

type replica struct {
	member   bool
	proven   bool // it has answered since it joined
	open     int
	failures int       // in a row
	retry    time.Time // when one that fails is tried again
	drained  bool
	away     bool      // of one that is drained: it was seen not to answer
	until    time.Time // of one that is drained
}

// New is a pool without replicas, for a port of a protocol. A port of UDP can't
// be tried without a datagram that means something to it. So a replica whose port
// of UDP does not answer gets a client again after a pause, and one of TCP only
// after it did answer.
func New(algorithm front.Algorithm, proto front.Proto) *Pool {
	return &Pool{algorithm: algorithm, proto: proto, replicas: map[netip.Addr]*replica{}}
}

// SetMembers says to which addresses the name of the service leads now. One that
// leaves is forgotten with all that is known of it, but for its connections.
func (p *Pool) SetMembers(addrs []netip.Addr) (joined, left []netip.Addr) {
	now := slices.Clone(addrs)
	slices.SortFunc(now, netip.Addr.Compare)
	now = slices.Compact(now)
	for _, a := range p.members {
		if _, stays := slices.BinarySearchFunc(now, a, netip.Addr.Compare); !stays {
			left = append(left, a)
			p.replicas[a] = &replica{open: p.replicas[a].open}
			p.forget(a)
		}
	}
	for _, a := range now {
		r := p.replicas[a]
		if r == nil {
			r = &replica{}
			p.replicas[a] = r
		}
		if !r.member {
			joined = append(joined, a)
			r.member = true
		}
	}
	p.members = now
	return joined, left
}

// forget drops a replica that is nothing to the pool any more.
func (p *Pool) forget(a netip.Addr) {
	if r := p.replicas[a]; r != nil && !r.member && r.open == 0 {
		delete(p.replicas, a)
	}
}

// Order appends to list the replicas that a connection is to try, one after
// another until one answers: in the order of the algorithm those that answer, then
// those that have just joined, then those that did not answer lately. With drained, for a connection that has waited in vain,
// those that are drained come last; otherwise they get none.
func (p *Pool) Order(list []netip.Addr, drained bool, now time.Time) []netip.Addr {
	from := len(list)
	at, found := slices.BinarySearchFunc(p.members, p.last, netip.Addr.Compare)
	if found {
		at++
	}
	for i := range p.members {
		a := p.members[(at+i)%len(p.members)]
		if drained || !p.replicas[a].drained {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list[from:], func(a, b netip.Addr) int { return p.compare(p.replicas[a], p.replicas[b], now) })
	return list
}

func (p *Pool) compare(a, b *replica, now time.Time) int {
	if c := cmp.Compare(p.class(a, now), p.class(b, now)); c != 0 {
		return c
	}
	if p.algorithm == front.LeastConnections {
		return cmp.Compare(a.open, b.open)
	}
	return 0
}

// class ranks replicas by what is to be expected of them. The name leads to a
// container before packets do, and long before its program listens: one that has just
// joined is not for clients to try as long as others answer.
func (p *Pool) class(r *replica, now time.Time) int {
	switch {
	case r.drained:
		return 3
	case r.failures > 0 && (p.proto == front.TCP || now.Before(r.retry)):
		return 2
	case !r.proven && p.proto == front.TCP:
		return 1
	}
	return 0
}

// Opened says that a connection to a replica was begun. It counts from then on,
// so that those which are made at the same time do not all go the same way.
func (p *Pool) Opened(a netip.Addr) {
	r := p.replicas[a]
	if r == nil { // it has left meanwhile
		r = &replica{}
		p.replicas[a] = r
	}
	r.open++
	p.last = a
}

// Closed says that a connection that was Opened has ended, or did not come about.
func (p *Pool) Closed(a netip.Addr) {
	p.replicas[a].open--
	p.forget(a)
}

// Event is what has changed about a replica.
type Event int

// The events.
const (
	Nothing      Event = iota
	Answers            // it has joined, and answers
	Fails              // it does not answer any more
	AnswersAgain       // it did not answer before
	GoesAway           // it is drained, and does not answer now
	DrainEnds          // it gets connections again
)

// Failed says that a replica did not answer an attempt to reach it: within the
// time that it had, or, refused, with an error that came back at once.
func (p *Pool) Failed(a netip.Addr, refused bool, now time.Time) Event {
	r := p.member(a)
	switch {
	case r == nil:
		return Nothing
	case r.drained:
		r.failures++
		if r.away || !refused && r.failures < SilencesAway {
			return Nothing
		}
		r.away = true
		return GoesAway
	case r.failures > 0 && now.Before(r.retry):
		return Nothing // many clients that try at the same time are one attempt
	}
	r.retry = now.Add(min(LongestPause, FirstPause<<min(r.failures, 10)))
	r.failures++
	if r.failures == 1 {
		return Fails
	}
	return Nothing
}

// Answered says that a replica did answer.
func (p *Pool) Answered(a netip.Addr, now time.Time) Event {
	r := p.member(a)
	switch {
	case r == nil:
		return Nothing
	case r.drained && (r.away || !now.Before(r.until)):
		*r = replica{member: true, proven: true, open: r.open}
		return DrainEnds
	case r.drained:
		r.failures, r.proven = 0, true
		return Nothing
	}
	failed, proven := r.failures > 0, r.proven
	r.failures, r.proven = 0, true
	switch {
	case failed:
		return AnswersAgain
	case !proven:
		return Answers
	}
	return Nothing
}

// Drain says that a replica is to get no connection for now, for timeout at
// first. It ends by itself: when the replica was away and answers again, when its
// address leaves, or when it was Forgotten. It reports whether there is such a
// replica.
func (p *Pool) Drain(a netip.Addr, timeout time.Duration, now time.Time) bool {
	r := p.member(a)
	if r == nil {
		return false
	}
	if !r.drained {
		r.away, r.failures = false, 0 // that it does not answer yet is no sign that it is made again
	}
	r.drained, r.until = true, now.Add(timeout+Forgotten)
	return true
}

// Next gives the time at which a replica is to be tried again without a
// connection that needs it; ok is false where that is not necessary. One that is
// drained has to be seen away: it is to be tried all the time.
func (p *Pool) Next(a netip.Addr, now time.Time) (at time.Time, ok bool) {
	r := p.member(a)
	switch {
	case r == nil:
		return time.Time{}, false
	case r.drained:
		return now, true
	case p.proto == front.UDP:
		return time.Time{}, false
	case r.failures > 0:
		return r.retry, true
	}
	return now, !r.proven
}

// Drained reports whether a replica gets nothing for now.
func (p *Pool) Drained(a netip.Addr) bool {
	r := p.member(a)
	return r != nil && r.drained
}

// Answering lists the replicas of which nobody knows that they do not answer.
func (p *Pool) Answering() []netip.Addr {
	return slices.DeleteFunc(slices.Clone(p.members), func(a netip.Addr) bool {
		return p.replicas[a].failures > 0 && !p.replicas[a].drained
	})
}

// Open is how many connections a replica has.
func (p *Pool) Open(a netip.Addr) int {
	if r := p.replicas[a]; r != nil {
		return r.open
	}
	return 0
}

func (p *Pool) member(a netip.Addr) *replica {
	if r := p.replicas[a]; r != nil && r.member {
		return r
	}
	return nil
}
