package linking

import (
	"slices"

	"github.com/stack-lite/stack-lite/compose"
)

// seats are the networks that files of the specification put services on, by service:
// those that they declare, and external ones. The default network is one of them only
// where it is external: else it is for the links to say what becomes of it.
type seats struct {
	project  *compose.Project
	declared map[string][]string // by service, those that the project makes
	external map[string][]string // by service, those that are there already
	byName   map[string]*compose.Network
}

func newSeats(p *compose.Project) seats {
	s := seats{p, map[string][]string{}, map[string][]string{}, map[string]*compose.Network{}}
	for i := range p.Networks {
		s.byName[p.Networks[i].Name] = &p.Networks[i]
	}
	for _, svc := range p.Services {
		for _, on := range ExternalNetworks(p, svc) {
			s.external[svc.Name] = append(s.external[svc.Name], on.Network.Name)
		}
		if svc.Spec == nil || svc.Net.Mode != compose.NetLinks {
			continue
		}
		for _, on := range svc.Spec.Networks {
			if n := s.byName[on.Name]; on.Name != defaultNetwork && (n == nil || !n.External) {
				s.declared[svc.Name] = append(s.declared[svc.Name], on.Name)
			}
		}
	}
	return s
}

// onDefault reports whether a service is on the default network, as all are whose files
// name no network. A front is not: others there need not reach the service that it is for.
func (s seats) onDefault(svc *compose.Service) bool {
	if svc.Net.Mode != compose.NetLinks || svc.Fronts != "" && s.project.Format == compose.Spec {
		return false
	}
	n := s.byName[defaultNetwork]
	return svc.Spec == nil || len(svc.Spec.Networks) == 0 ||
		(n == nil || !n.External) && slices.ContainsFunc(svc.Spec.Networks, func(on compose.ServiceNetwork) bool { return on.Name == defaultNetwork })
}

// placed reports whether a service is on a network besides the default one.
func (s seats) placed(service string) bool {
	return len(s.declared[service]) > 0 || len(s.external[service]) > 0
}

// meet reports whether two services are on a network that the project declares, and
// whether they are on an external one.
func (s seats) meet(a, b string) (declared, external bool) {
	shares := func(on map[string][]string) bool {
		return slices.ContainsFunc(on[a], func(n string) bool { return slices.Contains(on[b], n) })
	}
	return shares(s.declared), shares(s.external)
}

// carries reports whether the two ends of an edge meet on a declared network.
func (s seats) carries(e Edge) bool {
	declared, _ := s.meet(e.From, e.Owner)
	return declared
}

// shared is the default network of all who are on it, as the files declare it.
func (s seats) shared(members []string) []Network {
	list := shared(members)
	for i := range list {
		list[i].Declared = s.byName[defaultNetwork]
	}
	return list
}

// ride notes of edges between services that meet on an external network, and on no
// other, that nothing has to be made for them.
func (s seats) ride(edges []Edge) {
	for i, e := range edges {
		if declared, external := s.meet(e.From, e.Owner); external && !declared {
			edges[i].OnOtherNetwork = true
		}
	}
}

// networks returns the declared networks that services are on, in the order of the files.
func (s seats) networks() []Network {
	var list []Network
	for i := range s.project.Networks {
		n := &s.project.Networks[i]
		var members []string
		for service, on := range s.declared {
			if slices.Contains(on, n.Name) {
				members = append(members, service)
			}
		}
		if len(members) > 0 {
			slices.Sort(members)
			list = append(list, Network{Name: n.Name, Kind: Declared, Members: members, Declared: n})
		}
	}
	return list
}

// apartFrom gives networks that are made for links, and for services without, other names
// than those that files declare have, there or on the engine.
func apartFrom(list []Network, p *compose.Project) []Network {
	taken := func(name string) bool {
		return slices.ContainsFunc(p.Networks, func(n compose.Network) bool {
			return n.Name == name || n.Engine == p.Name+"_"+name
		})
	}
	for i := range list {
		for list[i].Declared == nil && list[i].Kind != Shared && taken(list[i].Name) {
			list[i].Name += ".links"
		}
	}
	return list
}

// OnExternal is a service on a network that is there already.
type OnExternal struct {
	Network *compose.Network
	Seat    compose.ServiceNetwork // what the files say of the service there
}

// ExternalNetworks are the networks that are there already and that files of the
// specification put a service on, in the order in which it is attached to them.
func ExternalNetworks(p *compose.Project, svc *compose.Service) []OnExternal {
	if svc.Spec == nil || svc.Net.Mode != compose.NetLinks {
		return nil
	}
	var list []OnExternal
	for _, on := range svc.Spec.Networks {
		i := slices.IndexFunc(p.Networks, func(n compose.Network) bool { return n.Name == on.Name && n.External })
		if i >= 0 {
			list = append(list, OnExternal{&p.Networks[i], on})
		}
	}
	return list
}
