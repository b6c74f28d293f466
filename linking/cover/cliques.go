package cover

import "github.com/bits-and-blooms/bitset"

// cliqueBudget is how many steps the enumeration of maximal cliques may take.
// Files of hundreds of services take a few thousand; a graph that needs more
// may have exponentially many (3^(n/3) for n vertices).
const cliqueBudget = 20_000

// looksPerEdge is how many vertices the enumeration may look at for each edge,
// where that is more: the steps of a graph of few links each are as many as it has
// edges, and see no more than a few neighbours each.
const looksPerEdge = 16

// maximalCliques returns the cliques among the vertices of part that no other
// vertex extends: the algorithm of Bron and Kerbosch with Tomita's choice of
// the pivot. It gives up, with false, when it takes too many steps for a graph of
// so many edges.
//
// It is written out here since the known libraries (gonum's graph/topo for
// one) can neither be stopped half-way nor promise an order.
func maximalCliques(g *Graph, part *bitset.BitSet, edges int) ([]*bitset.BitSet, bool) {
	var found []*bitset.BitSet
	steps, looks := cliqueBudget, looksPerEdge*edges
	var grow func(c, able, done *bitset.BitSet) bool
	grow = func(c, able, done *bitset.BitSet) bool {
		steps, looks = steps-1, looks-int(able.Count()+done.Count())
		if steps < 0 && looks < 0 {
			return false
		}
		if able.None() {
			if done.None() {
				found = append(found, c.Clone())
			}
			return true
		}
		rest := able.Difference(g.near[pivot(g, able, done)])
		for v := range rest.EachSet() {
			c.Set(v)
			if !grow(c, able.Intersection(g.near[v]), done.Intersection(g.near[v])) {
				return false
			}
			c.Clear(v)
			able.Clear(v)
			done.Set(v)
		}
		return true
	}
	none := bitset.New(part.Len())
	if !grow(none.Clone(), part.Clone(), none) {
		return nil, false
	}
	return found, true
}

// pivot returns the vertex of either set with the most neighbours in able, so
// that the fewest branches are left.
func pivot(g *Graph, able, done *bitset.BitSet) uint {
	best, most := uint(0), -1
	for v := range able.Union(done).EachSet() {
		if n := int(g.near[v].IntersectionCardinality(able)); n > most {
			best, most = v, n
		}
	}
	return best
}
