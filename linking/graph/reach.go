package graph

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// Reaches tells whether packets are meant to go between two nodes, by name:
// they share a network that carries traffic, have an edge, use one network
// stack, or one of them uses that of the host. A node reaches itself. What goes
// through published ports is not looked at.
func (g Graph) Reaches(a, b string) bool {
	a, b = g.stackOf(a), g.stackOf(b)
	if a == b {
		return true
	}
	x, y := g.netOf(a), g.netOf(b)
	switch {
	case x == "none" || y == "none":
		return false
	case x == "host" || y == "host":
		return true
	case x != "" && x == y:
		return true
	}
	for _, n := range g.Networks {
		if n.Kind != linking.Isolated && n.has(a) && n.has(b) {
			return true
		}
	}
	return slices.ContainsFunc(g.Edges, func(e Edge) bool {
		return e.From == a && e.To == b || e.From == b && e.To == a
	})
}

// has tells whether a node sits on the network.
func (n Network) has(name string) bool {
	return slices.Contains(n.Members, name) || slices.Contains(n.Externals, name)
}

// stackOf names the node whose network stack a node uses.
func (g Graph) stackOf(name string) string {
	for range g.Nodes {
		lender, lent := strings.CutPrefix(g.netOf(name), "container:")
		if !lent {
			break
		}
		name = lender
	}
	return name
}

func (g Graph) netOf(name string) string {
	for _, n := range g.Nodes {
		if n.Name == name {
			return n.Net
		}
	}
	return ""
}

// Around returns the part of the picture that the named nodes are in: they,
// their edges with whoever is at the other end, and their networks.
func (g Graph) Around(names []string) Graph {
	near := slices.Clone(names)
	for _, e := range g.Edges {
		if slices.Contains(names, e.From) || slices.Contains(names, e.To) {
			near = append(near, e.From, e.To)
		}
	}
	part := Graph{Project: g.Project, Nodes: []Node{}, Edges: []Edge{}, Networks: []Network{}}
	for _, n := range g.Nodes {
		if slices.Contains(near, n.Name) {
			part.Nodes = append(part.Nodes, n)
		}
	}
	for _, e := range g.Edges {
		if slices.Contains(names, e.From) || slices.Contains(names, e.To) {
			part.Edges = append(part.Edges, e)
		}
	}
	for _, n := range g.Networks {
		if slices.ContainsFunc(names, n.has) {
			part.Networks = append(part.Networks, n)
		}
	}
	return part
}
