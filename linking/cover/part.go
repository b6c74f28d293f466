package cover

import (
	"cmp"
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
	sharing []*bitset.BitSet // by edge, the edges that share a clique with it
}

// split divides the needed edges into parts. The cliques without a needed
// edge are in none.
func split(n uint, need []Edge, cliques []*bitset.BitSet) []*part {
	group := make([]int, len(need)) // by edge, the smallest edge of its group
	for i := range group {
		group[i] = i
	}
	root := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	first := make([]int, len(cliques)) // by clique, its first needed edge
	for c, clique := range cliques {
		first[c] = -1
		for e, edge := range need {
			switch {
			case !edge.within(clique):
			case first[c] < 0:
				first[c] = e
			default:
				a, b := root(first[c]), root(e)
				group[max(a, b)] = min(a, b)
			}
		}
	}
	parts := make(map[int]*part)
	var out []*part
	for e, edge := range need {
		r := root(e)
		if parts[r] == nil {
			parts[r] = &part{}
			out = append(out, parts[r])
		}
		parts[r].edges = append(parts[r].edges, edge)
	}
	for c, clique := range cliques {
		if first[c] >= 0 {
			p := parts[root(first[c])]
			p.cliques = append(p.cliques, clique)
		}
	}
	for _, p := range out {
		p.index()
	}
	return out
}

// index fills what is derived from the edges and cliques.
func (p *part) index() {
	slices.SortFunc(p.cliques, compare)
	p.with = make([][]int, len(p.edges))
	p.covers = make([]*bitset.BitSet, len(p.cliques))
	for c, clique := range p.cliques {
		p.covers[c] = bitset.New(uint(len(p.edges)))
		for e, edge := range p.edges {
			if edge.within(clique) {
				p.covers[c].Set(uint(e))
				p.with[e] = append(p.with[e], c)
			}
		}
	}
	p.sharing = make([]*bitset.BitSet, len(p.edges))
	for e, with := range p.with {
		p.sharing[e] = bitset.New(uint(len(p.edges)))
		for _, c := range with {
			p.sharing[e].InPlaceUnion(p.covers[c])
		}
	}
}

// solve covers the edges of p with the fewest cliques, of the fewest members.
func (p *part) solve(g *Graph) []*bitset.BitSet {
	var cs []*bitset.BitSet
	for _, c := range p.fewest() {
		cs = append(cs, p.cliques[c])
	}
	return p.slimmest(g, trim(cs, p.edges))
}

// quick covers the edges by always taking the clique that has the most of
// those left: an upper bound to start from.
func (p *part) quick() []int {
	var out []int
	left := p.all()
	for left.Any() {
		best, gain := 0, uint(0)
		for c, covers := range p.covers {
			if n := covers.IntersectionCardinality(left); n > gain {
				best, gain = c, n
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
		left.InPlaceDifference(p.sharing[p.tightest(left)])
	}
	return n, looks
}

// tightest returns the edge of left that the fewest cliques have.
func (p *part) tightest(left *bitset.BitSet) int {
	es := vertices(left)
	return slices.MinFunc(es, func(a, b int) int {
		return cmp.Or(cmp.Compare(len(p.with[a]), len(p.with[b])), cmp.Compare(a, b))
	})
}
