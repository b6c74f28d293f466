package graph

import (
	"maps"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// Graph is a topology for people to read: which service links to which, under
// which names and on which network, and which ports are published.
type Graph struct {
	Project  string    `json:"project"`
	Nodes    []Node    `json:"nodes"`    // services in file order, then external containers
	Edges    []Edge    `json:"edges"`    // in file order
	Networks []Network `json:"networks"` // in the topology's order
}

// Node is a service, or an external container.
type Node struct {
	Name     string   `json:"name"`
	External bool     `json:"outside,omitempty"`  // a container outside the project
	Net      string   `json:"net,omitempty"`      // the service's net, where it has one: "host", "container:db"
	Ports    []string `json:"ports,omitempty"`    // published, as a file has them: "127.0.0.1:8080:80", "53:53/udp"
	Networks []string `json:"networks,omitempty"` // that it is on

	// What an engine has, where it was asked.
	Containers []Container `json:"containers,omitempty"`
	Differs    Difference  `json:"differs,omitempty"`
}

// Container is a container of a service, or the external one.
type Container struct {
	Name      string     `json:"name"`
	State     string     `json:"state"` // the engine's word: running, exited, …
	Endpoints []Endpoint `json:"places,omitempty"`
}

// Endpoint is a container's address on a network.
type Endpoint struct {
	Network string `json:"network"`
	Address string `json:"address"`
}

// Difference says how an engine differs from the files.
type Difference string

const (
	Missing Difference = "missing" // in the files, not on the engine
	Extra   Difference = "extra"   // on the engine, not in the files
)

// Edge is everything by which one node links to another.
type Edge struct {
	From    string           `json:"from"`
	To      string           `json:"to"`
	Kind    linking.EdgeKind `json:"kind"`
	Aliases []string         `json:"aliases,omitempty"` // names other than To, in file order
	Network string           `json:"network,omitempty"` // that carries it; none where it is not one of the topology's

	Differs Difference `json:"differs,omitempty"`
}

// Network is a network of the topology.
type Network struct {
	Name      string       `json:"name"`
	Kind      linking.Kind `json:"kind"`
	Members   []string     `json:"members"`           // services
	Externals []string     `json:"outside,omitempty"` // containers outside the project

	Subnet  string     `json:"subnet,omitempty"` // where an engine was asked
	Differs Difference `json:"differs,omitempty"`
}

// Of returns the graph of t, which was resolved from p.
func Of(p *compose.Project, t *linking.Topology) Graph {
	g := Graph{Project: p.Name, Nodes: []Node{}, Edges: []Edge{}, Networks: []Network{}}
	for _, n := range t.Networks {
		network := Network{Name: n.Name, Kind: n.Kind, Members: n.Members}
		for _, name := range n.Externals {
			network.Externals = append(network.Externals, linking.ExternalText(name))
		}
		g.Networks = append(g.Networks, network)
	}
	g.Networks = append(g.Networks, external(p)...)
	for _, s := range t.Services {
		n := Node{Name: s.Name}
		if s.Net.Mode != compose.NetLinks {
			n.Net = linking.NetValue(s.Net)
		}
		for _, e := range s.Endpoints {
			n.Networks = append(n.Networks, e.Network)
		}
		if svc := p.Service(s.Name); svc != nil {
			for _, port := range svc.Ports {
				n.Ports = append(n.Ports, port.String())
			}
		}
		g.Nodes = append(g.Nodes, n)
	}
	edges := newEdgeList()
	from := make(map[string][]linking.Edge) // by consumer
	for _, e := range t.Edges {
		from[e.From] = append(from[e.From], e)
	}
	for _, svc := range p.Services {
		for _, e := range from[svc.Name] {
			edges.add(e)
		}
	}
	for _, e := range t.Edges {
		if linking.IsExternal(e.From) {
			edges.add(e)
		}
	}
	g.Edges = append(g.Edges, edges.list...)
	for _, name := range edges.externals {
		n := Node{Name: linking.ExternalText(name), External: true}
		for _, network := range t.Networks {
			if network.Has(name) {
				n.Networks = append(n.Networks, network.Name)
			}
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
}

// Foreign is the kind of networks that are there already.
const Foreign linking.Kind = "foreign"

// external lists the networks that files put services on and that are there already.
func external(p *compose.Project) []Network {
	members := map[string][]string{}
	for _, svc := range p.Services {
		for _, on := range linking.ExternalNetworks(p, svc) {
			members[on.Network.Engine] = append(members[on.Network.Engine], svc.Name)
		}
	}
	var list []Network
	for _, name := range slices.Sorted(maps.Keys(members)) {
		list = append(list, Network{Name: name, Kind: Foreign, Members: slices.Compact(slices.Sorted(slices.Values(members[name])))})
	}
	return list
}

// Pairs lists the services of a graph that reach each other, each pair once, in its order.
func Pairs(g Graph) [][2]string {
	reach := g.Reach()
	var list [][2]string
	for i, a := range g.Nodes {
		for _, b := range g.Nodes[i+1:] {
			if !a.External && !b.External && reach.Reaches(a.Name, b.Name) {
				list = append(list, [2]string{a.Name, b.Name})
			}
		}
	}
	return list
}

// Lost lists the pairs of services that reach each other in one graph of a project and no
// longer in another.
func Lost(before, after Graph) [][2]string {
	is := after.Reach()
	return slices.DeleteFunc(Pairs(before), func(pair [2]string) bool { return is.Reaches(pair[0], pair[1]) })
}

// edgeList gathers what belongs on one edge.
type edgeList struct {
	list      []Edge
	at        map[edgeKey]int
	externals []string // external names at either end, each once
}

type edgeKey struct {
	from, to string
	kind     linking.EdgeKind
}

func newEdgeList() *edgeList { return &edgeList{at: make(map[edgeKey]int)} }

// add puts the alias of t on the edge with the same ends and kind, or makes one.
func (l *edgeList) add(t linking.Edge) {
	key := edgeKey{t.From, t.To, t.Kind}
	i, ok := l.at[key]
	if !ok {
		i = len(l.list)
		l.at[key] = i
		l.list = append(l.list, Edge{From: linking.ExternalText(t.From), To: linking.ExternalText(t.To), Kind: t.Kind, Network: t.Network})
		for _, end := range [...]string{t.From, t.To} {
			if linking.IsExternal(end) && !slices.Contains(l.externals, end) {
				l.externals = append(l.externals, end)
			}
		}
	}
	if t.Alias != "" && t.Alias != l.list[i].To {
		l.list[i].Aliases = append(l.list[i].Aliases, t.Alias)
	}
}
