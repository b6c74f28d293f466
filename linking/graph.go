package linking

import (
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Graph is a topology as a picture needs it: who links to whom under which
// names, on which network, and who can be reached from outside.
type Graph struct {
	Project  string         `json:"project"`
	Nodes    []Node         `json:"nodes"`    // services in file order, then containers outside the project
	Edges    []Edge         `json:"edges"`    // in file order
	Networks []GraphNetwork `json:"networks"` // in the topology's order
}

// Node is a service, or a container outside the project.
type Node struct {
	Name     string   `json:"name"`
	Outside  bool     `json:"outside,omitempty"`  // a container that external_links name
	Net      string   `json:"net,omitempty"`      // the service's net, where it has one: "host", "container:db"
	Ports    []string `json:"ports,omitempty"`    // published, as a file has them: "127.0.0.1:8080:80", "53:53/udp"
	Networks []string `json:"networks,omitempty"` // that it is on

	// What an engine has, where it was asked.
	Containers []GraphContainer `json:"containers,omitempty"`
	Differs    Difference       `json:"differs,omitempty"`
}

// GraphContainer is a container of a service, or the one outside.
type GraphContainer struct {
	Name   string       `json:"name"`
	State  string       `json:"state"` // the engine's word: running, exited, …
	Places []GraphPlace `json:"places,omitempty"`
}

// GraphPlace is a container's address on a network.
type GraphPlace struct {
	Network string `json:"network"`
	Address string `json:"address"`
}

// Difference is what an engine has otherwise than the files.
type Difference string

const (
	Missing Difference = "missing" // in the files, not on the engine
	Extra   Difference = "extra"   // on the engine, not in the files
)

// Edge is everything that one node links to another for.
type Edge struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Kind    EdgeKind `json:"kind"`
	Aliases []string `json:"aliases,omitempty"` // names other than To, in file order
	Network string   `json:"network,omitempty"` // that carries it; none for external links

	Differs Difference `json:"differs,omitempty"`
}

// EdgeKind says what makes an edge.
type EdgeKind string

const (
	LinkEdge      EdgeKind = "link"      // links
	DiscoveryEdge EdgeKind = "discovery" // a discovery proxy and what it finds
	ExternalEdge  EdgeKind = "external"  // external_links
	StrayEdge     EdgeKind = "stray"     // no reason at all: the two reach each other on the engine
)

// GraphNetwork is a network of the topology.
type GraphNetwork struct {
	Name    string   `json:"name"`
	Kind    Kind     `json:"kind"`
	Members []string `json:"members"`

	Subnet  string     `json:"subnet,omitempty"` // where an engine was asked
	Differs Difference `json:"differs,omitempty"`
}

// Graph returns the picture of t, which was resolved from p. Discovery edges
// are not in the files; whoever knows of them appends them.
func (t *Topology) Graph(p *compose.Project) Graph {
	g := Graph{Project: p.Name, Nodes: []Node{}, Edges: []Edge{}, Networks: []GraphNetwork{}}
	for _, n := range t.Networks {
		g.Networks = append(g.Networks, GraphNetwork{Name: n.Name, Kind: n.Kind, Members: n.Members})
	}
	for _, s := range t.Services {
		n := Node{Name: s.Name}
		if s.Net.Mode != compose.NetLinks {
			n.Net = strings.TrimPrefix(netText(s.Net), "net: ")
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
	for _, svc := range p.Services {
		for _, tie := range t.Ties {
			if tie.From == svc.Name {
				edges.add(Edge{From: tie.From, To: tie.To, Kind: LinkEdge, Network: tie.Network}, tie.Alias)
			}
		}
		for _, l := range svc.ExternalLinks {
			edges.add(Edge{From: svc.Name, To: l.Target, Kind: ExternalEdge}, l.Alias)
		}
	}
	g.Edges = append(g.Edges, edges.list...)
	for _, name := range edges.outside {
		g.Nodes = append(g.Nodes, Node{Name: name, Outside: true})
	}
	return g
}

// edgeList gathers what belongs on one edge.
type edgeList struct {
	list    []Edge
	at      map[[3]string]int
	outside []string // targets of external links, each once
}

func newEdgeList() *edgeList { return &edgeList{at: make(map[[3]string]int)} }

// add gives the edge another alias; a new edge if there is none such.
func (l *edgeList) add(e Edge, alias string) {
	key := [3]string{e.From, e.To, string(e.Kind)}
	i, ok := l.at[key]
	if !ok {
		i = len(l.list)
		l.at[key] = i
		l.list = append(l.list, e)
		first := [3]string{"", e.To, string(ExternalEdge)}
		if _, known := l.at[first]; e.Kind == ExternalEdge && !known {
			l.at[first] = i
			l.outside = append(l.outside, e.To)
		}
	}
	if alias != "" && alias != e.To {
		l.list[i].Aliases = append(l.list[i].Aliases, alias)
	}
}
