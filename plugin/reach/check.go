package reach

import (
	"net/netip"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// View is a project on an engine, next to what the files say of it.
type View struct {
	Project  string
	Snapshot *observed.Snapshot
	File     graph.Graph // of the files, or what the project's labels say of them: see Recorded

	// Of the files; nil where they can't be read.
	Loaded   *compose.Project
	Topology *linking.Topology
}

// Check is one check of a project: which containers are asked about which, and
// what came of it.
type Check struct {
	Notes []string // what a person should know besides the findings

	pairs   []*pair
	answers map[*observed.Container]map[string]probe.Answer // by the container that was asked, by question
	failed  map[*observed.Container]error
}

// member is a container that is checked.
type member struct {
	node      string // of the graph
	container *observed.Container
	owner     *observed.Container // whose network it uses
}

// pair is one direction between two containers.
type pair struct {
	from, to  member
	want      bool
	names     []string // under which the one must find the other
	targets   []netip.Addr
	ports     []uint16         // TCP, to try
	published []netip.AddrPort // where the other is published on the host
}

// maxPorts is how many ports of a container are tried.
const maxPorts = 4

// NewCheck finds out which pairs there are, of these nodes or of all, and what
// is to be expected of them. The names of Checked are known.
func NewCheck(v View, nodes []string) *Check {
	c := &Check{answers: map[*observed.Container]map[string]probe.Answer{}, failed: map[*observed.Container]error{}}
	e := newExpectation(v)
	members := c.members(v)
	for _, from := range members {
		for _, to := range members {
			external := from.container.Project != v.Project && to.container.Project != v.Project
			if from.node == to.node || external {
				continue
			}
			if len(nodes) == 0 || slices.Contains(nodes, from.node) || slices.Contains(nodes, to.node) {
				c.pairs = append(c.pairs, newPair(e, from, to))
			}
		}
	}
	return c
}

// Checked lists the containers that take part in a check, and those whose
// network they use.
func Checked(v View) []*observed.Container {
	return WithOwners(v.Snapshot, Around(v.Snapshot, v.Project, v.File))
}

// WithOwners lists containers and those whose network they use, each once.
func WithOwners(s *observed.Snapshot, containers []*observed.Container) []*observed.Container {
	var all []*observed.Container
	for _, c := range containers {
		for _, o := range []*observed.Container{c, s.NetworkOwner(c)} {
			if o != nil && !slices.Contains(all, o) {
				all = append(all, o)
			}
		}
	}
	return all
}

// Empty reports whether there is nothing to ask.
func (c *Check) Empty() bool { return len(c.pairs) == 0 }

// members lists the containers that take part, in the order of the graph.
func (c *Check) members(v View) []member {
	var members []member
	for _, m := range Around(v.Snapshot, v.Project, v.File) {
		owner := v.Snapshot.NetworkOwner(m)
		switch {
		case owner == nil:
			continue
		case owner.NetworkMode == hostNetwork:
			c.Notes = append(c.Notes, m.Name+" is not tested: it uses the host's network, which reaches everybody")
			continue
		}
		of := member{node: m.Service, container: m, owner: owner}
		if m.Project != v.Project {
			of.node = NodeOf(v.File, m)
		}
		members = append(members, of)
	}
	order := map[string]int{}
	for i, n := range v.File.Nodes {
		order[n.Name] = i + 1
	}
	slices.SortStableFunc(members, func(a, b member) int {
		x, y := order[a.node], order[b.node]
		if x == 0 || y == 0 { // not in the files: behind the others
			x, y = y, x
		}
		return x - y
	})
	return members
}

// newPair works out what is expected, and what there is to try.
func newPair(e expectation, from, to member) *pair {
	p := &pair{from: from, to: to}
	p.want, p.names = e.of(from, to)
	for _, endpoint := range to.owner.Endpoints {
		p.targets = append(p.targets, endpoint.Addresses()...)
	}
	for _, port := range to.owner.Ports {
		if port.Protocol == "tcp" && !slices.Contains(p.ports, port.Private) && len(p.ports) < maxPorts {
			p.ports = append(p.ports, port.Private)
		}
	}
	if len(p.ports) == 0 {
		p.ports = []uint16{1} // any answer of the address will do, a refusal too
	}
	p.published = publishedTo(from.owner, to.owner)
	return p
}

// publishedTo lists where a container finds the ports that another publishes on
// the host: at the host's end of one of its own networks.
func publishedTo(from, to *observed.Container) []netip.AddrPort {
	var list []netip.AddrPort
	for _, port := range to.Ports {
		if port.Public == 0 || port.Protocol != "tcp" {
			continue
		}
		ip, err := netip.ParseAddr(port.IP)
		if err != nil || ip.IsUnspecified() {
			ip = gateway(from, ip.Is6())
		}
		if at := netip.AddrPortFrom(ip, port.Public); ip.IsValid() && !ip.IsLoopback() && !slices.Contains(list, at) {
			list = append(list, at)
		}
	}
	return list
}

// gateway is where a container finds the host by IPv4, or by IPv6; not valid:
// it has no network on which it does.
func gateway(c *observed.Container, six bool) netip.Addr {
	for _, e := range c.Endpoints {
		at := e.Gateway
		if six {
			at = e.Gateway6
		}
		if at.IsValid() {
			return at
		}
	}
	return netip.Addr{}
}
