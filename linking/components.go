package linking

import "slices"

// all returns 0 to n-1.
func all(n int) []int {
	is := make([]int, n)
	for i := range is {
		is[i] = i
	}
	return is
}

// components returns the groups of members that lead to each other over next,
// and the single ones that lead to themselves, each sorted and the groups by
// their first member: Tarjan's strongly connected components, leaving out
// single ones that are no circle. Where next leads out of the members it is
// ignored.
func components(members []int, next [][]int) [][]int {
	type mark struct {
		number, low int
		open        bool
	}
	marks := make(map[int]*mark, len(members))
	inside := make(map[int]bool, len(members))
	for _, m := range members {
		inside[m] = true
	}
	var path []int
	var groups [][]int
	var visit func(i int) *mark
	visit = func(i int) *mark {
		m := &mark{number: len(marks), low: len(marks), open: true}
		marks[i] = m
		path = append(path, i)
		for _, j := range next[i] {
			if !inside[j] {
				continue
			}
			if n := marks[j]; n == nil {
				m.low = min(m.low, visit(j).low)
			} else if n.open {
				m.low = min(m.low, n.number)
			}
		}
		if m.low == m.number {
			start := slices.Index(path, i)
			group := slices.Clone(path[start:])
			path = path[:start]
			for _, j := range group {
				marks[j].open = false
			}
			if len(group) > 1 || slices.Contains(next[i], i) {
				slices.Sort(group)
				groups = append(groups, group)
			}
		}
		return m
	}
	for _, i := range members {
		if marks[i] == nil {
			visit(i)
		}
	}
	slices.SortFunc(groups, func(a, b []int) int { return a[0] - b[0] })
	return groups
}
