package plugin

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// canByFiles answers for two services from what the files say of them, as if
// each had one container.
func (a *app) canByFiles(p *compose.Project, from, to string) (answer, error) {
	for _, name := range []string{from, to} {
		if p.Service(name) == nil {
			return answer{}, noSuchService([]string{name}, serviceNames(p))
		}
	}
	s := &stack{app: a, project: p}
	if err := s.resolve(plan.Have{}); err != nil {
		return answer{}, err
	}
	g := graph.Of(p, s.topology)
	ans := answer{From: from, To: to, Source: "files", Ways: []way{}, Reaches: g.Reaches(from, to)}
	if ans.Reaches {
		ans.Ways = s.ways(from, to)
	} else {
		ans.Why = whyNot(g, from, to)
	}
	for _, port := range p.Service(to).Ports {
		if ip, err := netip.ParseAddr(port.IP); err != nil || !ip.IsLoopback() {
			ans.Ports = append(ans.Ports, port.String())
		}
	}
	return ans, nil
}

// ways lists the networks of the files that both are on, with the names.
func (s *stack) ways(from, to string) []way {
	owner := s.topology.Service(to).NetworkOwner
	if s.topology.Service(from).NetworkOwner == owner {
		return []way{{Names: []string{"localhost"}}}
	}
	var ways []way
	for _, n := range s.topology.Between(from, to) {
		ways = append(ways, way{Network: s.project.Name + "_" + n.Name, Names: s.names(s.topology.Service(from).NetworkOwner, owner, n)})
	}
	if net := s.topology.Service(owner).Net; len(ways) == 0 && net.Mode == compose.NetNetwork {
		return []way{{Network: net.Name, Names: []string{engine.ContainerName(s.project, s.project.Service(owner), 1)}}}
	}
	if len(ways) == 0 {
		return []way{{Network: "host"}} // that one of them uses
	}
	return ways
}

// names lists what a consumer calls a target on a network.
func (s *stack) names(from, to string, n *linking.Network) []string {
	names := []string{to, to + "_" + strconv.Itoa(1), engine.ContainerName(s.project, s.project.Service(to), 1)}
	for _, endpoint := range s.topology.Service(from).Endpoints {
		for _, l := range endpoint.Links {
			if l.Target == to {
				names = append(names, l.Alias)
			} else { // the alias hides whoever has the name
				names = slices.DeleteFunc(names, func(name string) bool { return name == l.Alias })
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// whyNot says what keeps two nodes of a picture apart.
func whyNot(g graph.Graph, from, to string) string {
	for _, n := range g.Nodes {
		if (n.Name == from || n.Name == to) && n.Net == "none" {
			return n.Name + " has no network (net: none)"
		}
	}
	apart := func(name string) bool {
		return slices.ContainsFunc(g.Networks, func(n graph.Network) bool {
			return n.Kind == linking.Isolated && slices.Contains(n.Members, name)
		})
	}
	if apart(from) && apart(to) {
		return "neither has links, and the network that they are on lets nobody talk to anybody"
	}
	return "no link joins them, so they share no network"
}
