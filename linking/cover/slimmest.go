package cover

import (
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// slimmestBudget bounds the search for the fewest members: how often it may
// compare an edge with a clique.
const slimmestBudget = 1_000_000

// slimmest returns a cover of the same number of cliques as start, a cover of
// p's edges, with as few members in total as possible. The cliques need not be
// maximal. It is a branch and bound over the edges, each put into a clique
// that can take it or, while there may be more, into a new one. Where the
// budget ends first, it is the best cover found so far.
func (p *part) slimmest(g *Graph, start []*bitset.BitSet) []*bitset.BitSet {
	s := slimming{
		g: g, edges: p.edges, limit: len(start), budget: slimmestBudget,
		best: start, least: members(start), due: p.leastMemberships(g),
	}
	bound := 0
	for _, d := range s.due {
		bound += d
	}
	if bound < s.least {
		s.search(0, bound)
	}
	return s.best
}

// leastMemberships returns, by vertex, how many cliques it must be a member of
// at least: as many as it has neighbours that are no neighbours of each other.
func (p *part) leastMemberships(g *Graph) map[int]int {
	near := make(map[int][]int)
	for _, e := range p.edges {
		near[e[0]] = append(near[e[0]], e[1])
		near[e[1]] = append(near[e[1]], e[0])
	}
	least := make(map[int]int, len(near))
	for v, ns := range near {
		near := bitset.New(uint(len(g.near))) // neighbours of those that are counted
		for _, n := range ns {
			if !near.Test(uint(n)) {
				near.InPlaceUnion(g.near[n])
				least[v]++
			}
		}
	}
	return least
}

// members returns the sum of the sizes.
func members(cliques []*bitset.BitSet) int {
	n := 0
	for _, c := range cliques {
		n += int(c.Count())
	}
	return n
}

// slimming is the state of one search.
type slimming struct {
	g      *Graph
	edges  []Edge
	limit  int // of cliques
	budget int

	cliques []*bitset.BitSet // as far as they are made
	due     map[int]int      // by vertex, memberships that must still come; may be below 0
	best    []*bitset.BitSet
	least   int // members of best
}

// search goes on with the cliques made so far, of cost members. The bound is
// what no continuation can stay under.
func (s *slimming) search(cost, bound int) {
	s.budget -= len(s.edges) * (1 + len(s.cliques))
	if bound >= s.least || s.budget < 0 {
		return
	}
	e, takers, ok := s.next()
	if !ok {
		s.least, s.best = cost, nil
		for _, c := range s.cliques {
			s.best = append(s.best, c.Clone())
		}
		return
	}
	for _, c := range takers {
		added, extra := s.add(c, e)
		s.search(cost+len(added), bound+extra)
		s.remove(c, added)
	}
	if len(s.cliques) < s.limit {
		c := bitset.New(uint(len(s.g.near)))
		s.cliques = append(s.cliques, c)
		added, extra := s.add(c, e)
		s.search(cost+len(added), bound+extra)
		s.remove(c, added)
		s.cliques = s.cliques[:len(s.cliques)-1]
	}
}

// next returns the uncovered edge that the fewest cliques can take, and those
// cliques; or false when every edge is covered.
func (s *slimming) next() (edge Edge, takers []*bitset.BitSet, ok bool) {
	for _, e := range s.edges {
		if slices.ContainsFunc(s.cliques, e.within) {
			continue
		}
		var able []*bitset.BitSet
		for _, c := range s.cliques {
			if s.g.extends(c, e[0]) && s.g.extends(c, e[1]) {
				able = append(able, c)
			}
		}
		if !ok || len(able) < len(takers) {
			edge, takers, ok = e, able, true
		}
	}
	return edge, takers, ok
}

// add puts both ends of e into c. It returns those that were not there and by
// how much that raises the bound.
func (s *slimming) add(c *bitset.BitSet, e Edge) (added []int, extra int) {
	for _, v := range e {
		if !c.Test(uint(v)) {
			c.Set(uint(v))
			added = append(added, v)
			if s.due[v]--; s.due[v] < 0 {
				extra++
			}
		}
	}
	return added, extra
}

// remove undoes add.
func (s *slimming) remove(c *bitset.BitSet, added []int) {
	for _, v := range added {
		c.Clear(uint(v))
		s.due[v]++
	}
}
