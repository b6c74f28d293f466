package linking

import "github.com/stack-lite/stack-lite/compose"

// networkOwner is the service whose network stack a service uses.
type networkOwner struct {
	name    string // the service itself, but with net: container:SERVICE
	service *compose.Service
}

// linkable reports whether link networks can be attached to it. A named network
// (net: NAME) does not stand in the way: the service gets both.
func (o networkOwner) linkable() bool {
	return o.service.Net.Mode == compose.NetLinks || o.service.Net.Mode == compose.NetNetwork
}

// networkOwners is the owner for each service, by the service's name.
type networkOwners map[string]networkOwner

// NetworkOwners are the services whose network stacks the services of a project use, by
// service: themselves, or those that net: container:SERVICE leads to. The project is one
// in which compose.Check finds no mistake.
func NetworkOwners(p *compose.Project) map[string]string {
	names := make(map[string]string, len(p.Services))
	for service, owner := range resolveNetworkOwners(p) {
		names[service] = owner.name
	}
	return names
}

// resolveNetworkOwners follows net: container:SERVICE to the service that has a
// network stack of its own. No such services form a circle.
func resolveNetworkOwners(p *compose.Project) networkOwners {
	services := make(map[string]*compose.Service, len(p.Services))
	for _, svc := range p.Services {
		services[svc.Name] = svc
	}
	all := make(networkOwners, len(p.Services))
	for _, svc := range p.Services {
		var chain []string // of services that all have the same owner
		owner, known := all[svc.Name]
		for at := svc; !known; owner, known = all[at.Name] {
			chain = append(chain, at.Name)
			if at.Net.Mode != compose.NetService {
				owner = networkOwner{name: at.Name, service: at}
				break
			}
			at = services[at.Net.Name]
		}
		for _, name := range chain {
			all[name] = owner
		}
	}
	return all
}
