package linking

import "github.com/stack-lite/stack-lite/compose"

// networkOwner says whose network networkOwner a service uses.
type networkOwner struct {
	name string            // the service that owns it: itself but with net: container:SERVICE
	net  compose.Namespace // that service's net
}

// linkable tells whether link networks can be attached to it. A named network
// (net: NAME) does not stand in the way: the service gets both.
func (s networkOwner) linkable() bool {
	return s.net.Mode == compose.NetLinks || s.net.Mode == compose.NetNetwork
}

// networkOwners is every service's stack, by service name.
type networkOwners map[string]networkOwner

// resolveNetworkOwners follows net: container:SERVICE to the service that has a stack
// of its own. A circle of such services is reported by resolveUses.
func resolveNetworkOwners(p *compose.Project) networkOwners {
	all := make(networkOwners, len(p.Services))
	for _, svc := range p.Services {
		owner := svc
		for range p.Services {
			next := p.Service(owner.Net.Name)
			if owner.Net.Mode != compose.NetService || next == nil {
				break
			}
			owner = next
		}
		all[svc.Name] = networkOwner{name: owner.Name, net: owner.Net}
	}
	return all
}
