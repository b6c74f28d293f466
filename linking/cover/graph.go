package cover

import (
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// Graph is an undirected graph over the vertices 0 to n-1, without loops.
type Graph struct {
	near []*bitset.BitSet // by vertex, its neighbours
}

// NewGraph returns a graph of n vertices and no edges.
func NewGraph(n int) *Graph {
	g := &Graph{near: make([]*bitset.BitSet, n)}
	for v := range g.near {
		g.near[v] = bitset.New(uint(n))
	}
	return g
}

// Join makes a and b neighbours. A vertex is never its own neighbour.
func (g *Graph) Join(a, b int) {
	if a != b {
		g.near[a].Set(uint(b))
		g.near[b].Set(uint(a))
	}
}

// Joined reports whether a and b are neighbours.
func (g *Graph) Joined(a, b int) bool { return g.near[a].Test(uint(b)) }

// Alone reports whether v has no neighbours.
func (g *Graph) Alone(v int) bool { return g.near[v].None() }

// Edges returns every edge once, smaller vertex first, sorted.
func (g *Graph) Edges() []Edge {
	var es []Edge
	for a := range g.near {
		for b := range g.near[a].EachSet() {
			if a < int(b) {
				es = append(es, Edge{a, int(b)})
			}
		}
	}
	return es
}

// IsClique reports whether every two of the vertices are neighbours. A vertex
// that the graph does not have, or has twice in the list, makes it false.
func (g *Graph) IsClique(vertices []int) bool {
	for i, a := range vertices {
		if a < 0 || a >= len(g.near) {
			return false
		}
		for _, b := range vertices[:i] {
			if !g.Joined(a, b) {
				return false
			}
		}
	}
	return true
}

// extends reports whether all members of s but v itself are neighbours of v.
func (g *Graph) extends(s *bitset.BitSet, v int) bool {
	missing := s.DifferenceCardinality(g.near[v])
	return missing == 0 || missing == 1 && s.Test(uint(v))
}

// components returns the vertices of every connected component that has an
// edge.
func (g *Graph) components() []*bitset.BitSet {
	var cs []*bitset.BitSet
	seen := bitset.New(uint(len(g.near)))
	for v := range g.near {
		if seen.Test(uint(v)) || g.Alone(v) {
			continue
		}
		c := bitset.New(uint(len(g.near))).Set(uint(v))
		for open := []uint{uint(v)}; len(open) > 0; {
			next := g.near[open[0]].Difference(c)
			c.InPlaceUnion(next)
			open = next.AppendTo(open[1:])
		}
		seen.InPlaceUnion(c)
		cs = append(cs, c)
	}
	return cs
}

// Edge is a pair of neighbours, the smaller vertex first.
type Edge [2]int

// within reports whether both ends of e are in s.
func (e Edge) within(s *bitset.BitSet) bool {
	return s.Test(uint(e[0])) && s.Test(uint(e[1]))
}

// vertices returns the members of s in order.
func vertices(s *bitset.BitSet) []int {
	vs := make([]int, 0, s.Count())
	for v := range s.EachSet() {
		vs = append(vs, int(v))
	}
	return vs
}

// compare orders vertex sets as words in a dictionary.
func compare(a, b *bitset.BitSet) int { return slices.Compare(vertices(a), vertices(b)) }
