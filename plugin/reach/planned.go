package reach

import (
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Planned is the snapshot that an engine would show of a project alone, with the
// replicas of these numbers of each service; one where there are none. What is
// asked of the files is asked of it.
func Planned(p *compose.Project, t *linking.Topology, numbers map[string][]int) *observed.Snapshot {
	s := &observed.Snapshot{Planned: true}
	for _, n := range t.Networks {
		name := desired.EngineNetwork(p.Name, n)
		s.Networks = append(s.Networks, observed.Network{
			ID: name, Name: name, Short: n.Name, Project: p.Name, Kind: n.Kind, Traffic: n.Kind != linking.Isolated,
		})
	}
	for _, svc := range p.Services {
		addExternals(s, p, t, svc.Net)
		for _, name := range desired.ExternalNetworks(p, svc) {
			addNetwork(s, name)
		}
		for _, number := range replicasOf(numbers, svc.Name) {
			s.Containers = append(s.Containers, plannedContainer(p, t, svc, number, numbers))
		}
	}
	s.Sort()
	return s
}

func replicasOf(numbers map[string][]int, service string) []int {
	if list := numbers[service]; len(list) > 0 {
		return list
	}
	return []int{1}
}

// addExternals adds the external network or container that a service uses.
func addExternals(s *observed.Snapshot, p *compose.Project, t *linking.Topology, net compose.Namespace) {
	switch net.Mode {
	case compose.NetNetwork:
		addNetwork(s, net.Name)
	case compose.NetContainer:
		if s.ByID(net.Name) == nil {
			s.Containers = append(s.Containers, externalContainer(s, p, t, net.Name))
		}
	}
}

// externalContainer is a container outside the project, on a network of its own
// and on those that external links and discovery attach it to.
func externalContainer(s *observed.Snapshot, p *compose.Project, t *linking.Topology, name string) observed.Container {
	own := "container:" + name // whichever it is: the host reaches that too
	addNetwork(s, own)
	c := observed.Container{
		ID: name, Name: name, State: plan.StateRunning, Endpoints: []observed.Endpoint{{Network: own, NetworkID: own}},
	}
	for _, n := range t.Networks {
		if n.Has(linking.ExternalContainer(name)) {
			network := desired.EngineNetwork(p.Name, n)
			c.Endpoints = append(c.Endpoints, observed.Endpoint{Network: network, NetworkID: network})
		}
	}
	return c
}

func addNetwork(s *observed.Snapshot, name string) {
	if !slices.ContainsFunc(s.Networks, func(n observed.Network) bool { return n.Name == name }) {
		s.Networks = append(s.Networks, observed.Network{ID: name, Name: name, Traffic: true})
	}
}

func plannedContainer(p *compose.Project, t *linking.Topology, svc *compose.Service, number int, numbers map[string][]int) observed.Container {
	c := observed.Container{
		Name: desired.ContainerName(p, svc, number), Owner: p.Name, Project: p.Name, Service: svc.Name, Number: number,
		State: plan.StateRunning,
	}
	c.ID = c.Name
	switch svc.Net.Mode {
	case compose.NetHost:
		c.NetworkMode = hostNetwork
	case compose.NetNone:
		c.NetworkMode = noNetwork
	case compose.NetContainer:
		c.NetworkMode = "container:" + svc.Net.Name
	case compose.NetService:
		owner := p.Service(svc.Net.Name)
		c.NetworkMode = "container:" + desired.ContainerName(p, owner, replicasOf(numbers, owner.Name)[0])
	case compose.NetNetwork:
		c.Endpoints = append(c.Endpoints, observed.Endpoint{Network: svc.Net.Name, NetworkID: svc.Net.Name})
	}
	for _, e := range t.Service(svc.Name).Endpoints {
		name := desired.EngineNetwork(p.Name, *t.Network(e.Network))
		endpoint := observed.Endpoint{Network: name, NetworkID: name, Aliases: e.Aliases, Links: e.Links}
		if len(e.Aliases) > 0 {
			endpoint.Aliases = append(endpoint.Aliases[:len(e.Aliases):len(e.Aliases)], desired.ReplicaAlias(svc.Name, number))
		}
		c.Endpoints = append(c.Endpoints, endpoint)
	}
	for _, name := range desired.ExternalNetworks(p, svc) {
		c.Endpoints = append(c.Endpoints, observed.Endpoint{Network: name, NetworkID: name, Aliases: []string{svc.Name}})
	}
	return c
}
