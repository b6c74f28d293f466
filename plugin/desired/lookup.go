package desired

import (
	"slices"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// lookup is what is asked for at every service or container, found once for all.
type lookup struct {
	edges      map[string][]linking.Edge // by consumer
	endpoints  map[seat]linking.Endpoint
	alone      map[string]bool                 // services on whose networks nobody outside the project is
	found      map[string][]linking.Edge       // of discovery, by either end
	purposes   map[string]string               // of networks, where links of the project are not all
	containers map[string][]plan.HaveContainer // by service
	others     []observed.Network              // that are not the project's
	roles      *linking.Roles
	sums       map[linkKey]string // of what link variables say: many consumers may call one target alike
}

// lookUp gives inputs with what is found once for all. The topology is known.
func lookUp(in Inputs) Inputs {
	l := &lookup{
		edges: map[string][]linking.Edge{}, found: map[string][]linking.Edge{}, containers: byService(in.Have.Have),
		others: in.Have.otherNetworks(in.Project.Name), roles: linking.RolesIn(in.Project), sums: map[linkKey]string{}, purposes: purposes(in.Topology),
		endpoints: map[seat]linking.Endpoint{}, alone: map[string]bool{},
	}
	for _, e := range in.Topology.Edges {
		l.edges[e.From] = append(l.edges[e.From], e)
		if e.Kind == linking.DiscoveryEdge {
			for _, end := range []string{e.From, e.Owner} {
				l.found[end] = append(l.found[end], e)
			}
		}
	}
	in.lookup = l
	for _, s := range in.Topology.Services {
		l.alone[s.Name] = in.isAlone(s)
		for _, e := range s.Endpoints {
			l.endpoints[seat{s.Name, e.Network}] = e
		}
	}
	return in
}

// seat is a service on a network of the topology.
type seat struct{ service, network string }

// byService gives the containers of each service.
func byService(have plan.Have) map[string][]plan.HaveContainer {
	all := map[string][]plan.HaveContainer{}
	for _, c := range have.Containers {
		all[c.Service] = append(all[c.Service], c)
	}
	return all
}

// numbers lists the numbers that replicas have, of all containers of a service.
func numbers(containers []plan.HaveContainer) []int {
	var found []int
	for _, c := range containers {
		if !c.OneOff && !slices.Contains(found, c.Number) {
			found = append(found, c.Number)
		}
	}
	return found
}
