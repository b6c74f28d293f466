package observed

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// Sort puts networks and containers into the order that Snapshot promises.
func (s *Snapshot) Sort() {
	slices.SortFunc(s.Networks, func(a, b Network) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Containers, func(a, b Container) int {
		return cmp.Or(cmp.Compare(len(b.Service), 0)-cmp.Compare(len(a.Service), 0),
			cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	})
}

// Network returns the network that an endpoint is on; nil: it was removed, or
// the container has never been started.
func (s *Snapshot) Network(e Endpoint) *Network {
	is := func(n *Network) bool { return n.ID == e.NetworkID || e.NetworkID == "" && n.Name == e.Network }
	i, _ := slices.BinarySearchFunc(s.Networks, e.Network, func(n Network, name string) int { return cmp.Compare(n.Name, name) })
	for ; i < len(s.Networks) && s.Networks[i].Name == e.Network; i++ {
		if is(&s.Networks[i]) {
			return &s.Networks[i]
		}
	}
	for i := range s.Networks { // not in the order of their names, or known by id alone
		if is(&s.Networks[i]) {
			return &s.Networks[i]
		}
	}
	return nil
}

// NetworkCalled finds a network by what docker run may call it: its id, its name,
// or the beginning of its id where one network alone has it. Nil: there is none.
func (s *Snapshot) NetworkCalled(word string) *Network {
	var begins []*Network
	for _, is := range []func(n *Network) bool{
		func(n *Network) bool { return n.ID == word },
		func(n *Network) bool { return n.Name == word },
	} {
		for i := range s.Networks {
			if is(&s.Networks[i]) {
				return &s.Networks[i]
			}
		}
	}
	for i := range s.Networks {
		if word != "" && strings.HasPrefix(s.Networks[i].ID, word) {
			begins = append(begins, &s.Networks[i])
		}
	}
	if len(begins) != 1 {
		return nil
	}
	return begins[0]
}

// NetworkNamed finds a network by its name; nil: there is none.
func (s *Snapshot) NetworkNamed(name string) *Network {
	i := slices.IndexFunc(s.Networks, func(n Network) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Networks[i]
}

// EndpointOn is the endpoint of a container on a network; nil: it has none there.
func (s *Snapshot) EndpointOn(c *Container, n *Network) *Endpoint {
	for i := range c.Endpoints {
		if s.Network(c.Endpoints[i]) == n {
			return &c.Endpoints[i]
		}
	}
	return nil
}

// Of lists the containers of a project, one-off ones too.
func (s *Snapshot) Of(project string) []*Container {
	var found []*Container
	for i := range s.Containers {
		if c := &s.Containers[i]; c.Project == project {
			found = append(found, c)
		}
	}
	return found
}

// Replicas lists the containers of a service of a project, one-off ones not
// among them.
func (s *Snapshot) Replicas(project, service string) []*Container {
	var found []*Container
	for i := range s.Containers {
		if c := &s.Containers[i]; c.Project == project && c.Service == service && !c.OneOff {
			found = append(found, c)
		}
	}
	return found
}

// Container finds a container by what a user may call it: its name, the name
// without that of the project (web_2), or the beginning of its id where one
// container alone has it. Nil: there is none.
func (s *Snapshot) Container(project, word string) *Container {
	for _, name := range []string{word, project + "_" + word} {
		for i := range s.Containers {
			if s.Containers[i].Name == name {
				return &s.Containers[i]
			}
		}
	}
	var found *Container
	for i := range s.Containers {
		if strings.HasPrefix(s.Containers[i].ID, word) {
			if found != nil {
				return nil
			}
			found = &s.Containers[i]
		}
	}
	return found
}

// ByID finds a container by its whole id; nil: there is none.
func (s *Snapshot) ByID(id string) *Container {
	for i := range s.Containers {
		if s.Containers[i].ID == id {
			return &s.Containers[i]
		}
	}
	return nil
}

// NetworkOwner is the container whose network stack c uses: itself, or with net:
// container:ID another; nil where that is gone.
func (s *Snapshot) NetworkOwner(c *Container) *Container {
	for range s.Containers {
		kind, id := c.ForeignNetwork()
		if kind != "container" {
			return c
		}
		if c = s.ByID(id); c == nil {
			return nil
		}
	}
	return nil
}

// Published lists the ports that a container publishes on addresses of the host
// at which other containers find it, which links do not protect.
func (c *Container) Published() []Port {
	var ports []Port
	for _, p := range c.Ports {
		ip, err := netip.ParseAddr(p.IP)
		if p.Public == 0 || err == nil && ip.IsLoopback() {
			continue
		}
		if !slices.ContainsFunc(ports, func(o Port) bool {
			return o.Public == p.Public && o.Private == p.Private && o.Protocol == p.Protocol
		}) {
			ports = append(ports, p)
		}
	}
	return ports
}
