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

// Scope says which pairs a check is about.
type Scope struct {
	Nodes   []string // those with one of these nodes; empty: all
	Running bool     // those that run: of the others there is a note
}

// Check is one check of a project: which containers are asked about which, and
// what came of it.
type Check struct {
	Notes    []string   // what a person should know besides the findings
	Untested []Untested // what should have been tested, and could not

	expects expectation
	pairs   []*pair
	meant   meant
	answers map[*observed.Container]map[string]probe.Answer // by the container that was asked, by question
	failed  map[*observed.Container]error
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

// NewCheck finds out which pairs there are, and what is to be expected of them.
// The names of Checked are known.
func NewCheck(v View, scope Scope) *Check {
	c := &Check{
		expects: newExpectation(v),
		answers: map[*observed.Container]map[string]probe.Answer{}, failed: map[*observed.Container]error{},
	}
	members := c.members(c.expects)
	var pairs []*pair
	for _, from := range members {
		for _, to := range members {
			if from.unlike(to) && !(from.external && to.external) {
				pairs = append(pairs, newPair(c.expects, from, to))
			}
		}
	}
	pairs = append(pairs, lent(v, members)...)
	yieldNames(pairs)
	c.meant = namesOf(pairs)
	told := map[string]bool{}
	for _, p := range pairs {
		if !scope.has(p) || p.external() && p.untested() != "" && !p.want {
			continue
		}
		rest := false // one of the two, and so that is no fault
		for _, m := range []member{p.from, p.to} {
			allowed := scope.Running && m.rests
			if rest = rest || allowed; m.untested != "" && !told[m.container.Name] {
				told[m.container.Name] = true
				c.tell(m, allowed)
			}
		}
		if !rest {
			c.pairs = append(c.pairs, p)
		}
	}
	return c
}

// lent pairs containers of the project with those whose networks they use and that
// take no part otherwise: whether they still have it shows only when they are asked.
func lent(v View, members []member) []*pair {
	var pairs []*pair
	for _, m := range members {
		owner := m.owner
		if m.external || m.untested != "" || owner == m.container || owner.Project == v.Project ||
			slices.ContainsFunc(members, func(o member) bool { return o.container == owner }) {
			continue
		}
		p := &pair{from: m, to: member{node: owner.Name, label: owner.Name, external: true, container: owner, owner: owner}, want: true}
		p.addTargets()
		pairs = append(pairs, p)
	}
	return pairs
}

// has reports whether a pair is in the scope.
func (s Scope) has(p *pair) bool {
	return len(s.Nodes) == 0 || slices.Contains(s.Nodes, p.from.label) || slices.Contains(s.Nodes, p.to.label)
}

// tell notes that a member can't be tested.
func (c *Check) tell(m member, allowed bool) {
	if allowed {
		c.Notes = append(c.Notes, m.label+" is not tested: "+m.untested)
		return
	}
	c.Untested = append(c.Untested, Untested{Node: m.label, Why: m.untested})
}

// external reports whether one of the two is.
func (p *pair) external() bool { return p.from.external || p.to.external }

// untested says why a pair can't be asked about; empty: it can.
func (p *pair) untested() string {
	if p.from.untested != "" {
		return p.from.untested
	}
	return p.to.untested
}

// Checked lists the containers that take part in a check, and those whose
// network they use.
func Checked(v View) []*observed.Container {
	return WithOwners(v.Snapshot, slices.Concat(Around(v.Snapshot, v.Project, v.File), fileExternals(v)))
}

// WithOwners lists containers and those whose network they use, each once.
func WithOwners(s *observed.Snapshot, containers []*observed.Container) []*observed.Container {
	var all []*observed.Container
	seen := map[*observed.Container]bool{}
	for _, c := range containers {
		for _, o := range []*observed.Container{c, s.NetworkOwner(c)} {
			if o != nil && !seen[o] {
				seen[o] = true
				all = append(all, o)
			}
		}
	}
	return all
}

// Empty reports whether there is nothing to ask.
func (c *Check) Empty() bool {
	return !slices.ContainsFunc(c.pairs, func(p *pair) bool { return p.untested() == "" })
}

// newPair works out what is expected, and what there is to try.
func newPair(e expectation, from, to member) *pair {
	p := &pair{from: from, to: to}
	p.want, p.names = e.of(from, to)
	p.addTargets()
	p.published = publishedTo(from.owner, to.owner)
	return p
}

// addTargets works out where the other is to answer.
func (p *pair) addTargets() {
	for _, endpoint := range p.to.owner.Endpoints {
		p.targets = append(p.targets, endpoint.Addresses()...)
	}
	for _, port := range p.to.owner.Ports {
		if port.Protocol == "tcp" && !slices.Contains(p.ports, port.Private) && len(p.ports) < maxPorts {
			p.ports = append(p.ports, port.Private)
		}
	}
	if len(p.ports) == 0 {
		p.ports = []uint16{1} // any answer of the address will do, a refusal too
	}
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
