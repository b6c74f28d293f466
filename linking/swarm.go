package linking

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// publicNames are the names of links that their targets have on networks, for all who
// are on them.
type publicNames map[seat][]string

// swarmNetworks returns the networks that the edges need where no service has private
// names, and the names of links that services have there. Nobody finds a service by a
// name of a link that is not his: where no network of the fewest is without others, the
// two who are linked get one of their own.
//
// A name that leads elsewhere already, for one of the two, can't be had; notes say so.
func swarmNetworks(p *compose.Project, edges []Edge, o Options, seats seats) ([]Network, publicNames, []compose.Note) {
	list := networks(p, edges, o, seats)
	said, notes := sayable(p, list, edges)
	means := make(map[alias]string, len(said)) // whom a service means by a name
	for _, e := range said {
		means[aliasOf(e)] = e.Owner
	}
	at := places{list, whereAre(list), means}
	var alone [][]string
	known := make(map[[2]string]bool) // pairs of alone
	for {
		missing := false
		for _, e := range said {
			pair := [2]string{min(e.From, e.Owner), max(e.From, e.Owner)}
			if at.of(e) < 0 && !known[pair] {
				known[pair], missing = true, true
				alone = append(alone, pair[:])
			}
		}
		if !missing {
			break
		}
		list = networks(p, edges, o, seats, alone...)
		at = places{list, whereAre(list), means}
	}
	nameForSwarm(p, list)
	names := make(publicNames)
	for _, e := range said {
		if i := at.of(e); i >= 0 {
			at := seat{e.Owner, list[i].Name}
			names[at] = append(names[at], e.Alias)
		}
	}
	return list, names, notes
}

// sayable returns the edges whose names can be aliases of their targets, each name that
// is not the target's own, and notes of those that cannot.
func sayable(p *compose.Project, list []Network, edges []Edge) ([]Edge, []compose.Note) {
	sees := make(map[alias][]string) // whom a service finds by a name, without those of links
	see := func(viewer, name, owner string) {
		at := alias{viewer, strings.ToLower(name)}
		if !slices.Contains(sees[at], owner) {
			sees[at] = append(sees[at], owner)
		}
	}
	for _, svc := range p.Services {
		see(svc.Name, svc.Name, svc.Name)
	}
	for _, n := range list {
		for _, owner := range n.Members {
			for _, name := range n.aliasesOf(p, owner) {
				for _, viewer := range n.Members {
					see(viewer, name, owner)
				}
			}
		}
	}
	for _, e := range edges {
		if e.OnOtherNetwork {
			see(e.From, e.Owner, e.Owner)
			see(e.Owner, e.From, e.From)
		}
	}
	said := sayings{from: make(map[alias]int), to: make(map[alias]int)}
	var notes []compose.Note
	winners := aliasWinners(edges)
	for i, e := range edges {
		switch {
		case e.Kind != LinkEdge || winners[aliasOf(e)] != i || strings.EqualFold(e.Alias, e.Owner):
			continue
		case foundOnly(sees[aliasOf(e)], e.Owner):
			continue // it is called so there anyway
		}
		if who, whom := said.taken(e, sees); who != "" {
			notes = append(notes, compose.Note{Pos: e.Pos, Path: e.path(), Text: fmt.Sprintf(
				"%q can't be a name of %q in a swarm, which has no names for one service alone: %s finds %q by it", e.Alias, e.To, who, whom)})
			continue
		}
		said.add(e)
	}
	return said.edges, notes
}

// sayings are edges whose names are aliases of their targets.
type sayings struct {
	edges []Edge
	from  map[alias]int // the first that leads from a service under a name
	to    map[alias]int // the first that leads to a service under a name
}

func (s *sayings) add(e Edge) {
	name := strings.ToLower(e.Alias)
	note(s.from, alias{e.From, name}, len(s.edges))
	note(s.to, alias{e.Owner, name}, len(s.edges))
	s.edges = append(s.edges, e)
}

// note notes the number of an edge, unless that of another is there.
func note(first map[alias]int, at alias, number int) {
	if _, known := first[at]; !known {
		first[at] = number
	}
}

// foundOnly reports whether a name leads to the owner and to nobody else.
func foundOnly(found []string, owner string) bool { return len(found) == 1 && found[0] == owner }

// taken says which end of another edge finds somebody else by its name already, and
// whom; nobody: "". Sees has whom services find without the edges.
func (s *sayings) taken(e Edge, sees map[alias][]string) (who, whom string) {
	name := strings.ToLower(e.Alias)
	for _, viewer := range []string{e.From, e.Owner} {
		for _, owner := range sees[alias{viewer, name}] {
			if owner != e.Owner {
				return viewer, owner
			}
		}
	}
	means, another := s.from[alias{e.Owner, name}] // who is called so means another by it
	called, self := s.to[alias{e.From, name}]
	switch {
	case another && (!self || means <= called):
		return e.Owner, s.edges[means].Owner
	case self:
		return e.From, e.From
	}
	return "", ""
}

// places are the networks on which targets of edges may have the names of these.
type places struct {
	networks []Network
	where    map[string][]int // by service, its networks
	means    map[alias]string // whom a service means by a name
}

// of is the network on which the target of an edge can have its name: the first of
// services alone where all others mean the target by it; below 0: none.
func (p places) of(e Edge) int {
	name := strings.ToLower(e.Alias)
	few, other := p.where[e.From], e.Owner
	if len(p.where[e.Owner]) < len(few) {
		few, other = p.where[e.Owner], e.From
	}
	for _, i := range few {
		n := p.networks[i]
		others := func(m string) bool { return m != e.Owner && p.means[alias{m, name}] != e.Owner }
		if n.named() && n.Has(other) && !slices.ContainsFunc(n.Members, others) {
			return i
		}
	}
	return -1
}

// publish gives endpoints the names, and takes their private ones.
func (ns publicNames) publish(endpoints map[string][]Endpoint) {
	for service, list := range endpoints {
		for i, e := range list {
			list[i].Links = nil
			more := slices.Clone(ns[seat{service, e.Network}])
			slices.SortFunc(more, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
			more = slices.CompactFunc(more, strings.EqualFold)
			more = slices.DeleteFunc(more, func(name string) bool {
				return slices.ContainsFunc(e.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
			})
			list[i].Aliases = append(slices.Clone(e.Aliases), more...)
		}
	}
}
