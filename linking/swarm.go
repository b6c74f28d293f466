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
	var alone [][]string
	for {
		missing := false
		for _, e := range said {
			pair := slices.Sorted(slices.Values([]string{e.From, e.Owner}))
			known := slices.ContainsFunc(alone, func(set []string) bool { return slices.Equal(set, pair) })
			if placeFor(e, list, means) < 0 && !known {
				alone, missing = append(alone, pair), true
			}
		}
		if !missing {
			break
		}
		list = networks(p, edges, o, seats, alone...)
	}
	nameForSwarm(p, list)
	names := make(publicNames)
	for _, e := range said {
		if i := placeFor(e, list, means); i >= 0 {
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
		for _, viewer := range n.Members {
			for _, owner := range n.Members {
				for _, name := range n.aliasesOf(p, owner) {
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
	var said []Edge
	var notes []compose.Note
	winners := aliasWinners(edges)
	for i, e := range edges {
		switch {
		case e.Kind != LinkEdge || winners[aliasOf(e)] != i || strings.EqualFold(e.Alias, e.Owner):
			continue
		case foundOnly(sees[aliasOf(e)], e.Owner):
			continue // it is called so there anyway
		}
		if who, whom := taken(e, sees, said); who != "" {
			notes = append(notes, compose.Note{Pos: e.Pos, Path: e.path(), Text: fmt.Sprintf(
				"%q can't be a name of %q in a swarm, which has no names for one service alone: %s finds %q by it", e.Alias, e.To, who, whom)})
			continue
		}
		said = append(said, e)
	}
	return said, notes
}

// foundOnly reports whether a name leads to the owner and to nobody else.
func foundOnly(found []string, owner string) bool { return len(found) == 1 && found[0] == owner }

// taken says which end of an edge finds somebody else by its name already, and whom;
// nobody: "". Before are the edges whose names are aliases of their targets.
func taken(e Edge, sees map[alias][]string, before []Edge) (who, whom string) {
	for _, viewer := range []string{e.From, e.Owner} {
		for _, owner := range sees[alias{viewer, strings.ToLower(e.Alias)}] {
			if owner != e.Owner {
				return viewer, owner
			}
		}
	}
	for _, b := range before {
		switch {
		case !strings.EqualFold(b.Alias, e.Alias):
		case b.From == e.Owner: // who is called so means another by it
			return e.Owner, b.Owner
		case b.Owner == e.From:
			return e.From, e.From
		}
	}
	return "", ""
}

// placeFor is the network on which the target of an edge can have its name: that of
// services alone where all others mean the target by it; below 0: none.
func placeFor(e Edge, list []Network, means map[alias]string) int {
	return slices.IndexFunc(list, func(n Network) bool {
		if !n.named() || !n.Has(e.From) || !n.Has(e.Owner) {
			return false
		}
		return !slices.ContainsFunc(n.Members, func(m string) bool {
			return m != e.Owner && means[alias{m, strings.ToLower(e.Alias)}] != e.Owner
		})
	})
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
