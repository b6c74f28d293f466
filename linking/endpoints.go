package linking

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// hiddenSuffix ends the target of a private name that leads nowhere. No name of a
// service or a container has such a character.
const hiddenSuffix = "!elsewhere"

// Hidden is a private name that leads nowhere. An endpoint that has it gives no
// answer for that name, whoever has it on the network: the service finds what
// it means by it on another network, or does not find it.
func Hidden(alias string) Name { return Name{Alias: alias, Target: alias + hiddenSuffix} }

// Hides reports whether the name leads nowhere.
func (n Name) Hides() bool { return n.Target == n.Alias+hiddenSuffix }

// endpoints returns the endpoints of every service, and the names by which it
// finds others there. The edges have their networks.
//
// The engine answers first from the private names of a container, then from the
// names that others have on its networks, in the order of the names of the
// networks. So every name of a link is private to the consumer, and what a
// service finds on one of its networks is hidden on those where somebody else
// may have the same name.
func endpoints(p *compose.Project, networks []Network, edges []Edge) (map[string][]Endpoint, map[string]meanings) {
	out := make(map[string][]Endpoint)
	names := make(map[string]meanings)         // by service
	known := make(map[string]map[string][]int) // by service and name in lower case, where it is among the names
	means := func(service string, m meaning) {
		if known[service] == nil {
			known[service] = make(map[string][]int)
		}
		folded := strings.ToLower(m.name)
		known[service][folded] = append(known[service][folded], len(names[service]))
		names[service] = append(names[service], m)
	}
	private := make(map[seat][]Name)
	winners := aliasWinners(edges)
	for i, e := range edges {
		if e.Alias == "" || winners[aliasOf(e)] != i {
			continue
		}
		at := seat{e.From, e.Network}
		private[at] = append(private[at], PrivateNames(e.Alias, e.Target)...)
		means(e.From, meaning{e.Alias, e.Owner})
	}
	for _, n := range networks {
		for _, service := range n.Members {
			out[service] = append(out[service], Endpoint{Network: n.Name, Aliases: n.aliasesOf(p, service), Links: private[seat{service, n.Name}]})
			for _, other := range n.Members {
				if other != service && n.named() && known[service][strings.ToLower(other)] == nil {
					means(service, meaning{other, other})
				}
			}
		}
	}
	next := make(map[string]int) // by service, how many of its endpoints were looked at
	for _, n := range networks {
		called := make(map[string][]string, len(n.Members)) // the members, by name in lower case
		for _, member := range n.Members {
			called[strings.ToLower(member)] = append(called[strings.ToLower(member)], member)
		}
		for _, service := range n.Members {
			found := names[service]
			if len(n.Externals) == 0 { // only what its members are called can be taken
				found = found.of(known[service], n.Members)
			}
			out[service][next[service]].hide(n, called, found)
			next[service]++
		}
	}
	return out, names
}

// aliasesOf returns the names by which all members of the network find the service.
func (n Network) aliasesOf(p *compose.Project, service string) []string {
	if !n.named() {
		return nil
	}
	aliases := []string{service}
	of := n.Name
	if n.Kind == Linked && n.Declared == nil {
		of = defaultNetwork // whose place it takes
	}
	if on, ok := p.Service(service).On(of); ok {
		aliases = append(aliases, on.Aliases...)
	}
	return aliases
}

// seat is a service on a network.
type seat struct{ service, network string }

// meaning is a name, and what a service means by it.
type meaning struct{ name, owner string }

type meanings []meaning

// of returns the meanings of names of the members; at says where which names are.
func (ms meanings) of(at map[string][]int, members []string) meanings {
	var is []int
	for _, member := range members {
		is = append(is, at[strings.ToLower(member)]...)
	}
	slices.Sort(is)
	var found meanings
	for _, i := range slices.Compact(is) {
		found = append(found, ms[i])
	}
	return found
}

// sorted returns the names.
func (ms meanings) sorted() []string {
	var names []string
	for _, m := range ms {
		names = append(names, m.name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// replicas returns the names of external containers that could be those of
// replicas of a service that is known: db_2.
func (ms meanings) replicas(externals []string) meanings {
	var found meanings
	for _, x := range externals {
		name := ExternalText(x)
		i := strings.LastIndexByte(name, '_')
		if i < 1 || strings.Trim(name[i+1:], "0123456789") != "" {
			continue
		}
		if slices.ContainsFunc(ms, func(m meaning) bool { return !IsExternal(m.owner) && strings.EqualFold(m.name, name[:i]) }) {
			found = append(found, meaning{name, name[:i]})
		}
	}
	return found
}

// named reports whether services have their names on the network: not where
// somebody outside is on it, who may have neighbours of the same names, nor
// where nobody could use them.
func (n Network) named() bool { return n.Kind != Isolated && len(n.Externals) == 0 }

// hide hides the names by which the service means somebody on another network,
// where somebody on n may have them: where somebody outside is, any. The members of n
// are also given by their names in lower case.
func (e *Endpoint) hide(n Network, called map[string][]string, names meanings) {
	meant := make(map[string]bool, len(e.Links)) // what is told here, in lower case
	for _, l := range e.Links {
		if !l.Hides() {
			meant[strings.ToLower(l.Alias)] = true
		}
	}
	for _, m := range slices.Concat(names, names.replicas(n.Externals)) {
		folded := strings.ToLower(m.name)
		taken := len(n.Externals) > 0 || n.named() && slices.ContainsFunc(called[folded], func(member string) bool {
			return member != m.owner
		})
		if taken && !meant[folded] {
			e.Links = append(e.Links, HiddenNames(m.name)...)
		}
	}
	slices.SortFunc(e.Links, func(a, b Name) int { return strings.Compare(a.Alias, b.Alias) })
}

// PrivateNames are a private name in the spellings that programs use: those that
// read an alias with capitals often ask for it in lower case. The engine compares
// private names exactly, all others without case: the target's own name among them.
// An alias in lower case has one spelling.
func PrivateNames(alias, target string) []Name {
	words := []string{alias, strings.ToLower(alias)}
	if alias != words[1] && !strings.EqualFold(alias, target) {
		words = append(words, strings.ToUpper(alias))
	}
	var list []Name
	for _, s := range spellings(words...) {
		list = append(list, Name{Alias: s, Target: target})
	}
	return list
}

// HiddenNames hides a name in the spellings that programs use. The engine
// compares private names exactly, all others without case.
func HiddenNames(name string) []Name {
	var list []Name
	for _, s := range spellings(name, strings.ToLower(name), strings.ToUpper(name)) {
		list = append(list, Hidden(s))
	}
	return list
}

// spellings returns the words, each once.
func spellings(words ...string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
