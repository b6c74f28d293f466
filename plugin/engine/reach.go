package engine

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
)

// Path is a way on which packets go from one container to another.
type Path struct {
	Adhoc   bool       // the network is one of link add or link run
	Network string     // that both are on; "host": one of them uses that of the host; empty: one network stack
	Names   []string   // under which the one finds the other there, sorted
	Address netip.Addr // of the other; not valid where they use one network stack
}

// Paths lists the ways from a to b, by network: none means that b is out of a's
// reach, but for published ports (see Published). Both have their names.
func (s *Snapshot) Paths(a, b *Container) []Path {
	a, b = s.NetworkOwner(a), s.NetworkOwner(b)
	switch {
	case a == nil || b == nil:
		return nil // who lends the network is gone
	case a == b, a.Net == network.NetworkHost && b.Net == network.NetworkHost:
		return []Path{{Names: []string{"localhost"}}}
	case a.Net == network.NetworkHost: // the host is on every bridge
		return s.fromHost(b)
	case b.Net == network.NetworkHost:
		return toHost(a)
	}
	var ways []Path
	for _, p := range a.Endpoints {
		for _, q := range b.Endpoints {
			n := s.Network(q)
			if p.ID != q.ID || p.ID == "" || n == nil || !n.Carries || !q.Address.IsValid() {
				continue
			}
			ways = append(ways, Path{Adhoc: n.Adhoc, Network: n.Name, Address: q.Address, Names: names(a, b, q)})
		}
	}
	return ways
}

// NetworkOwner is the container whose network stack c uses: itself, or with net:
// container:ID another; nil where that is gone.
func (s *Snapshot) NetworkOwner(c *Container) *Container {
	for range s.Containers {
		id, lent := strings.CutPrefix(c.Net, "container:")
		if !lent {
			return c
		}
		i := slices.IndexFunc(s.Containers, func(o Container) bool { return o.ID == id })
		if i < 0 {
			return nil
		}
		c = &s.Containers[i]
	}
	return nil
}

func (s *Snapshot) fromHost(b *Container) []Path {
	var ways []Path
	for _, q := range b.Endpoints {
		if s.Network(q) != nil && q.Address.IsValid() {
			ways = append(ways, Path{Network: network.NetworkHost, Address: q.Address})
		}
	}
	return ways
}

func toHost(a *Container) []Path {
	for _, p := range a.Endpoints {
		if p.Gateway.IsValid() {
			return []Path{{Network: network.NetworkHost, Address: p.Gateway}}
		}
	}
	return nil
}

// names lists the names under which a finds b at its place q.
func names(a, b *Container, q Endpoint) []string {
	var found []string
	if q.Network == network.NetworkBridge { // it has no name server
		for alias, target := range a.Legacy {
			if target == b.Name {
				found = append(found, alias)
			}
		}
		slices.Sort(found)
		return found
	}
	public := append([]string{b.Name}, q.Aliases...)
	private := map[string]string{} // what a's links say, of whichever network
	for _, p := range a.Endpoints {
		for _, l := range p.Links {
			private[strings.ToLower(l.Alias)] = l.Target
			if p.ID == q.ID && has(public, l.Target) {
				found = append(found, l.Alias)
			}
		}
	}
	for _, name := range public {
		if target, taken := private[strings.ToLower(name)]; !taken || has(public, target) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// has knows no case, as DNS.
func has(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// Published lists the ports that a container publishes on addresses of the host
// at which other containers find it: a way that no network closes.
func (c *Container) Published() []container.Port {
	var ports []container.Port
	for _, p := range c.Ports {
		ip, err := netip.ParseAddr(p.IP)
		if p.PublicPort == 0 || err == nil && ip.IsLoopback() {
			continue
		}
		if !slices.ContainsFunc(ports, func(o container.Port) bool {
			return o.PublicPort == p.PublicPort && o.PrivatePort == p.PrivatePort && o.Type == p.Type
		}) {
			ports = append(ports, p)
		}
	}
	return ports
}

// PortWords writes published ports as docker ps does, by container port.
func PortWords(ports []container.Port) []string { return portWords(slices.Clone(ports)) }
