package graph

import "slices"

// Around returns the part of the graph that the named nodes are in: these
// nodes, their edges with the nodes at the other end, and their networks.
func (g Graph) Around(names []string) Graph {
	near := make(map[string]bool)
	for _, name := range names {
		near[name] = true
	}
	for _, e := range g.Edges {
		if slices.Contains(names, e.From) || slices.Contains(names, e.To) {
			near[e.From], near[e.To] = true, true
		}
	}
	part := Graph{Project: g.Project, Nodes: []Node{}, Edges: []Edge{}, Networks: []Network{}}
	for _, n := range g.Nodes {
		if near[n.Name] {
			part.Nodes = append(part.Nodes, n)
		}
	}
	for _, e := range g.Edges {
		if slices.Contains(names, e.From) || slices.Contains(names, e.To) {
			part.Edges = append(part.Edges, e)
		}
	}
	for _, n := range g.Networks {
		if slices.ContainsFunc(names, func(name string) bool {
			return slices.Contains(n.Members, name) || slices.Contains(n.Externals, name)
		}) {
			part.Networks = append(part.Networks, n)
		}
	}
	return part
}
