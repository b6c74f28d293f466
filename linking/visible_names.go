package linking

import (
	"slices"
	"strings"
)

// VisibleNames returns the names under which a consumer finds a target on a
// network that both are on, sorted. Here is what the consumer alone sees on that
// network, elsewhere what it alone sees on its others, each in the order of its
// endpoints; public is the names that the target has on the network.
//
// A private name comes before a public one, and DNS ignores case: an alias
// hides every spelling of a public name of another container, on whichever
// network it is. A hidden name hides on its own network alone. Of several private names that are equal but for case the last
// counts, and one of this network before one of another. Names are returned as
// they are written in here and public.
func VisibleNames(here, elsewhere []Name, public []string) []string {
	is := make(map[string]bool, len(public)) // names of the target, folded
	for _, name := range public {
		is[strings.ToLower(name)] = true
	}
	target := make(map[string]string, len(here)+len(elsewhere)) // by alias, both folded
	for _, n := range slices.Concat(slices.DeleteFunc(slices.Clone(elsewhere), Name.Hides), here) {
		target[strings.ToLower(n.Alias)] = strings.ToLower(n.Target)
	}
	var found []string
	for _, n := range here {
		if !n.Hides() && is[target[strings.ToLower(n.Alias)]] {
			found = append(found, n.Alias)
		}
	}
	for _, name := range public {
		if to, hidden := target[strings.ToLower(name)]; !hidden || is[to] {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
