package linking

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking/cover"
)

// defaultNetwork is the network of all services with isolation by project. No
// other network has this name.
const defaultNetwork = "default"

// networks returns the networks that the edges need, and a network for each
// service without an edge. With isolation by project all services are on one.
//
// What is outside the project shares a network with one service at a time, and
// with no other: on the networks that services share with each other there is
// nobody else. Of services that reach each other, those of each of alone are on a
// network without anybody else as well.
func networks(p *compose.Project, edges []Edge, o Options, seats seats, alone ...[]string) []Network {
	var own, joined []string         // services that have a network of the project's in any case, and those with an edge
	seen := make(map[[2]string]bool) // pairs
	for _, svc := range p.Services {
		if seats.onDefault(svc) {
			own = append(own, svc.Name)
		}
	}
	var pairs [][]string // with something outside
	var inside []Edge
	for _, e := range edges {
		switch {
		case e.OnOtherNetwork:
		case IsExternal(e.From) || IsExternal(e.Owner):
			pair := slices.Sorted(slices.Values([]string{e.From, e.Owner}))
			if of := [2]string(pair); !seen[of] {
				seen[of] = true
				pairs = append(pairs, pair)
			}
			joined = append(joined, pair...)
		case seats.carries(e):
		default:
			inside = append(inside, e)
			joined = append(joined, e.From, e.Owner)
		}
	}
	if o.Isolation == ByProject && p.Format == compose.Spec {
		apart := slices.DeleteFunc(inside, func(e Edge) bool { return slices.Contains(own, e.From) && slices.Contains(own, e.Owner) })
		slices.Sort(own)
		return apartFrom(slices.Concat(seats.inherit(linked(pairs, apart, o.Keep, alone), o), seats.networks(), seats.shared(own)), p)
	}
	if o.Isolation == ByProject {
		services := slices.DeleteFunc(slices.Concat(own, joined), IsExternal)
		slices.Sort(services)
		return append(linked(pairs, nil, nil, alone), shared(slices.Compact(services))...)
	}
	isLinked := make(map[string]bool, len(joined))
	for _, name := range joined {
		isLinked[name] = true
	}
	var unlinked []string
	for _, name := range own {
		if !isLinked[name] && !seats.placed(name) {
			unlinked = append(unlinked, name)
		}
	}
	list := append(seats.inherit(linked(pairs, inside, o.Keep, alone), o), seats.networks()...)
	if p.Format == compose.Spec {
		for _, name := range seats.shutIn(list) {
			if !slices.Contains(unlinked, name) {
				unlinked = append(unlinked, name)
			}
		}
	}
	return apartFrom(append(list, seats.inherit(unlinkedNetworks(unlinked), o)...), p)
}

// linked returns the networks of pairs with something outside, those that carry edges
// between services, and one for each of alone. Where the members of one of these reach
// each other on other networks anyway, theirs is there for names.
func linked(pairs [][]string, edges []Edge, keep, alone [][]string) []Network {
	sets := covered(edges, slices.Concat(together(edges), keep, alone))
	there := make(map[string]bool, len(sets))
	joined := func(set []string) string { return strings.Join(set, "\n") }
	for _, set := range sets {
		there[joined(set)] = true
	}
	var more [][]string
	for _, set := range alone {
		if !there[joined(set)] {
			more = append(more, set)
		}
	}
	forNames := named(more)
	for i := range forNames {
		forNames[i].Kind = Naming
	}
	return append(named(append(pairs, sets...)), forNames...)
}

// covered returns the members of as few networks as possible that carry edges
// between services.
func covered(edges []Edge, keep [][]string) [][]string {
	var names []string
	for _, e := range edges {
		names = append(names, e.From, e.Owner)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	g := cover.NewGraph(len(names))
	for _, e := range edges {
		g.Join(index[e.From], index[e.Owner])
	}
	var sets [][]string
	for _, c := range cover.Find(g, indexes(keep, index)) {
		var members []string
		for _, i := range c {
			members = append(members, names[i])
		}
		sets = append(sets, members)
	}
	return sets
}

// shared returns the one network of isolation by project, if there is anybody
// on it. The members are sorted.
func shared(members []string) []Network {
	if len(members) == 0 {
		return nil
	}
	return []Network{{Name: defaultNetwork, Kind: Shared, Members: members}}
}

// unlinkedNetworks returns a network for each of the services, by name.
func unlinkedNetworks(services []string) []Network {
	var out []Network
	for _, service := range slices.Sorted(slices.Values(services)) {
		out = append(out, Network{Name: aloneName(service), Kind: Isolated, Members: []string{service}})
	}
	return out
}

// split separates the services among the names from the externals.
func split(names []string) Network {
	var n Network
	for _, name := range slices.Sorted(slices.Values(names)) {
		if IsExternal(name) {
			n.Externals = append(n.Externals, name)
		} else {
			n.Members = append(n.Members, name)
		}
	}
	return n
}

// indexes translates sets of names to sets of numbers. A set with a name that
// has no number is left out.
func indexes(sets [][]string, index map[string]int) [][]int {
	var out [][]int
	for _, set := range sets {
		is := make([]int, 0, len(set))
		for _, name := range set {
			if i, ok := index[name]; ok {
				is = append(is, i)
			}
		}
		if len(is) == len(set) {
			out = append(out, is)
		}
	}
	return out
}

// carry says of every edge which network carries it: the first that both ends
// are on.
func carry(edges []Edge, networks []Network) {
	on := whereAre(networks)
	for i, e := range edges {
		if e.OnOtherNetwork {
			continue
		}
		few, other := on[e.From], e.Owner
		if len(on[e.Owner]) < len(few) {
			few, other = on[e.Owner], e.From
		}
		for _, k := range few {
			if networks[k].Has(other) {
				edges[i].Network = networks[k].Name
				break
			}
		}
	}
}

// whereAre finds the networks of each service, and of each external container, in order.
func whereAre(networks []Network) map[string][]int {
	on := make(map[string][]int)
	for i, n := range networks {
		for _, list := range [][]string{n.Members, n.Externals} {
			for _, member := range list {
				on[member] = append(on[member], i)
			}
		}
	}
	return on
}

// Has reports whether a service, or an external container, is on the network.
func (n Network) Has(name string) bool {
	list := n.Members
	if IsExternal(name) {
		list = n.Externals
	}
	_, ok := slices.BinarySearch(list, name)
	return ok
}
