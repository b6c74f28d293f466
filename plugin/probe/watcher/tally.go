package watcher

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// However much passes, a tally has no more than these: what is too much is counted as
// lost.
const (
	mostFlows  = 4096 // between two reports
	mostRecent = 8192 // connections whose beginning is remembered, twice
)

// tally counts the flows of a network.
type tally struct {
	here      map[netip.Addr]bool // addresses of the container
	networks  []netip.Prefix      // that it is on
	ephemeral uint16              // the first of the ports that clients get

	flows map[flowKey]*probe.Flow
	lost  int

	wanted  map[string]bool // names
	lookups map[string]*probe.Lookup

	// recent are connections by their two ends, so that a packet that is sent again
	// does not count twice; older are those before them.
	recent, older map[pair]state
}

type flowKey struct {
	protocol       string
	client, server netip.Addr
	port           uint16
}

// pair are the two ends of a connection.
type pair struct {
	protocol       byte
	client, server netip.AddrPort
}

// state is how far a connection has come.
type state struct {
	seq     uint32 // with which the client began
	settled bool   // answered or refused
}

func newTally() *tally {
	return &tally{here: map[netip.Addr]bool{}, ephemeral: 32768, flows: map[flowKey]*probe.Flow{}, recent: map[pair]state{}, lookups: map[string]*probe.Lookup{}}
}

// take counts a packet. It is false where none of the two ends is of the container, as
// far as its addresses are known.
func (t *tally) take(p packet, at time.Time) bool {
	from, to := t.here[p.from.Addr()], t.here[p.to.Addr()]
	switch {
	case !from && !to:
		return false
	case from && to, from && !t.near(p.to.Addr()), to && !t.near(p.from.Addr()):
	case p.protocol == protocolTCP:
		t.tcp(p, at)
	default:
		t.udp(p, at)
	}
	return true
}

// near reports whether an address is on a network of the container.
func (t *tally) near(a netip.Addr) bool {
	return slices.ContainsFunc(t.networks, func(n netip.Prefix) bool { return n.Contains(a) })
}

func (t *tally) tcp(p packet, at time.Time) {
	asks, answers := pair{protocolTCP, p.from, p.to}, pair{protocolTCP, p.to, p.from}
	switch {
	case p.flags&flagRST != 0:
		if s, known := t.state(answers); known && !s.settled && p.flags&flagACK != 0 && p.ack == s.seq+1 {
			t.count(answers, at, func(f *probe.Flow) { f.Refused++ })
			t.remember(answers, state{s.seq, true})
		}
	case p.flags&flagSYN == 0:
	case p.flags&flagACK == 0:
		if s, known := t.state(asks); !known || s.seq != p.seq {
			t.count(asks, at, func(f *probe.Flow) { f.Tried++ })
			t.remember(asks, state{p.seq, false})
		}
	default:
		s, known := t.state(answers)
		if known && s.settled {
			return
		}
		t.count(answers, at, func(f *probe.Flow) {
			f.Answered++
			if !known { // it began before the watcher did
				f.Tried++
			}
		})
		t.remember(answers, state{p.ack - 1, true})
	}
}

// udp counts a datagram. Who sends the first one asks, unless it comes from a port that
// is a server's and goes to one of those that clients get.
func (t *tally) udp(p packet, at time.Time) {
	asks, answers := pair{protocolUDP, p.from, p.to}, pair{protocolUDP, p.to, p.from}
	if _, known := t.state(answers); known {
		t.count(answers, at, func(f *probe.Flow) { f.Answered++ })
		return
	}
	if _, known := t.state(asks); !known {
		if p.from.Port() < t.ephemeral && p.to.Port() >= t.ephemeral {
			t.remember(answers, state{})
			t.count(answers, at, func(f *probe.Flow) { f.Answered++ })
			return
		}
		t.remember(asks, state{})
	}
	t.count(asks, at, func(f *probe.Flow) { f.Tried++ })
}

func (t *tally) state(p pair) (state, bool) {
	s, known := t.recent[p]
	if !known {
		s, known = t.older[p]
	}
	return s, known
}

func (t *tally) remember(p pair, s state) {
	if len(t.recent) >= mostRecent {
		t.older, t.recent = t.recent, map[pair]state{}
	}
	t.recent[p] = s
}

// open counts a connection that was open when the watcher began.
func (t *tally) open(protocol byte, client, server netip.AddrPort, at time.Time) {
	if t.here[client.Addr()] == t.here[server.Addr()] || !t.near(client.Addr()) || !t.near(server.Addr()) {
		return
	}
	t.count(pair{protocol, client, server}, at, func(f *probe.Flow) { f.Open++ })
}

func (t *tally) count(p pair, at time.Time, add func(*probe.Flow)) {
	key := flowKey{probe.TCPFlow, p.client.Addr(), p.server.Addr(), p.server.Port()}
	if p.protocol == protocolUDP {
		key.protocol = probe.UDPFlow
	}
	f := t.flows[key]
	if f == nil {
		if len(t.flows) >= mostFlows {
			t.lost++
			return
		}
		f = &probe.Flow{Protocol: key.protocol, Client: key.client, Server: key.server, Port: key.port, First: at}
		t.flows[key] = f
	}
	if at.Before(f.First) {
		f.First = at
	}
	if at.After(f.Last) {
		f.Last = at
	}
	add(f)
}

// report gives what was counted since the last one.
func (t *tally) report() probe.Report {
	r := probe.Report{Lost: t.lost}
	for _, f := range t.flows {
		r.Flows = append(r.Flows, *f)
	}
	slices.SortFunc(r.Flows, func(a, b probe.Flow) int {
		return cmp.Or(a.First.Compare(b.First), a.Client.Compare(b.Client), a.Server.Compare(b.Server), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol))
	})
	for _, name := range slices.Sorted(maps.Keys(t.lookups)) {
		r.Names = append(r.Names, *t.lookups[name])
	}
	t.lost = 0
	clear(t.flows)
	clear(t.lookups)
	return r
}
