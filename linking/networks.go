package linking

import (
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking/cover"
)

// defaultNetwork is the network of the services without links. No link network
// has this name, since their names have a dot.
const defaultNetwork = "default"

// networks returns the networks that the edges need, and the default network
// for the services without an edge. With isolation by project all services are
// on that one, and only edges with externals have networks of their own.
func networks(p *compose.Project, edges []Edge, o Options) []Network {
	always := make(map[string]bool) // the services on some network, and whether without an edge as well
	for _, svc := range p.Services {
		if svc.Net.Mode == compose.NetLinks {
			always[svc.Name] = true
		}
	}
	edges = slices.DeleteFunc(slices.Clone(edges), func(e Edge) bool { return e.OnOtherNetwork })
	for _, e := range edges {
		for _, name := range []string{e.From, e.Owner} {
			if !always[name] {
				always[name] = false // now it is among the keys
			}
		}
	}
	names := slices.Sorted(maps.Keys(always))
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	var sets [][]string
	g := cover.NewGraph(len(names))
	for _, e := range edges {
		switch external := IsExternal(e.From) || IsExternal(e.Owner); {
		case external && strings.EqualFold(ExternalText(e.From), ExternalText(e.Owner)):
			// With a third on their network the name would mean both.
			pair := slices.Sorted(slices.Values([]string{e.From, e.Owner}))
			if !slices.ContainsFunc(sets, func(s []string) bool { return slices.Equal(s, pair) }) {
				sets = append(sets, pair)
			}
		case external || o.Isolation == ByLinks:
			g.Join(index[e.From], index[e.Owner])
		}
	}
	for _, c := range cover.Find(g, indexes(o.Keep, index)) {
		var members []string
		for _, i := range c {
			members = append(members, names[i])
		}
		sets = append(sets, members)
	}
	linked := slices.Concat(sets...)
	services, unlinked := split(names).Members, []string(nil)
	for _, n := range services {
		if always[n] && !slices.Contains(linked, n) {
			unlinked = append(unlinked, n)
		}
	}
	if o.Isolation == ByProject {
		return append(named(sets), rest(Shared, services)...)
	}
	return append(named(sets), rest(Isolated, unlinked)...)
}

// rest returns the default network for the members, which are sorted, if there
// are any.
func rest(kind Kind, members []string) []Network {
	if len(members) == 0 {
		return nil
	}
	return []Network{{Name: defaultNetwork, Kind: kind, Members: members}}
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
	on := make(map[string][]int) // by service, its networks
	for i, n := range networks {
		for _, m := range slices.Concat(n.Members, n.Externals) {
			on[m] = append(on[m], i)
		}
	}
	for i, e := range edges {
		if e.OnOtherNetwork {
			continue
		}
		for _, k := range on[e.From] {
			if networks[k].Has(e.Owner) {
				edges[i].Network = networks[k].Name
				break
			}
		}
	}
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

// needsNoAlias reports whether an edge needs no private name: the alias is the
// name that the target has on the network, and no other neighbour of the
// consumer has it. (An external container may be called like a service.)
func needsNoAlias(e Edge, edges []Edge) bool {
	sameName := func(end string) bool { return end != e.Owner && strings.EqualFold(ExternalText(end), e.Alias) }
	return strings.EqualFold(e.Alias, e.Target) && !slices.ContainsFunc(edges, func(other Edge) bool {
		return other.From == e.From && sameName(other.Owner) || other.Owner == e.From && sameName(other.From)
	})
}

// endpoints returns the endpoints of every service. The edges have their
// networks.
func endpoints(networks []Network, edges []Edge) map[string][]Endpoint {
	type key struct{ service, network string }
	private := make(map[key][]Name)
	winners := aliasWinners(edges)
	for i, e := range edges {
		if e.Alias != "" && winners[aliasOf(e)] == i && !needsNoAlias(e, edges) {
			at := key{e.From, e.Network}
			private[at] = append(private[at], Name{Alias: e.Alias, Target: e.Target})
		}
	}
	out := make(map[string][]Endpoint)
	for _, n := range networks {
		for _, service := range n.Members {
			endpoint := Endpoint{Network: n.Name, Links: private[key{service, n.Name}]}
			if n.Kind != Isolated {
				endpoint.Aliases = []string{service}
			}
			slices.SortFunc(endpoint.Links, func(a, b Name) int { return strings.Compare(a.Alias, b.Alias) })
			out[service] = append(out[service], endpoint)
		}
	}
	return out
}
