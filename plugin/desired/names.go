package desired

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// hides lists the names that containers of a service must not find on networks
// that the project has not made: those under which they find others on its own.
// The names of replicas are those of the replicas that there are to be; the planner
// attaches a container anew that lacks some (plan.Private).
func (in Inputs) hides(service string, replicas map[string][]int) []string {
	finds := in.Topology.Service(service).Finds
	names := slices.Clone(finds)
	for _, name := range finds {
		numbers := replicas[name]
		if len(numbers) == 0 {
			continue // an alias, or a service without containers
		}
		s := in.Project.Service(name)
		for _, number := range numbers {
			names = append(names, ReplicaAlias(name, number), ContainerName(in.Project, s, number))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Finds lists the names under which a container finds others on the networks of
// its project, by what the labels of these say; none for a container that is not
// of a project.
func Finds(s *observed.Snapshot, c *observed.Container) []string {
	if c.Project == "" {
		return nil
	}
	var names []string
	for _, n := range s.Networks {
		if n.Project != c.Project || s.EndpointOn(c, &n) == nil && n.Wiring[c.Service] == "" {
			continue
		}
		for member, text := range n.Wiring {
			endpoint := labels.ParseEndpoint(text)
			if member == c.Service {
				for _, l := range endpoint.Links {
					if !l.Hides() {
						names = append(names, l.Alias)
					}
				}
				continue
			}
			names = append(names, endpoint.Aliases...)
			for _, r := range s.Replicas(c.Project, member) {
				if len(endpoint.Aliases) > 0 {
					names = append(names, ReplicaAlias(member, r.Number), r.Name)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// hide makes an endpoint give no answer for names.
func hide(settings *network.EndpointSettings, names []string) {
	for _, name := range names {
		for _, n := range linking.HiddenNames(name) {
			if link := n.Target + ":" + n.Alias; !slices.Contains(settings.Links, link) {
				settings.Links = append(settings.Links, link)
			}
		}
	}
}

// accepted is the wiring of a service on a network that earlier versions gave,
// which is as good as long as nobody outside the project is on any network of
// the service: names of links were private only where another had the name, and
// nothing was hidden. An alias in one spelling of several is not as good: clients
// ask for it in lower case.
func accepted(e linking.Endpoint) string {
	public := linking.Endpoint{Aliases: e.Aliases}
	for _, l := range e.Links {
		if !l.Hides() && !strings.EqualFold(l.Alias, l.Target) {
			public.Links = append(public.Links, l)
		}
	}
	return labels.EndpointText(public)
}

// isAlone reports whether nobody outside the project is on any network of a
// service.
func (in Inputs) isAlone(service linking.Service) bool {
	for _, e := range service.Endpoints {
		if len(in.Topology.Network(e.Network).Externals) > 0 {
			return false
		}
	}
	for _, c := range in.containers[service.Name] {
		if len(c.OtherNetworks) > 0 {
			return false
		}
	}
	return service.Net.Mode == compose.NetLinks
}

// Meeting lists the containers of a project that are on networks of other
// projects, and those of others that are on its networks: what these find there
// the engine has to be asked for.
func Meeting(s *observed.Snapshot, project string) []*observed.Container {
	var list []*observed.Container
	for i := range s.Containers {
		c := &s.Containers[i]
		if c.Project != project && len(Finds(s, c)) == 0 {
			continue // there is nothing to hide from it
		}
		if slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool {
			n := s.Network(e)
			return n != nil && n.Project != "" && len(n.Externals) > 0 && (n.Project == project) != (c.Project == project)
		}) {
			list = append(list, c)
		}
	}
	return list
}

// private is what a container alone sees, where the engine was asked for it.
func private(c *observed.Container) plan.Private {
	if !c.Named() {
		return nil
	}
	names := plan.Private{}
	for _, e := range c.Endpoints {
		names[e.Network] = []string{}
		for _, l := range e.Links {
			names[e.Network] = append(names[e.Network], l.Alias)
		}
	}
	return names
}
