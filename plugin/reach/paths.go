package reach

import (
	"net/netip"
	"slices"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// The networks of the engine that are none of containers' own, by name.
const (
	hostNetwork   = "host"
	noNetwork     = "none"
	bridgeNetwork = "bridge"
)

// Path is a network on which packets go from one container to another.
type Path struct {
	Adhoc   bool       // the network is one of link add or link run
	LinkOf  string     // the project that made the network to link one of the two, its own, with the other
	Network string     // that both are on; "host": one of them uses that of the host; empty: one network stack
	Names   []string   // under which the one finds the other there, sorted
	Address netip.Addr // of the other; not valid where they use one network stack, or nothing runs yet

	Address6 netip.Addr // where the network has IPv6
}

// addresses lists the addresses of the other.
func (p Path) addresses() []netip.Addr {
	return observed.Endpoint{Address: p.Address, Address6: p.Address6}.Addresses()
}

// Paths lists the paths from a to b, by network: none means that b is out of a's
// reach, but for published ports (see observed.Container.Published). Both have
// their names.
func Paths(s *observed.Snapshot, a, b *observed.Container) []Path {
	a, b = s.NetworkOwner(a), s.NetworkOwner(b)
	switch {
	case a == nil || b == nil:
		return nil // the container whose network is shared is gone
	case a == b, a.NetworkMode == hostNetwork && b.NetworkMode == hostNetwork:
		return []Path{{Names: []string{"localhost"}}}
	case a.NetworkMode == hostNetwork: // the host is on every bridge
		return fromHost(s, b)
	case b.NetworkMode == hostNetwork:
		return toHost(s, a)
	}
	var paths []Path
	for _, p := range a.Endpoints {
		for _, q := range b.Endpoints {
			if p.NetworkID != q.NetworkID || p.NetworkID == "" {
				continue
			}
			n := s.Network(q)
			if n == nil || !n.Traffic || !has(s, q) {
				continue
			}
			paths = append(paths, Path{
				Adhoc: n.Adhoc, LinkOf: linkOf(n, a, b), Network: n.Name, Address: q.Address, Address6: q.Address6, Names: Names(a, b, q),
			})
		}
	}
	return paths
}

// linkOf is the project that made a network in order to link one of two
// containers, which is its own, with the other; empty: none did.
func linkOf(n *observed.Network, a, b *observed.Container) string {
	for _, pair := range [2][2]*observed.Container{{a, b}, {b, a}} {
		own, other := pair[0], pair[1]
		if n.Project != "" && own.Project == n.Project && other.Project != n.Project &&
			slices.ContainsFunc(n.Externals, func(name string) bool { return desired.IsNameOf(name, other) }) {
			return n.Project
		}
	}
	return ""
}

// has reports whether an endpoint is in use: it has an address, or would have
// one.
func has(s *observed.Snapshot, e observed.Endpoint) bool { return s.Planned || len(e.Addresses()) > 0 }

func fromHost(s *observed.Snapshot, b *observed.Container) []Path {
	var paths []Path
	for _, q := range b.Endpoints {
		if s.Network(q) != nil && has(s, q) {
			paths = append(paths, Path{Network: hostNetwork, Address: q.Address, Address6: q.Address6})
		}
	}
	return paths
}

func toHost(s *observed.Snapshot, a *observed.Container) []Path {
	for _, p := range a.Endpoints {
		if s.Planned || p.Gateway.IsValid() || p.Gateway6.IsValid() {
			return []Path{{Network: hostNetwork, Address: p.Gateway, Address6: p.Gateway6}}
		}
	}
	return nil
}

// Names lists the names under which a finds b at b's endpoint q.
func Names(a, b *observed.Container, q observed.Endpoint) []string {
	if q.Network == bridgeNetwork { // it has no name server, but links say the target's own name too
		var found []string
		for alias, target := range a.Legacy {
			if target == b.Name {
				found = append(found, alias, b.Name)
			}
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	var here, elsewhere []linking.Name // what a's links say, on this network and on others
	for _, p := range a.Endpoints {
		if p.NetworkID == q.NetworkID {
			here = append(here, p.Links...)
		} else {
			elsewhere = append(elsewhere, p.Links...)
		}
	}
	return linking.VisibleNames(here, elsewhere, append([]string{b.Name}, q.Aliases...))
}
