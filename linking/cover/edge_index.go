package cover

import (
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// edgeIndex finds the edges that have to be covered, by number.
type edgeIndex struct {
	edges []Edge  // sorted
	first []int   // by vertex, the number of the first edge that begins there
	ends  [][]int // by vertex, where those that begin there end
}

// newEdgeIndex returns an index of sorted edges between n vertices.
func newEdgeIndex(n int, edges []Edge) *edgeIndex {
	x := &edgeIndex{edges: edges, first: make([]int, n), ends: make([][]int, n)}
	for i, e := range edges {
		if len(x.ends[e[0]]) == 0 {
			x.first[e[0]] = i
		}
		x.ends[e[0]] = append(x.ends[e[0]], e[1])
	}
	return x
}

// each calls do with the number of each edge inside a clique, in order.
func (x *edgeIndex) each(clique *bitset.BitSet, do func(i int)) {
	const scan = 8 // as long as so many look-ups
	vs := vertices(clique)
	for k, a := range vs {
		ends, rest := x.ends[a], vs[k+1:]
		if scan*len(rest) < len(ends) {
			for _, b := range rest {
				if i, ok := slices.BinarySearch(ends, b); ok {
					do(x.first[a] + i)
				}
			}
			continue
		}
		for i, b := range ends {
			if clique.Test(uint(b)) {
				do(x.first[a] + i)
			}
		}
	}
}

// number returns the number of the edge between two vertices; false: there is
// none that has to be covered.
func (x *edgeIndex) number(a, b int) (int, bool) {
	a, b = min(a, b), max(a, b)
	i, ok := slices.BinarySearch(x.ends[a], b)
	return x.first[a] + i, ok
}

// component is a connected part of the graph with the edges that have to be
// covered there.
type component struct {
	vertices *bitset.BitSet
	edges    []Edge
}

// split divides the edges among the components that have any.
func (x *edgeIndex) split(components []*bitset.BitSet) []component {
	of := make([]int, len(x.ends)) // by vertex
	for i, c := range components {
		for v := range c.EachSet() {
			of[v] = i
		}
	}
	all := make([]component, len(components))
	for i, c := range components {
		all[i].vertices = c
	}
	for _, e := range x.edges {
		c := &all[of[e[0]]]
		c.edges = append(c.edges, e)
	}
	return slices.DeleteFunc(all, func(c component) bool { return len(c.edges) == 0 })
}

// trim takes members out of cliques where all edges stay covered without them,
// and drops the cliques that then have no edge left. No other cliques have edges
// of these.
func (x *edgeIndex) trim(cliques []*bitset.BitSet) []*bitset.BitSet {
	times := make(map[int]int) // by edge, how many cliques cover it
	for _, c := range cliques {
		x.each(c, func(i int) { times[i]++ })
	}
	var out []*bitset.BitSet
	for _, c := range slices.Backward(cliques) {
		c = c.Clone()
		for _, v := range vertices(c) {
			var mine []int
			spare := true
			for u := range c.EachSet() {
				if i, ok := x.number(v, int(u)); ok {
					mine = append(mine, i)
					spare = spare && times[i] > 1
				}
			}
			if spare {
				c.Clear(uint(v))
				for _, i := range mine {
					times[i]--
				}
			}
		}
		if c.Count() > 1 {
			out = append(out, c)
		}
	}
	return out
}
