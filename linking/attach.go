package linking

import (
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking/cover"
)

// defaultNetwork is the network of the services that links do not place. No
// link network is called so, since their names have a dot.
const defaultNetwork = "default"

// networks returns the networks that the ties need and the one for everybody
// else.
func networks(p *compose.Project, ties []Tie, o Options) []Network {
	modes := make(map[string]compose.NetMode, len(p.Services))
	for _, svc := range p.Services {
		modes[svc.Name] = svc.Net.Mode
	}
	names := slices.Sorted(maps.Keys(modes))
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	g := cover.NewGraph(len(names))
	for _, t := range ties {
		g.Join(index[t.From], index[t.At])
	}
	var linked, alone []string
	for i, n := range names {
		switch {
		case !g.Alone(i):
			linked = append(linked, n)
		case modes[n] == compose.NetLinks:
			alone = append(alone, n)
		}
	}
	if o.Isolation == ByProject {
		return rest(Shared, append(linked, alone...))
	}
	var sets [][]string
	for _, c := range cover.Find(g, indexes(o.Keep, index)) {
		var members []string
		for _, i := range c {
			members = append(members, names[i])
		}
		sets = append(sets, members)
	}
	return append(named(sets), rest(Apart, alone)...)
}

// rest returns the default network for the members, if there are any.
func rest(kind Kind, members []string) []Network {
	if len(members) == 0 {
		return nil
	}
	slices.Sort(members)
	return []Network{{Name: defaultNetwork, Kind: kind, Members: members}}
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

// carry says of every tie which network carries it: the first that both ends
// are on.
func carry(ties []Tie, networks []Network) {
	on := make(map[string][]int) // by service, its networks
	for i, n := range networks {
		for _, m := range n.Members {
			on[m] = append(on[m], i)
		}
	}
	for i, t := range ties {
		for _, k := range on[t.From] {
			if networks[k].has(t.At) {
				ties[i].Network = networks[k].Name
				break
			}
		}
	}
}

// has tells whether the service is a member of n.
func (n Network) has(service string) bool {
	_, ok := slices.BinarySearch(n.Members, service)
	return ok
}

// endpoints returns, by service, its places on the networks. The ties are
// carried by the networks already.
func endpoints(networks []Network, ties []Tie) map[string][]Endpoint {
	type place struct{ service, network string }
	private := make(map[place][]Name)
	winners := aliasWinners(ties)
	for i, t := range ties {
		own := strings.EqualFold(t.Alias, t.At) // the target's own name serves
		if winners[aliasOf(t)] == i && !own {
			at := place{t.From, t.Network}
			private[at] = append(private[at], Name{Alias: t.Alias, Target: t.At})
		}
	}
	out := make(map[string][]Endpoint)
	for _, n := range networks {
		for _, service := range n.Members {
			e := Endpoint{Network: n.Name, Links: private[place{service, n.Name}]}
			if n.Kind != Apart {
				e.Aliases = []string{service}
			}
			slices.SortFunc(e.Links, func(a, b Name) int { return strings.Compare(a.Alias, b.Alias) })
			out[service] = append(out[service], e)
		}
	}
	return out
}
