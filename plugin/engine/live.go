package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// Graph is the picture of a project as it is on the engine: containers and
// addresses, networks and ports, and what differs from the files, whose picture
// file is. Where there are none Recorded gives one.
func (s *Snapshot) Graph(project string, file graph.Graph) graph.Graph {
	l := &live{scene: s, project: project, file: file, actors: map[string][]*Container{}}
	l.cast()
	l.graph.Project = project
	l.graph.Nodes, l.graph.Edges, l.graph.Networks = []graph.Node{}, []graph.Edge{}, []graph.Network{}
	l.nodes()
	l.edges()
	l.networks()
	return l.graph
}

// live is the state of one comparison of a picture with an engine.
type live struct {
	scene   *Snapshot
	project string
	file    graph.Graph
	graph   graph.Graph
	actors  map[string][]*Container // by node
}

// cast finds the node of every container that the picture is about.
func (l *live) cast() {
	for i := range l.scene.Containers {
		if c := &l.scene.Containers[i]; c.Project == l.project {
			l.actors[c.Service] = append(l.actors[c.Service], c)
		}
	}
	for _, c := range l.scene.Around(l.project) {
		if c.Project != l.project {
			name := NodeOf(l.file, c)
			l.actors[name] = append(l.actors[name], c)
		}
	}
	for _, n := range l.file.Nodes { // outside, alone: what should be joined and is not
		if n.External && l.actors[n.Name] == nil {
			if c := l.scene.Container("", n.Name); c != nil {
				l.actors[n.Name] = []*Container{c}
			}
		}
	}
}

// NodeOf names the node of a container outside the project: all containers of
// a service of another stack may be one (shop/web).
func NodeOf(g graph.Graph, c *Container) string {
	name := linking.ExternalText(linking.ExternalService(c.Project, c.Service))
	if c.Service != "" && slices.ContainsFunc(g.Nodes, func(n graph.Node) bool { return n.External && n.Name == name }) {
		return name
	}
	return c.Name
}

func (l *live) nodes() {
	for _, n := range l.file.Nodes {
		up := slices.ContainsFunc(l.actors[n.Name], func(c *Container) bool { return c.State.Up() })
		if !up {
			n.Differs = graph.Missing
		}
		l.node(n)
	}
	for _, name := range slices.Sorted(maps.Keys(l.actors)) {
		known := slices.ContainsFunc(l.file.Nodes, func(n graph.Node) bool { return n.Name == name })
		if !known {
			n := graph.Node{Name: name, External: l.actors[name][0].Project != l.project}
			if !n.External { // those of others are marked by their edges
				n.Differs = graph.Extra
			}
			l.node(n)
		}
	}
}

// node adds what the engine knows of a node.
func (l *live) node(n graph.Node) {
	n.Ports, n.Networks, n.Containers = nil, nil, nil
	for _, c := range l.actors[n.Name] {
		place := graph.Container{Name: c.Name, State: string(c.State)}
		for _, p := range c.Endpoints {
			if name := l.short(p.Network); l.scene.Network(p) != nil {
				place.Endpoints = append(place.Endpoints, graph.Endpoint{Network: name, Address: addressText(p)})
				n.Networks = append(n.Networks, name)
			}
		}
		n.Containers = append(n.Containers, place)
		n.Ports = append(n.Ports, published(c.Ports)...)
	}
	slices.Sort(n.Networks)
	n.Networks = slices.Compact(n.Networks)
	l.graph.Nodes = append(l.graph.Nodes, n)
}

func addressText(p Endpoint) string {
	if !p.Address.IsValid() {
		return ""
	}
	return p.Address.String()
}

// published writes the ports that the host has for a container. The engine
// tells one for every address of IPv4 for IPv6 again.
func published(ports []container.Port) []string {
	var list []container.Port
	for _, p := range ports {
		again := p.IP == "::" && slices.ContainsFunc(ports, func(o container.Port) bool {
			return o.IP == "0.0.0.0" && o.PrivatePort == p.PrivatePort && o.Type == p.Type
		})
		if p.PublicPort != 0 && !again {
			list = append(list, p)
		}
	}
	return portWords(list)
}

// short is the name of a network without the project's.
func (l *live) short(name string) string { return strings.TrimPrefix(name, l.project+"_") }

// edges marks the edges of the files that no packet can go along, and adds
// those that nobody asked for.
func (l *live) edges() {
	for _, e := range l.file.Edges {
		way, whole := l.way(e.From, e.To, l.project+"_"+e.Network)
		if e.Network = l.short(way); !whole {
			e.Network, e.Differs = "", graph.Missing
		}
		l.graph.Edges = append(l.graph.Edges, e)
	}
	for i, a := range l.graph.Nodes {
		for _, b := range l.graph.Nodes[i+1:] {
			way, _ := l.way(a.Name, b.Name, "")
			if way == "" || a.External && b.External || l.file.Reaches(a.Name, b.Name) {
				continue
			}
			e := graph.Edge{From: a.Name, To: b.Name, Kind: linking.StrayEdge, Network: l.short(way), Differs: graph.Extra}
			if l.byHand(way) {
				e.Kind, e.Differs = linking.AdhocEdge, ""
			}
			l.graph.Edges = append(l.graph.Edges, e)
		}
	}
}

// byHand tells whether a network is one of link add or link run.
func (l *live) byHand(name string) bool {
	return slices.ContainsFunc(l.scene.Networks, func(n Network) bool { return n.Name == name && n.Adhoc })
}

// way finds a network on which packets go from one node to another, the one
// of a name where it does, and tells whether every container of the one reaches
// every one of the other.
func (l *live) way(from, to, preferred string) (network string, whole bool) {
	pairs := 0
	whole = true
	for _, a := range l.actors[from] {
		for _, b := range l.actors[to] {
			if !a.State.Up() || !b.State.Up() {
				continue
			}
			pairs++
			ways := l.scene.Paths(a, b)
			whole = whole && len(ways) > 0
			for _, w := range ways {
				if network == "" || w.Network == preferred {
					network = w.Network
				}
			}
		}
	}
	return network, whole && pairs > 0
}

// networks lists the networks of the files and all that a container of the
// project is on.
func (l *live) networks() {
	known := map[string]bool{} // by name
	for _, n := range l.file.Networks {
		full := l.project + "_" + n.Name
		known[full] = true
		i := slices.IndexFunc(l.scene.Networks, func(x Network) bool { return x.Name == full })
		if i < 0 {
			n.Differs = graph.Missing
		} else {
			n = l.network(n, &l.scene.Networks[i])
		}
		l.graph.Networks = append(l.graph.Networks, n)
	}
	for _, n := range l.file.Nodes { // net: NAME
		known[n.Net] = true
	}
	for i := range l.scene.Networks {
		n := &l.scene.Networks[i]
		picture := l.network(graph.Network{Name: l.short(n.Name), Kind: "foreign"}, n)
		if known[n.Name] && n.Project == l.project || len(picture.Members) == 0 {
			continue
		}
		if n.Project == l.project {
			picture.Kind = n.Kind
		}
		switch {
		case n.Adhoc:
			picture.Kind = linking.Linked
		case !known[n.Name] && n.Name != network.NetworkHost && n.Name != network.NetworkNone:
			picture.Differs = graph.Extra
		}
		l.graph.Networks = append(l.graph.Networks, picture)
	}
}

// network fills in who is on a network.
func (l *live) network(picture graph.Network, n *Network) graph.Network {
	picture.Subnet, picture.Members, picture.Externals = n.Subnet, []string{}, nil
	for _, node := range l.graph.Nodes {
		on := slices.ContainsFunc(l.actors[node.Name], func(c *Container) bool {
			return slices.ContainsFunc(c.Endpoints, func(p Endpoint) bool { return l.scene.Network(p) == n })
		})
		switch {
		case on && node.External:
			picture.Externals = append(picture.Externals, node.Name)
		case on:
			picture.Members = append(picture.Members, node.Name)
		}
	}
	slices.Sort(picture.Members)
	slices.Sort(picture.Externals)
	return picture
}

// Recorded is the picture that the labels of a stack give of what it was made
// for. Of two on a network the one that was to be started after the other
// counts as the consumer.
func (s *Snapshot) Recorded(project string) graph.Graph {
	g := graph.Graph{Project: project}
	after := map[string][]string{}
	for _, c := range s.Containers {
		if c.Project != project {
			continue
		}
		if _, seen := after[c.Service]; !seen {
			g.Nodes = append(g.Nodes, graph.Node{Name: c.Service})
		}
		after[c.Service] = c.After
	}
	for _, n := range s.Networks {
		if n.Project != project {
			continue
		}
		name := strings.TrimPrefix(n.Name, project+"_")
		members := slices.Sorted(maps.Keys(n.Wiring))
		g.Networks = append(g.Networks, graph.Network{Name: name, Kind: n.Kind, Members: members})
		for i, a := range members {
			for _, b := range members[i+1:] {
				if n.Kind != linking.Linked {
					continue
				}
				from, to := a, b
				if slices.Contains(after[b], a) {
					from, to = b, a
				}
				g.Edges = append(g.Edges, graph.Edge{
					From: from, To: to, Kind: linking.LinkEdge, Network: name, Aliases: labels.EndpointAliases(n.Wiring[from], to),
				})
			}
		}
	}
	return g
}
