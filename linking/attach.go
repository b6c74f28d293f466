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
// else. By project that is everybody, and only ties that lead out of it have
// networks of their own.
func networks(p *compose.Project, ties []Edge, o Options) []Network {
	home := make(map[string]bool) // who is on some network, and whether without a tie as well
	for _, svc := range p.Services {
		if svc.Net.Mode == compose.NetLinks {
			home[svc.Name] = true
		}
	}
	ties = slices.DeleteFunc(slices.Clone(ties), func(t Edge) bool { return t.OnOtherNetwork })
	for _, t := range ties {
		for _, name := range []string{t.From, t.Owner} {
			if !home[name] {
				home[name] = false // now it is among the keys
			}
		}
	}
	names := slices.Sorted(maps.Keys(home))
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	var sets [][]string
	g := cover.NewGraph(len(names))
	for _, t := range ties {
		switch out := IsExternal(t.From) || IsExternal(t.Owner); {
		case out && strings.EqualFold(ExternalText(t.From), ExternalText(t.Owner)):
			// With a third on their network the name would mean both.
			pair := slices.Sorted(slices.Values([]string{t.From, t.Owner}))
			if !slices.ContainsFunc(sets, func(s []string) bool { return slices.Equal(s, pair) }) {
				sets = append(sets, pair)
			}
		case out || o.Isolation == ByLinks:
			g.Join(index[t.From], index[t.Owner])
		}
	}
	for _, c := range cover.Find(g, indexes(o.Keep, index)) {
		var members []string
		for _, i := range c {
			members = append(members, names[i])
		}
		sets = append(sets, members)
	}
	tied := slices.Concat(sets...)
	everybody, alone := split(names).Members, []string(nil)
	for _, n := range everybody {
		if home[n] && !slices.Contains(tied, n) {
			alone = append(alone, n)
		}
	}
	if o.Isolation == ByProject {
		return append(named(sets), rest(Shared, everybody)...)
	}
	return append(named(sets), rest(Isolated, alone)...)
}

// rest returns the default network for the members, which are sorted, if there
// are any.
func rest(kind Kind, members []string) []Network {
	if len(members) == 0 {
		return nil
	}
	return []Network{{Name: defaultNetwork, Kind: kind, Members: members}}
}

// split tells the services among the names from who is outside.
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

// carry says of every tie which network carries it: the first that both ends
// are on.
func carry(ties []Edge, networks []Network) {
	on := make(map[string][]int) // by service, its networks
	for i, n := range networks {
		for _, m := range slices.Concat(n.Members, n.Externals) {
			on[m] = append(on[m], i)
		}
	}
	for i, t := range ties {
		if t.OnOtherNetwork {
			continue
		}
		for _, k := range on[t.From] {
			if networks[k].Has(t.Owner) {
				ties[i].Network = networks[k].Name
				break
			}
		}
	}
}

// Has tells whether a service, or an external container, is on the network.
func (n Network) Has(name string) bool {
	sitting := n.Members
	if IsExternal(name) {
		sitting = n.Externals
	}
	_, ok := slices.BinarySearch(sitting, name)
	return ok
}

// speaksForItself tells whether a tie needs no private name, for the alias is
// the name that the target has on the network, and nobody else in sight of the
// consumer has it: a container outside may be called like a service.
func speaksForItself(t Edge, ties []Edge) bool {
	rival := func(end string) bool { return end != t.Owner && strings.EqualFold(ExternalText(end), t.Alias) }
	return strings.EqualFold(t.Alias, t.Target) && !slices.ContainsFunc(ties, func(other Edge) bool {
		return other.From == t.From && rival(other.Owner) || other.Owner == t.From && rival(other.From)
	})
}

// endpoints returns, by service, its places on the networks. The ties are
// carried by the networks already.
func endpoints(networks []Network, ties []Edge) map[string][]Endpoint {
	type place struct{ service, network string }
	private := make(map[place][]Name)
	winners := aliasWinners(ties)
	for i, t := range ties {
		if t.Alias != "" && winners[aliasOf(t)] == i && !speaksForItself(t, ties) {
			at := place{t.From, t.Network}
			private[at] = append(private[at], Name{Alias: t.Alias, Target: t.Target})
		}
	}
	out := make(map[string][]Endpoint)
	for _, n := range networks {
		for _, service := range n.Members {
			e := Endpoint{Network: n.Name, Links: private[place{service, n.Name}]}
			if n.Kind != Isolated {
				e.Aliases = []string{service}
			}
			slices.SortFunc(e.Links, func(a, b Name) int { return strings.Compare(a.Alias, b.Alias) })
			out[service] = append(out[service], e)
		}
	}
	return out
}
