package linking

import "github.com/stack-lite/stack-lite/compose"

// Isolation says who reaches whom.
type Isolation int

const (
	ByLinks   Isolation = iota // those that are linked, nobody else
	ByProject                  // everybody in the project, on one network, as Compose does
)

// Options are what Resolve needs to know besides the project.
type Options struct {
	Isolation Isolation

	// Keep lists the members of link networks that exist already. Where they
	// are all still neighbours of each other they keep their network, so that
	// a change of the file cuts no connection that is still wanted, at the
	// price of networks that a fresh start would merge.
	Keep [][]string

	// NoDiscovery leaves out the ties of discovery proxies to what they find.
	NoDiscovery bool

	// Externals is what discovery knows outside the project.
	Externals []External
}

// Resolve works out the networks, names and start order that the links of p
// mean. The result depends on the arguments alone, and the networks do not
// depend on the order of the services in the file.
//
// The error is of type compose.Errors, with every mistake: links to services
// that do not exist or that links cannot reach, links of services that can
// have none, and services of which none can be created before the other.
func Resolve(p *compose.Project, o Options) (*Topology, error) {
	owners := resolveNetworkOwners(p)
	ties, errs := resolveEdges(p, owners)
	notes := shadowed(ties)
	if !o.NoDiscovery {
		ties = append(ties, discover(p, ties, o.Externals)...)
	}
	errs = append(errs, checkNames(p, ties, o.Isolation)...)
	used, circles := resolveUses(p)
	if errs = append(errs, circles...); len(errs) > 0 {
		errs.Sort()
		return nil, errs
	}
	t := &Topology{Networks: networks(p, ties, o), Edges: ties, Notes: notes}
	carry(t.Edges, t.Networks)
	places := endpoints(t.Networks, t.Edges)
	for _, svc := range p.Services {
		t.Services = append(t.Services, Service{
			Name:         svc.Name,
			Net:          svc.Net,
			NetworkOwner: owners[svc.Name].name,
			Endpoints:    places[svc.Name],
		})
	}
	used.order(t.Services)
	return t, nil
}
