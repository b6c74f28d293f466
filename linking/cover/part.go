package cover

import (
	"cmp"
	"maps"
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// part is a piece of the problem that can be solved on its own: no clique has
// needed edges of two parts.
type part struct {
	edges   []Edge           // to be covered
	cliques []*bitset.BitSet // maximal, of vertices
	covers  []*bitset.BitSet // by clique, the indexes of its edges
	with    [][]int          // by edge, the indexes of its cliques
	sharing []*bitset.BitSet // by edge, see sharers
}

// split divides the needed edges of some cliques into parts. The cliques without
// a needed edge are in none.
func split(need *edgeIndex, cliques []*bitset.BitSet) []*part {
	group := make(map[int]int) // by edge, a smaller one of its group, or itself
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	first := make([]int, len(cliques)) // by clique, its first needed edge
	for c, clique := range cliques {
		first[c] = -1
		need.each(clique, func(e int) {
			if _, known := group[e]; !known {
				group[e] = e
			}
			if first[c] < 0 {
				first[c] = e
				return
			}
			a, b := root(first[c]), root(e)
			group[max(a, b)] = min(a, b)
		})
	}
	parts := make(map[int]*part)
	local := make(map[int]int, len(group)) // by edge, its index in its part
	var out []*part
	for _, e := range slices.Sorted(maps.Keys(group)) {
		r := root(e)
		if parts[r] == nil {
			parts[r] = &part{}
			out = append(out, parts[r])
		}
		local[e] = len(parts[r].edges)
		parts[r].edges = append(parts[r].edges, need.edges[e])
	}
	for c, clique := range cliques {
		if first[c] >= 0 {
			p := parts[root(first[c])]
			p.cliques = append(p.cliques, clique)
		}
	}
	for _, p := range out {
		p.index(need, local)
	}
	return out
}

// index fills what is derived from the edges and cliques; local says where in the
// part an edge is. Nothing is looked for where there is one clique.
func (p *part) index(need *edgeIndex, local map[int]int) {
	if len(p.cliques) == 1 {
		return
	}
	slices.SortFunc(p.cliques, compare)
	p.with = make([][]int, len(p.edges))
	p.covers = make([]*bitset.BitSet, len(p.cliques))
	p.sharing = make([]*bitset.BitSet, len(p.edges))
	for c, clique := range p.cliques {
		p.covers[c] = bitset.New(uint(len(p.edges)))
		need.each(clique, func(i int) {
			e := local[i]
			p.covers[c].Set(uint(e))
			p.with[e] = append(p.with[e], c)
		})
	}
}

// solve covers the edges of p with the fewest cliques, of the fewest members.
func (p *part) solve(g *Graph, need *edgeIndex) []*bitset.BitSet {
	if len(p.cliques) == 1 {
		c := bitset.New(p.cliques[0].Len())
		for _, e := range p.edges {
			c.Set(uint(e[0])).Set(uint(e[1]))
		}
		return []*bitset.BitSet{c}
	}
	var cs []*bitset.BitSet
	for _, c := range p.fewest() {
		cs = append(cs, p.cliques[c])
	}
	return p.slimmest(g, need.trim(cs))
}

// quick covers the edges by always taking the clique that has the most of
// those left: an upper bound to start from.
func (p *part) quick() []int {
	var out []int
	left := p.all()
	most := make([]uint, len(p.covers)) // by clique, how many it had before: never more
	for c, covers := range p.covers {
		most[c] = covers.Count()
	}
	for left.Any() {
		best, gain := 0, uint(0)
		for c, covers := range p.covers {
			if most[c] <= gain {
				continue
			}
			if most[c] = covers.IntersectionCardinality(left); most[c] > gain {
				best, gain = c, most[c]
			}
		}
		out = append(out, best)
		left.InPlaceDifference(p.covers[best])
	}
	return out
}

// all returns the set of all edges.
func (p *part) all() *bitset.BitSet {
	s := bitset.New(uint(len(p.edges)))
	for e := range p.edges {
		s.Set(uint(e))
	}
	return s
}

// leastCliques returns how many of the edges left can be found, no two of which
// share a clique: so many cliques are needed at least. It also returns how
// often an edge was looked at for that.
func (p *part) leastCliques(left *bitset.BitSet) (n, looks int) {
	for left = left.Clone(); left.Any(); n++ {
		looks += int(left.Count())
		left.InPlaceDifference(p.sharers(p.tightest(left)))
	}
	return n, looks
}

// sharers returns the edges that share a clique with e. They are worked out when
// they are asked for: of all edges they would take as many bits as there are pairs.
func (p *part) sharers(e int) *bitset.BitSet {
	if p.sharing[e] == nil {
		p.sharing[e] = bitset.New(uint(len(p.edges)))
		for _, c := range p.with[e] {
			p.sharing[e].InPlaceUnion(p.covers[c])
		}
	}
	return p.sharing[e]
}

// tightest returns the edge of left that the fewest cliques have.
func (p *part) tightest(left *bitset.BitSet) int {
	es := vertices(left)
	return slices.MinFunc(es, func(a, b int) int {
		return cmp.Or(cmp.Compare(len(p.with[a]), len(p.with[b])), cmp.Compare(a, b))
	})
}
