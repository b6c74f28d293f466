package linking

import "slices"

// order fills After and Uses of the services, which are in file order.
func (u uses) order(services []Service) {
	names := func(is []int) []string {
		var out []string
		for _, i := range is {
			out = append(out, services[i].Name)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	after := make([][]int, len(services))
	for i := range services {
		after[i] = slices.Concat(u.needs[i], u.links[i])
		services[i].Uses = names(after[i])
	}
	all := make([]int, len(services))
	for i := range all {
		all[i] = i
	}
	u.open(all, newCircles(after))
	for i := range services {
		services[i].After = names(after[i])
	}
}

// open takes links out of what is waited for until no circle is left among the members: of
// every group of services that wait for each other the one that stands first
// in the file goes first, and waits for none of the group. Only what must
// exist before it is waited for all the same, so that the first without such
// a need is the one to go.
func (u uses) open(members []int, after *circles) {
	for _, group := range after.components(members) {
		var k int
		after.within(group, func(inside func(int) bool) {
			waits := func(i int) bool { return slices.ContainsFunc(u.needs[i], inside) }
			k = max(0, slices.IndexFunc(group, func(i int) bool { return !waits(i) }))
			first := group[k]
			after.next[first] = slices.DeleteFunc(after.next[first], inside)
		})
		u.open(slices.Delete(group, k, k+1), after)
	}
}

// Order returns all services in an order in which they can be started one by
// one: each after those it comes After, and otherwise as in the file.
func (t *Topology) Order() []string {
	return t.sorted(t.Services, func(s *Service) []string { return s.After })
}

// Needs returns the named services and, transitively, all that they use, in
// the order of Order. Names that the project does not have are left out.
func (t *Topology) Needs(names []string) []string {
	var wanted []Service
	for _, n := range names {
		if i, ok := t.services[n]; ok {
			wanted = append(wanted, t.Services[i])
		}
	}
	needed := make(map[string]bool)
	for _, name := range t.sorted(wanted, func(s *Service) []string { return s.Uses }) {
		needed[name] = true
	}
	return slices.DeleteFunc(t.Order(), func(n string) bool { return !needed[n] })
}

// sorted returns the names of the services and of all that before leads to,
// each with those before it first.
func (t *Topology) sorted(services []Service, before func(*Service) []string) []string {
	var out []string
	seen := make(map[string]bool)
	var visit func(s *Service)
	visit = func(s *Service) {
		if seen[s.Name] {
			return
		}
		seen[s.Name] = true
		first := slices.Clone(before(s))
		slices.SortFunc(first, func(a, b string) int { return t.services[a] - t.services[b] })
		for _, name := range first {
			if i, ok := t.services[name]; ok {
				visit(&t.Services[i])
			}
		}
		out = append(out, s.Name)
	}
	for i := range services {
		visit(&services[i])
	}
	return out
}
