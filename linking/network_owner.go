package linking

import "github.com/stack-lite/stack-lite/compose"

// networkOwner is the service whose network stack a service uses.
type networkOwner struct {
	name string            // the service itself, but with net: container:SERVICE
	net  compose.Namespace // that of the owner
}

// linkable reports whether link networks can be attached to it. A named network
// (net: NAME) does not stand in the way: the service gets both.
func (o networkOwner) linkable() bool {
	return o.net.Mode == compose.NetLinks || o.net.Mode == compose.NetNetwork
}

// networkOwners is the owner for each service, by the service's name.
type networkOwners map[string]networkOwner

// resolveNetworkOwners follows net: container:SERVICE to the service that has a
// network stack of its own. No such services form a circle.
func resolveNetworkOwners(p *compose.Project) networkOwners {
	all := make(networkOwners, len(p.Services))
	for _, svc := range p.Services {
		owner := svc
		for owner.Net.Mode == compose.NetService {
			owner = p.Service(owner.Net.Name)
		}
		all[svc.Name] = networkOwner{name: owner.Name, net: owner.Net}
	}
	return all
}
