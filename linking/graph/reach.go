package graph

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// Reaches reports whether packets are meant to go between two nodes, in either
// direction: they share a network that carries traffic, have an edge, use one
// network stack or one network of the user's, or one of them is on the host's
// network, which reaches all but those without a network. A node reaches
// itself. Published ports do not count.
//
// A name is that of a service where there is one, else that of an external
// container. One that is called like a service is asked for as
// linking.ExternalContainer of its name. A name that the graph does not have
// stands for a container with a network of its own and no links.
func (g Graph) Reaches(a, b string) bool {
	from, x := g.networkOwner(a)
	to, y := g.networkOwner(b)
	switch {
	case from == to:
		return true
	case x == "none" || y == "none":
		return false
	case x == "host" || y == "host":
		return true
	case x != "" && x == y:
		return true
	}
	for _, n := range g.Networks {
		if n.Kind != linking.Isolated && n.has(from) && n.has(to) {
			return true
		}
	}
	return slices.ContainsFunc(g.Edges, func(e Edge) bool {
		if e.From != from.name && e.From != to.name {
			return false
		}
		x, y := ends(g, e)
		return x == from && y == to || x == to && y == from
	})
}

// has reports whether a node is on the network.
func (n Network) has(r ref) bool {
	if r.external {
		return slices.Contains(n.Externals, r.name)
	}
	return slices.Contains(n.Members, r.name)
}

// networkOwner returns the node whose network stack a node uses, with its net.
func (g Graph) networkOwner(name string) (ref, string) {
	r, net := g.find(name)
	for range g.Nodes {
		owner, ok := strings.CutPrefix(net, "container:")
		if !ok {
			break
		}
		r, net = g.find(owner)
	}
	return r, net
}

// find returns the node that Reaches means by a name, with its net.
func (g Graph) find(name string) (r ref, net string) {
	container, external := strings.CutPrefix(name, "/")
	r = ref{container, external}
	for _, n := range g.Nodes {
		switch {
		case n.Name != container:
		case n.External:
			r.external = true
		case !external:
			return refOf(n), n.Net
		}
	}
	return r, ""
}
