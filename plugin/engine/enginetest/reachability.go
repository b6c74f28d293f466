package enginetest

import (
	"maps"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// reachability is the model of the engine's name server and of its bridges: what
// a container finds under a name, and which container a packet arrives at. It
// asks containers and networks and changes nothing of theirs.
type reachability struct {
	containers *containerStore
	networks   *networkStore
	turns      map[string]int // of fronts and services: whose turn it is behind them
}

// resolve gives the addresses that the engine's name server answers a
// container with. The endpoint's links come first, on whatever network, then
// the names on its networks in the order of the networks' names. A name may
// be qualified with the name of a network.
func (m *reachability) resolve(c *container, name string) []netip.Addr {
	if addr, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{addr}
	}
	owner, err := m.containers.networkOwner(c)
	if err != nil {
		return nil
	}
	asked := strings.TrimSuffix(name, ".")
	name = strings.ToLower(asked)
	if name == "localhost" || name == strings.ToLower(owner.config.Hostname) {
		return m.ownAddress(owner, name)
	}
	if target := owner.linkNamed(name); target != nil {
		return target.endpoints[networktypes.NetworkBridge].addresses()
	}
	names := slices.Sorted(maps.Keys(owner.endpoints))
	for _, private := range []bool{true, false} {
		for _, on := range names {
			settings := owner.endpoints[on]
			n, ok := m.networks.member.network(settings.NetworkID)
			if !ok || predefined(n.name) || settings.EndpointID == "" || n.isIngress() {
				continue // the default bridge has no name server, nor has the way in
			}
			target, linked := linkTarget(settings, asked)
			switch {
			case private && !linked, !private && linked:
				continue
			case !linked:
				target = strings.TrimSuffix(name, "."+strings.ToLower(n.name))
			}
			if addrs := m.lookup(n, target); len(addrs) > 0 {
				return addrs
			}
		}
	}
	return nil
}

// ownAddress is what /etc/hosts of a container says.
func (m *reachability) ownAddress(c *container, name string) []netip.Addr {
	if name == "localhost" {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	for _, on := range slices.Sorted(maps.Keys(c.endpoints)) {
		if addr, err := netip.ParseAddr(c.endpoints[on].IPAddress); err == nil {
			return []netip.Addr{addr}
		}
	}
	return nil
}

// linkTarget is the name behind an alias that is private to an endpoint. Unlike
// all other names it is compared exactly.
func linkTarget(settings *endpoint, name string) (string, bool) {
	for _, link := range settings.Links {
		target, alias, ok := strings.Cut(link, ":")
		if !ok {
			alias = path.Base(target)
		}
		if alias == name {
			return strings.ToLower(target), true
		}
	}
	return "", false
}

// lookup finds the running containers that have a name on a network, or the address
// that stands for them.
func (m *reachability) lookup(n *network, name string) []netip.Addr {
	var addrs []netip.Addr
	has := func(names []string) bool {
		return slices.ContainsFunc(names, func(own string) bool { return strings.ToLower(own) == name })
	}
	for _, c := range m.membersOf(n) {
		settings := c.endpointOn(n)
		own, shared := c.serviceNames(n)
		switch {
		case has(shared) && c.task.vips[n.id].IsValid():
			addrs = append(addrs, c.task.vips[n.id])
		case has(shared), has(own), has(c.dnsNames(settings)):
			addrs = append(addrs, settings.addresses()...)
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return slices.Compact(addrs)
}

// membersOf are the containers on a network that can be reached there: of a swarm's
// also those of other nodes.
func (m *reachability) membersOf(n *network) (on []*container) {
	if n.overlay == nil {
		return m.containers.membersOf(n)
	}
	for _, store := range n.overlay.cluster.storesWith(m.containers) {
		on = append(on, store.membersOf(n)...)
	}
	return on
}

// addressesOf lists the addresses that an endpoint has: of IPv4, then of IPv6.
func addressesOf(settings *endpoint) []string {
	return slices.DeleteFunc([]string{settings.IPAddress, settings.GlobalIPv6Address}, func(a string) bool { return a == "" })
}

// addresses are addressesOf, read; none for no endpoint.
func (e *endpoint) addresses() (addrs []netip.Addr) {
	if e == nil {
		return nil
	}
	for _, text := range addressesOf(e) {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs
}

// receiver finds the container that a packet to an address arrives at: the
// sender itself, or one that it shares a network with that carries traffic. The way
// into a swarm carries pings alone between tasks.
func (m *reachability) receiver(from *container, to netip.Addr, ping bool) *container {
	owner, err := m.containers.networkOwner(from)
	if err != nil {
		return nil
	}
	if to.IsLoopback() {
		return owner
	}
	for _, settings := range owner.endpoints {
		n, ok := m.networks.member.network(settings.NetworkID)
		if !ok || settings.EndpointID == "" {
			continue
		}
		members := m.membersOf(n)
		for _, c := range members {
			if slices.Contains(addressesOf(c.endpointOn(n)), to.String()) && (c == owner || n.carries() && (ping || !n.isIngress())) {
				return c
			}
		}
		if c := m.balanced(n, members, to); c != nil {
			return c
		}
	}
	return nil
}

// balanced is the task whose turn it is behind the address of a service.
func (m *reachability) balanced(n *network, members []*container, to netip.Addr) *container {
	tasks := slices.DeleteFunc(members, func(c *container) bool { return c.task == nil || c.task.vips[n.id] != to })
	if len(tasks) == 0 {
		return nil
	}
	turn := n.id + to.String()
	m.turns[turn]++
	return tasks[(m.turns[turn]-1)%len(tasks)]
}

// arrival is where a connection has come to.
type arrival struct {
	from   *container // who has made it: a front makes one of its own
	to     netip.Addr
	there  *container // who has the address
	server *container // who listens there; nil: nobody
}

// dial finds what answers on a TCP port of an address: where it is a front, what
// answers behind it.
func (m *reachability) dial(from *container, to netip.Addr, port string) arrival {
	a := arrival{from: from, to: to, there: m.receiver(from, to, false)}
	if a.there == nil {
		return a
	}
	if a.server = m.listener(a.there, port); a.server != nil {
		if c, is := a.server.commandLine().Front(); is {
			return m.behind(a.server, c, port)
		}
	}
	return a
}

// behind is where a front passes a connection on to: the replica whose turn it is,
// of those that listen.
func (m *reachability) behind(through *container, c front.Config, port string) arrival {
	target := ""
	for _, p := range c.Ports {
		if p.Proto == front.TCP && strconv.Itoa(int(p.Listen)) == port {
			target = strconv.Itoa(int(p.Target))
		}
	}
	replicas := m.resolve(through, c.Service)
	for i := range replicas {
		to := replicas[(m.turns[through.id]+i)%len(replicas)]
		there := m.receiver(through, to, false)
		if there == nil || there == through {
			continue
		}
		if server := m.listener(there, target); server != nil {
			m.turns[through.id] += i + 1
			return arrival{from: through, to: to, there: there, server: server}
		}
	}
	return arrival{from: through}
}

// listener is the container that listens on a port of the network of c; several
// may share one network.
func (m *reachability) listener(c *container, port string) *container {
	for _, other := range c.home.all() {
		if other.status != containertypes.StateRunning {
			continue
		}
		if owner, err := m.containers.networkOwner(other); err == nil && owner == c &&
			slices.Contains(other.commandLine().Serves(other.config.ExposedPorts), port) {
			return other
		}
	}
	return nil
}

// sourceAddress is the address a container sends from to another.
func (m *reachability) sourceAddress(c *container, to netip.Addr) string {
	if owner, err := m.containers.networkOwner(c); err == nil {
		for _, settings := range owner.endpoints {
			if p, err := netip.ParsePrefix(cidr(settings)); err == nil && p.Contains(to) {
				return settings.IPAddress
			}
		}
	}
	return to.String()
}
