package linking

import "github.com/stack-lite/stack-lite/compose"

// Isolation says which services reach each other.
type Isolation int

const (
	ByLinks   Isolation = iota // those that are linked, no others
	ByProject                  // all of the project, on one network, as Compose does
)

// Options are what Resolve needs to know besides the project.
type Options struct {
	Isolation Isolation

	// Keep lists the members of link networks that exist already. Where they
	// are all still neighbours of each other they keep their network, so that
	// a change of the file cuts no connection that is still wanted, at the
	// price of networks that a fresh start would merge.
	Keep [][]string

	// NoDiscovery leaves out the edges of discovery proxies to what they find.
	NoDiscovery bool

	// Externals is what discovery knows of other projects.
	Externals []External

	// Swarm asks for a topology that a swarm can have. Services have no private
	// names there: the name of a link is an alias of its target, on a network
	// whose other members all mean the target by it. Networks have names without
	// a dot, and short enough behind that of a stack.
	Swarm bool
}

// Resolve works out the networks, names and start order that the links of p
// mean. The result depends on the arguments alone, and the networks do not
// depend on the order of the services in the file.
//
// The error is of type compose.Errors, with every mistake: those of
// compose.Check, or else links from and to services that can have none, and
// names that DNS takes for the same.
func Resolve(p *compose.Project, o Options) (*Topology, error) {
	if err := compose.Check(p); err != nil {
		return nil, err
	}
	owners := resolveNetworkOwners(p)
	edges, errs := resolveEdges(p, owners)
	notes := shadowed(edges)
	byFile, noEffect, mistakes := checkProjects(p)
	notes = append(notes, noEffect...)
	errs = append(errs, mistakes...)
	errs = append(errs, checkRolling(p)...)
	var withheld []Edge
	if !o.NoDiscovery {
		var found []Edge
		found, withheld = discover(p, edges, o.Externals)
		edges = append(edges, found...)
	}
	errs = append(errs, checkNames(p, edges, o.Isolation)...)
	if len(errs) > 0 {
		errs.Sort()
		return nil, errs
	}
	seats := newSeats(p)
	seats.ride(edges)
	t := &Topology{Edges: edges, Withheld: withheld, DiscoveryNotes: byFile}
	var public publicNames
	if o.Swarm {
		var unsaid []compose.Note
		t.Networks, public, unsaid = swarmNetworks(p, edges, o, seats)
		notes = append(notes, unsaid...)
	} else {
		t.Networks = networks(p, edges, o, seats)
	}
	t.Notes = append(notes, seats.lost(o)...)
	carry(t.Edges, t.Networks)
	endpoints, finds := endpoints(p, t.Networks, t.Edges)
	if o.Swarm {
		public.publish(endpoints)
	}
	for _, svc := range p.Services {
		t.Services = append(t.Services, Service{
			Name:         svc.Name,
			Net:          svc.Net,
			NetworkOwner: owners[svc.Name].name,
			Endpoints:    endpoints[svc.Name],
			Finds:        finds[svc.Name].sorted(),
		})
	}
	resolveUses(p).order(t.Services)
	t.index()
	return t, nil
}
