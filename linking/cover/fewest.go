package cover

import (
	"cmp"
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// fewestBudget bounds the search for the fewest cliques: how often it may look
// at an edge.
const fewestBudget = 2_000_000

// fewest returns the smallest set of cliques that covers all edges of p: a
// branch and bound that takes the edge with the fewest cliques, tries them one
// by one, and gives a branch up when even edges that share no clique would
// need too many. Where the budget ends first, it is the best set found so far.
func (p *part) fewest() []int {
	best := p.quick()
	budget := fewestBudget
	var chosen []int
	var search func(left *bitset.BitSet)
	search = func(left *bitset.BitSet) {
		if left.None() {
			if len(chosen) < len(best) {
				best = slices.Clone(chosen)
			}
			return
		}
		if budget < 0 {
			return
		}
		more, looks := p.leastCliques(left)
		budget -= looks
		if len(chosen)+more >= len(best) {
			return
		}
		for _, c := range p.choices(left) {
			chosen = append(chosen, c)
			search(left.Difference(p.covers[c]))
			chosen = chosen[:len(chosen)-1]
		}
	}
	search(p.all())
	return best
}

// choices returns the cliques that may cover the tightest edge of left, the
// one with the most edges of left first. A clique is left out if another has
// the same edges of left and maybe more.
func (p *part) choices(left *bitset.BitSet) []int {
	type choice struct {
		clique int
		gain   *bitset.BitSet
	}
	var all []choice
	for _, c := range p.with[p.tightest(left)] {
		all = append(all, choice{c, p.covers[c].Intersection(left)})
	}
	slices.SortFunc(all, func(a, b choice) int {
		return cmp.Or(cmp.Compare(b.gain.Count(), a.gain.Count()), cmp.Compare(a.clique, b.clique))
	})
	var out []int
	for i, c := range all {
		if !slices.ContainsFunc(all[:i], func(d choice) bool { return d.gain.IsSuperSet(c.gain) }) {
			out = append(out, c.clique)
		}
	}
	return out
}
