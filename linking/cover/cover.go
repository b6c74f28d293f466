package cover

import (
	"cmp"
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// Find returns cliques of g that together contain every edge, and no set of
// vertices that is not a clique: each a sorted list of two vertices or more,
// the whole sorted. There are never more cliques than edges.
//
// The cliques of kept that g still has come first: such a clique is in the
// result as it is, unless others among the kept make it superfluous for good.
// What Find returned is kept as a whole while g stays the same. For the edges
// that are left there are as few new cliques as possible, and among the covers
// of equal count one with the fewest members in total. Both are exact for graphs
// of the size that files have, and for big ones of few links each; a graph too
// dense for that gets a good cover instead of the best one. Measured on random
// graphs of 12 vertices, that has up to half as many cliques more than the fewest,
// and a twentieth more on average.
//
// The result depends on the arguments alone, never on time or chance.
func Find(g *Graph, kept [][]int) [][]int {
	cliques := keep(g, kept)
	need := newEdgeIndex(len(g.near), uncovered(g, cliques))
	for _, c := range need.split(g.components()) {
		maximal, ok := maximalCliques(g, c.vertices, len(c.edges))
		if !ok {
			cliques = append(cliques, need.trim(greedy(g, c.edges))...)
			continue
		}
		for _, p := range split(need, maximal) {
			cliques = append(cliques, p.solve(g, need)...)
		}
	}
	out := make([][]int, len(cliques))
	for i, c := range cliques {
		out[i] = vertices(c)
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

// keep returns the sets of kept that are cliques of g, without those that would
// make more cliques than edges.
//
// A cover that Find made, then made again from itself for another graph and so
// on, has an order (that of their age) in which every clique has an edge that
// none before it has. Such an order is found from its end, where a clique has
// an edge that no other has. Only where there is none left a clique is
// superfluous for good: a smallest one is dropped. So what Find returns is kept
// as a whole the next time.
func keep(g *Graph, kept [][]int) []*bitset.BitSet {
	var sets, out []*bitset.BitSet
	for _, k := range kept {
		if len(k) < 2 || !g.IsClique(k) {
			continue
		}
		s := bitset.New(uint(len(g.near)))
		for _, v := range k {
			s.Set(uint(v))
		}
		sets = append(sets, s)
	}
	slices.SortFunc(sets, func(a, b *bitset.BitSet) int {
		return cmp.Or(cmp.Compare(a.Count(), b.Count()), compare(a, b))
	})
	type having struct{ sets, sum int } // how many of the sets that are left have an edge, and the sum of their numbers
	edges := make(map[Edge]having)
	for i, s := range sets {
		for _, e := range edgesOf(s) {
			of := edges[e]
			edges[e] = having{of.sets + 1, of.sum + i}
		}
	}
	left, owning := bitset.New(uint(len(sets))), bitset.New(uint(len(sets))) // owning: with an edge of their own
	for i := range sets {
		left.Set(uint(i))
	}
	for _, of := range edges {
		if of.sets == 1 {
			owning.Set(uint(of.sum))
		}
	}
	for i, any := left.NextSet(0); any; i, any = left.NextSet(i) {
		at, owns := owning.NextSet(0)
		if owns {
			out = append(out, sets[at])
		} else {
			at = i
		}
		left.Clear(at)
		owning.Clear(at)
		for _, e := range edgesOf(sets[at]) {
			of := having{edges[e].sets - 1, edges[e].sum - int(at)}
			if edges[e] = of; of.sets == 1 {
				owning.Set(uint(of.sum))
			}
		}
	}
	return out
}

// edgesOf returns every pair of members of a clique.
func edgesOf(clique *bitset.BitSet) []Edge {
	var es []Edge
	vs := vertices(clique)
	for i, a := range vs {
		for _, b := range vs[i+1:] {
			es = append(es, Edge{a, b})
		}
	}
	return es
}

// uncovered returns the edges of g that are in none of the cliques, sorted.
func uncovered(g *Graph, cliques []*bitset.BitSet) []Edge {
	covered := NewGraph(len(g.near))
	for _, c := range cliques {
		for v := range c.EachSet() {
			covered.near[v].InPlaceUnion(c)
		}
	}
	return slices.DeleteFunc(g.Edges(), func(e Edge) bool { return covered.Joined(e[0], e[1]) })
}

// greedy covers the needed edges with cliques grown one after the other from
// the first edge that is still uncovered, each by the vertex that brings the
// most uncovered edges. Every clique covers an edge that none before it does,
// so there are never more cliques than edges.
func greedy(g *Graph, need []Edge) []*bitset.BitSet {
	left := NewGraph(len(g.near))
	for _, e := range need {
		left.Join(e[0], e[1])
	}
	var out []*bitset.BitSet
	for _, e := range need {
		if !left.Joined(e[0], e[1]) {
			continue
		}
		c := bitset.New(uint(len(g.near))).Set(uint(e[0])).Set(uint(e[1]))
		able := g.near[e[0]].Intersection(g.near[e[1]])
		for {
			best, gain := uint(0), uint(0)
			for v := range able.EachSet() {
				if n := left.near[v].IntersectionCardinality(c); n > gain {
					best, gain = v, n
				}
			}
			if gain == 0 {
				break
			}
			c.Set(best)
			able.InPlaceIntersection(g.near[best])
		}
		for v := range c.EachSet() {
			left.near[v].InPlaceDifference(c)
		}
		out = append(out, c)
	}
	return out
}
