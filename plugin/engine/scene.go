package engine

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Snapshot is who is where on an engine at one moment, whatever the files say.
type Snapshot struct {
	Networks   []Network   // by name
	Containers []Container // those of services by service and number, then the others by name
}

// Network is a network as it is.
type Network struct {
	ID      string
	Name    string
	Project string            // the stack of ours that made it; empty: somebody else
	Kind    linking.Kind      // of ours: what it is for
	Wiring  map[string]string // of ours: who was to be on it, by service
	Subnet  string
	Carries bool      // packets go from one member to another (not with enable_icc=false)
	Adhoc   bool      // made by link add or link run
	Awaited time.Time // until when the second end of a Hand may be still to come
}

// Container is a container as it is.
type Container struct {
	ID        string
	Name      string
	Project   string // the stack of ours that it is a part of; empty: a container of others
	Service   string // empty for those of others
	Number    int
	OneOff    bool
	After     []string // services that were to be started before it
	State     plan.State
	Net       string     // host, none or container:ID; empty: it has places
	Default   bool       // it was made on the default bridge
	Endpoints []Endpoint // by name of the network
	Ports     []container.Port
	// Legacy are the links of the default bridge (docker run --link), by alias
	// the name of the target. Filled by Names.
	Legacy map[string]string
}

// Endpoint is a container's endpoint on a network.
type Endpoint struct {
	Network string // name
	ID      string // of the network; empty until the first start
	Address netip.Addr
	Gateway netip.Addr
	Aliases []string       // names that others on the network see; filled by Names
	Links   []linking.Name // names that this container alone sees; filled by Names
}

// Snapshot looks at all containers and networks. It makes two calls, at the same
// time; the names that containers have are not among the answers.
func (e *Engine) Snapshot(ctx context.Context) (*Snapshot, error) {
	var (
		containers []container.Summary
		networks   []network.Summary
	)
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		containers, err = e.client.ContainerList(within, container.ListOptions{All: true})
		return err
	})
	group.Go(func() (err error) {
		networks, err = e.client.NetworkList(within, network.ListOptions{})
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, e.explain(err)
	}
	e.noteSubnets(networks)
	s := &Snapshot{}
	for _, n := range networks {
		s.Networks = append(s.Networks, sceneNetwork(n))
	}
	slices.SortFunc(s.Networks, func(a, b Network) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range containers {
		if _, prober := c.Labels[labels.Prober]; !prober {
			s.Containers = append(s.Containers, sceneContainer(c))
		}
	}
	slices.SortFunc(s.Containers, func(a, b Container) int {
		return cmp.Or(cmp.Compare(len(b.Service), 0)-cmp.Compare(len(a.Service), 0),
			cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	})
	return s, nil
}

func sceneNetwork(n network.Summary) Network {
	s := Network{ID: n.ID, Name: n.Name, Subnet: subnetOf(n), Carries: n.Options[optionICC] != "false"}
	until, hand := n.Labels[labels.Link]
	s.Adhoc = hand
	s.Awaited, _ = time.Parse(time.RFC3339, until)
	if settings, ours := n.Labels[labels.Settings]; ours {
		s.Project, s.Kind, s.Wiring = n.Labels[labels.Project], linking.Kind(settings), labels.ParseWiring(n.Labels[labels.Wiring])
	}
	return s
}

func sceneContainer(c container.Summary) Container {
	s := Container{ID: c.ID, Name: containerName(c), State: plan.State(c.State), Ports: c.Ports}
	if _, ours := c.Labels[labels.Fingerprint]; ours {
		s.Project, s.Service = c.Labels[labels.Project], c.Labels[labels.Service]
		s.Number, _ = strconv.Atoi(c.Labels[labels.Number])
		s.OneOff = c.Labels[labels.OneOff] == "True"
		s.After = labels.ParseList(c.Labels[labels.After])
	}
	switch mode := container.NetworkMode(c.HostConfig.NetworkMode); {
	case mode.IsContainer(), mode.IsHost(), mode.IsNone():
		s.Net = string(mode)
		return s
	case mode == "", mode.IsDefault(), mode.IsBridge():
		s.Default = true
	}
	if c.NetworkSettings == nil {
		return s
	}
	for name, endpoint := range c.NetworkSettings.Networks {
		p := Endpoint{Network: name, ID: endpoint.NetworkID}
		p.Address, _ = netip.ParseAddr(endpoint.IPAddress)
		p.Gateway, _ = netip.ParseAddr(endpoint.Gateway)
		s.Endpoints = append(s.Endpoints, p)
	}
	slices.SortFunc(s.Endpoints, func(a, b Endpoint) int { return cmp.Compare(a.Network, b.Network) })
	return s
}

// Names fills in the names of containers, with a call for each, some at a time.
// Containers that are gone meanwhile keep what they have.
func (e *Engine) Names(ctx context.Context, containers ...*Container) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, c := range containers {
		group.Go(func() error {
			details, err := e.client.ContainerInspect(within, c.ID)
			if err != nil {
				if errdefs.IsNotFound(err) {
					return nil
				}
				return err
			}
			c.name(details)
			return nil
		})
	}
	return e.explain(group.Wait())
}

func (c *Container) name(details container.InspectResponse) {
	for i := range c.Endpoints {
		p := &c.Endpoints[i]
		if endpoint := details.NetworkSettings.Networks[p.Network]; endpoint != nil {
			p.Aliases = slices.Clone(endpoint.Aliases)
			// The engine adds the beginning of the id, which says nothing, and so
			// does what tells a container from a service of the same name.
			p.Aliases = slices.DeleteFunc(p.Aliases, func(a string) bool {
				return a == c.ID[:min(12, len(c.ID))] || a == linking.ExternalAlias(c.Name)
			})
			p.Links = endpointLinks(endpoint)
		}
	}
	c.Legacy = map[string]string{}
	if details.HostConfig == nil {
		return
	}
	for _, l := range details.HostConfig.Links { // /target:/consumer/alias
		target, path, _ := strings.Cut(l, ":")
		c.Legacy[path[strings.LastIndex(path, "/")+1:]] = strings.TrimPrefix(target, "/")
	}
}

// endpointLinks reads the private names of an endpoint, TARGET:ALIAS each.
func endpointLinks(endpoint *network.EndpointSettings) []linking.Name {
	var names []linking.Name
	for _, l := range endpoint.Links {
		target, alias, ok := strings.Cut(l, ":")
		if !ok {
			alias = target
		}
		names = append(names, linking.Name{Alias: alias, Target: target})
	}
	slices.SortFunc(names, func(a, b linking.Name) int { return cmp.Compare(a.Alias, b.Alias) })
	return names
}

// Network returns the network that a place is on, or nil: it was removed, or
// the container has never been started.
func (s *Snapshot) Network(p Endpoint) *Network {
	for i := range s.Networks {
		if n := &s.Networks[i]; n.ID == p.ID || p.ID == "" && n.Name == p.Network {
			return n
		}
	}
	return nil
}

// Service lists the containers of a service of a project, one-off ones not
// among them.
func (s *Snapshot) Service(project, service string) []*Container {
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

// Around lists the containers that run and share a network with one of the
// project, its own among them: all that its links are about.
func (s *Snapshot) Around(project string) []*Container {
	near := map[string]bool{} // networks by id
	for _, c := range s.Containers {
		if c.Project != project || !c.State.Up() {
			continue
		}
		for _, p := range c.Endpoints {
			if n := s.Network(p); n != nil && n.Name != network.NetworkBridge {
				near[n.ID] = true
			}
		}
	}
	var found []*Container
	for i := range s.Containers {
		c := &s.Containers[i]
		if !c.State.Up() {
			continue
		}
		if c.Project == project || slices.ContainsFunc(c.Endpoints, func(p Endpoint) bool { return near[p.ID] }) {
			found = append(found, c)
		}
	}
	return found
}

// optionICC is the bridge driver's option that lets members talk, or not.
const optionICC = "com.docker.network.bridge.enable_icc"
