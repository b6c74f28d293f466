package plan

import (
	"slices"
	"strings"
)

// Private are names that a container alone sees, by the name of the network; of a
// network that is not there nothing is known. What it must not find there has to
// be among them. They can't be changed while it is attached.
type Private map[string][]string

// lacks reports whether a container finds what it must not on a network.
func (p Private) lacks(network string, hides []string) bool {
	known, ok := p[network]
	return ok && slices.ContainsFunc(hides, func(name string) bool { return !among(known, name) })
}

// with adds to the names that a container must not find on a network those that
// it does not find there now: the other stack may have hidden more.
func (p Private) with(network string, hides []string) []string {
	all := slices.Clone(hides)
	for _, name := range p[network] {
		if !among(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// among looks for a name in any spelling.
func among(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
