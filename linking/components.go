package linking

import "slices"

// circles finds what leads to itself over next, which may change between two calls.
type circles struct {
	next   [][]int
	inside []bool // the members of the call
	number []int  // in the order of the visits, from 1; 0: not visited
	low    []int  // the smallest number that a visit leads back to
	open   []bool // on the path
	path   []int
	visits int
}

func newCircles(next [][]int) *circles {
	n := len(next)
	return &circles{next: next, inside: make([]bool, n), number: make([]int, n), low: make([]int, n), open: make([]bool, n)}
}

// components returns the groups of members that lead to each other over next,
// and the single ones that lead to themselves, each sorted and the groups by
// their first member: Tarjan's strongly connected components, leaving out
// single ones that are no circle. Where next leads out of the members it is
// ignored.
func (c *circles) components(members []int) [][]int {
	c.visits = 0
	for _, i := range members {
		c.inside[i], c.number[i] = true, 0
	}
	var groups [][]int
	for _, i := range members {
		if c.number[i] == 0 {
			c.visit(i, &groups)
		}
	}
	for _, i := range members {
		c.inside[i] = false
	}
	slices.SortFunc(groups, func(a, b []int) int { return a[0] - b[0] })
	return groups
}

func (c *circles) visit(i int, groups *[][]int) {
	c.visits++
	c.number[i], c.low[i], c.open[i] = c.visits, c.visits, true
	start := len(c.path)
	c.path = append(c.path, i)
	for _, j := range c.next[i] {
		switch {
		case !c.inside[j]:
		case c.number[j] == 0:
			c.visit(j, groups)
			c.low[i] = min(c.low[i], c.low[j])
		case c.open[j]:
			c.low[i] = min(c.low[i], c.number[j])
		}
	}
	if c.low[i] != c.number[i] {
		return
	}
	group := slices.Clone(c.path[start:])
	c.path = c.path[:start]
	for _, j := range group {
		c.open[j] = false
	}
	if len(group) > 1 || slices.Contains(c.next[i], i) {
		slices.Sort(group)
		*groups = append(*groups, group)
	}
}

// within calls do while inside is what is in a group.
func (c *circles) within(group []int, do func(inside func(i int) bool)) {
	for _, i := range group {
		c.inside[i] = true
	}
	do(func(i int) bool { return c.inside[i] })
	for _, i := range group {
		c.inside[i] = false
	}
}
