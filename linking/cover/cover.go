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
// of the size that files have; a graph too dense for that gets a good cover
// instead of the best one.
//
// The result depends on the arguments alone, never on time or chance.
func Find(g *Graph, kept [][]int) [][]int {
	n := uint(len(g.near))
	cliques := keep(g, kept)
	need := uncovered(g.Edges(), cliques)
	for _, c := range g.components() {
		inside := slices.DeleteFunc(slices.Clone(need), func(e Edge) bool { return !e.within(c) })
		if len(inside) == 0 {
			continue
		}
		maximal, ok := maximalCliques(g, c, cliqueBudget)
		if !ok {
			cliques = append(cliques, trim(greedy(g, inside), inside)...)
			continue
		}
		for _, p := range split(n, inside, maximal) {
			cliques = append(cliques, p.solve(g)...)
		}
	}
	slices.SortFunc(cliques, compare)
	out := make([][]int, len(cliques))
	for i, c := range cliques {
		out[i] = vertices(c)
	}
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
	times := make(map[Edge]int) // how many of sets have it
	for _, s := range sets {
		for _, e := range edgesOf(s) {
			times[e]++
		}
	}
	for len(sets) > 0 {
		own := func(e Edge) bool { return times[e] == 1 }
		i := slices.IndexFunc(sets, func(s *bitset.BitSet) bool { return slices.ContainsFunc(edgesOf(s), own) })
		if i >= 0 {
			out = append(out, sets[i])
		}
		i = max(i, 0)
		for _, e := range edgesOf(sets[i]) {
			times[e]--
		}
		sets = slices.Delete(sets, i, i+1)
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

// uncovered returns the edges that are in none of the cliques.
func uncovered(es []Edge, cliques []*bitset.BitSet) []Edge {
	return slices.DeleteFunc(slices.Clone(es), func(e Edge) bool {
		return slices.ContainsFunc(cliques, e.within)
	})
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

// trim takes members out of cliques where all needed edges stay covered
// without them, and drops the cliques that then have no edge left.
func trim(cliques []*bitset.BitSet, need []Edge) []*bitset.BitSet {
	times := make(map[Edge]int) // how many cliques cover it
	for _, e := range need {
		for _, c := range cliques {
			if e.within(c) {
				times[e]++
			}
		}
	}
	var out []*bitset.BitSet
	for _, c := range slices.Backward(cliques) {
		c = c.Clone()
		for _, v := range vertices(c) {
			var mine []Edge
			spare := true
			for _, e := range need {
				if (e[0] == v || e[1] == v) && e.within(c) {
					mine = append(mine, e)
					spare = spare && times[e] > 1
				}
			}
			if spare {
				c.Clear(uint(v))
				for _, e := range mine {
					times[e]--
				}
			}
		}
		if c.Count() > 1 {
			out = append(out, c)
		}
	}
	return out
}
