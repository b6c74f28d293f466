package reach

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Compare is the graph of a project as it is on the engine: containers and
// addresses, networks and ports, and what differs from the files, whose graph
// file is. Where there are no files Recorded gives one.
func Compare(s *observed.Snapshot, project string, file graph.Graph) graph.Graph {
	c := &comparison{snapshot: s, project: project, file: file, members: map[string][]*observed.Container{}}
	c.findMembers()
	c.graph.Project = project
	c.graph.Nodes, c.graph.Edges, c.graph.Networks = []graph.Node{}, []graph.Edge{}, []graph.Network{}
	c.nodes()
	c.edges()
	c.networks()
	return c.graph
}

// comparison compares a graph of files with an engine.
type comparison struct {
	snapshot *observed.Snapshot
	project  string
	file     graph.Graph
	graph    graph.Graph
	members  map[string][]*observed.Container // by node
}

// findMembers finds the node of every container that the graph is about.
func (c *comparison) findMembers() {
	for _, of := range c.snapshot.Of(c.project) {
		c.members[of.Service] = append(c.members[of.Service], of)
	}
	for _, near := range Around(c.snapshot, c.project, c.file) {
		if near.Project != c.project {
			name := NodeOf(c.file, near)
			c.members[name] = append(c.members[name], near)
		}
	}
	for _, n := range c.file.Nodes { // external, and not running
		if n.External && c.members[n.Name] == nil {
			c.members[n.Name] = externals(c.snapshot, n.Name)
		}
	}
}

// externals lists the containers of the external node of a name.
func externals(s *observed.Snapshot, node string) []*observed.Container {
	if project, service, many := strings.Cut(node, "/"); many {
		return s.Replicas(project, service)
	}
	if found := s.Container("", node); found != nil {
		return []*observed.Container{found}
	}
	return nil
}

// NodeOf names the node of an external container: all containers of a service
// of another project may be one (shop/web).
func NodeOf(g graph.Graph, c *observed.Container) string {
	name := linking.ExternalText(linking.ExternalService(c.Project, c.Service))
	if c.Service != "" && slices.ContainsFunc(g.Nodes, func(n graph.Node) bool { return n.External && n.Name == name }) {
		return name
	}
	return c.Name
}

// Around lists the containers that run and share a network, or a network stack,
// with one of the project, or should by the graph of its files; its own among
// them: all that its links are about.
func Around(s *observed.Snapshot, project string, file graph.Graph) []*observed.Container {
	var named []*observed.Container
	for _, n := range file.Nodes {
		if n.External {
			named = append(named, externals(s, n.Name)...)
		}
	}
	near := map[string]bool{} // networks by id
	for _, c := range s.Of(project) {
		if !c.State.Up() {
			continue
		}
		for _, e := range c.Endpoints {
			if n := s.Network(e); n != nil {
				near[n.ID] = true
			}
		}
	}
	var found []*observed.Container
	for i := range s.Containers {
		c := &s.Containers[i]
		if !c.State.Up() {
			continue
		}
		owner := s.NetworkOwner(c)
		ours := c.Project == project || owner != nil && owner.Project == project
		if ours || slices.Contains(named, c) || slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool { return near[e.NetworkID] }) {
			found = append(found, c)
		}
	}
	return found
}

func (c *comparison) nodes() {
	for _, n := range c.file.Nodes {
		up := slices.ContainsFunc(c.members[n.Name], func(m *observed.Container) bool { return m.State.Up() })
		if !up {
			n.Differs = graph.Missing
		}
		c.node(n)
	}
	for _, name := range slices.Sorted(maps.Keys(c.members)) {
		known := slices.ContainsFunc(c.file.Nodes, func(n graph.Node) bool { return n.Name == name })
		if !known {
			n := graph.Node{Name: name, External: c.members[name][0].Project != c.project}
			if !n.External { // external ones are marked by their edges
				n.Differs = graph.Extra
			}
			c.node(n)
		}
	}
}

// node adds a node with what the engine knows of it.
func (c *comparison) node(n graph.Node) {
	n.Ports, n.Networks, n.Containers = nil, nil, nil
	for _, m := range c.members[n.Name] {
		of := graph.Container{Name: m.Name, State: string(m.State)}
		for _, e := range m.Endpoints {
			if name := c.shortName(e.Network); c.snapshot.Network(e) != nil {
				of.Endpoints = append(of.Endpoints, graph.Endpoint{Network: name, Address: addressText(e)})
				n.Networks = append(n.Networks, name)
			}
		}
		n.Containers = append(n.Containers, of)
		n.Ports = append(n.Ports, publishedWords(m.Ports)...)
	}
	slices.Sort(n.Networks)
	n.Networks = slices.Compact(n.Networks)
	c.graph.Nodes = append(c.graph.Nodes, n)
}

func addressText(e observed.Endpoint) string {
	for _, address := range e.Addresses() {
		return address.String()
	}
	return ""
}

// publishedWords writes the ports that the host has for a container. The engine
// lists each that it has for IPv4 once more for IPv6.
func publishedWords(ports []observed.Port) []string {
	var list []observed.Port
	for _, p := range ports {
		again := p.IP == "::" && slices.ContainsFunc(ports, func(o observed.Port) bool {
			return o.IP == "0.0.0.0" && o.Private == p.Private && o.Protocol == p.Protocol
		})
		if p.Public != 0 && !again {
			list = append(list, p)
		}
	}
	return observed.PortWords(list)
}

// shortName is the name of a network as the files have it, or without the project's.
func (c *comparison) shortName(name string) string {
	for _, n := range c.snapshot.Networks {
		if n.Name == name && n.Project == c.project && n.Short != "" {
			return n.Short
		}
	}
	return desired.ShortNetworkName(c.project, name)
}

// engineName is the name on the engine of a network of the files.
func (c *comparison) engineName(short string) string {
	for _, n := range c.snapshot.Networks {
		if n.Project == c.project && n.Short == short {
			return n.Name
		}
	}
	return desired.NetworkName(c.project, short)
}

// edges marks the edges of the files that no packet can go along, and adds
// those that are not in the files.
func (c *comparison) edges() {
	for _, e := range c.file.Edges {
		network, whole := c.path(e.From, e.To, c.engineName(e.Network))
		if e.Network = c.shortName(network); !whole {
			e.Network, e.Differs = "", graph.Missing
		}
		c.graph.Edges = append(c.graph.Edges, e)
	}
	file := c.file.Reach()
	for i, a := range c.graph.Nodes {
		for _, b := range c.graph.Nodes[i+1:] {
			paths, _ := c.paths(a.Name, b.Name)
			asked := func(p Path) bool {
				return p.Network != "" && (a.External && b.Net == p.Network || b.External && a.Net == p.Network)
			}
			if len(paths) == 0 || a.External && b.External || file.Reaches(graphName(a), graphName(b)) || slices.ContainsFunc(paths, asked) {
				continue
			}
			e := graph.Edge{From: a.Name, To: b.Name, Kind: linking.StrayEdge, Network: c.shortName(paths[0].Network), Differs: graph.Extra}
			switch p := paths[0]; {
			case p.Adhoc:
				e.Kind, e.Differs = linking.AdhocEdge, ""
			case p.LinkOf != "" && p.LinkOf != c.project:
				e.Kind, e.Differs = linking.ExternalEdge, ""
			}
			c.graph.Edges = append(c.graph.Edges, e)
		}
	}
}

// graphName is how graph.Reaches is asked for a node: an external container may
// be called like a service.
func graphName(n graph.Node) string {
	if n.External && !linking.IsExternal(n.Name) {
		return linking.ExternalContainer(n.Name)
	}
	return n.Name
}

// path finds a network on which packets go from one node to another, the
// preferred one where it does, and reports whether every container of the one
// reaches every one of the other.
func (c *comparison) path(from, to, preferred string) (network string, whole bool) {
	paths, whole := c.paths(from, to)
	for _, p := range paths {
		if network == "" || p.Network == preferred {
			network = p.Network
		}
	}
	return network, whole
}

// paths lists the paths from one node to another, and reports whether every
// container of the one reaches every one of the other. A one-off container that
// does not is older than the link.
func (c *comparison) paths(from, to string) (paths []Path, whole bool) {
	pairs := 0
	whole = true
	for _, a := range c.members[from] {
		for _, b := range c.members[to] {
			if !a.State.Up() || !b.State.Up() {
				continue
			}
			found := Paths(c.snapshot, a, b)
			if len(found) == 0 && (a.OneOff || b.OneOff) {
				continue
			}
			pairs++
			whole = whole && len(found) > 0
			paths = append(paths, found...)
		}
	}
	return paths, whole && pairs > 0
}

// networks lists the networks of the files and all that a container of the
// project is on.
func (c *comparison) networks() {
	known, listed := map[string]bool{}, map[string]bool{} // by name
	for _, n := range c.file.Networks {
		full := c.engineName(n.Name)
		if n.Kind == graph.Foreign {
			full = n.Name
		}
		known[full], listed[full] = true, true
		i := slices.IndexFunc(c.snapshot.Networks, func(o observed.Network) bool { return o.Name == full })
		if i < 0 {
			n.Differs = graph.Missing
		} else {
			n = c.network(n, &c.snapshot.Networks[i])
		}
		c.graph.Networks = append(c.graph.Networks, n)
	}
	for _, n := range c.file.Nodes { // net: NAME
		known[n.Net] = true
	}
	for i := range c.snapshot.Networks {
		n := &c.snapshot.Networks[i]
		out := c.network(graph.Network{Name: c.shortName(n.Name), Kind: graph.Foreign}, n)
		if listed[n.Name] || known[n.Name] && n.Project == c.project || len(out.Members) == 0 {
			continue
		}
		if n.Project == c.project {
			out.Kind = n.Kind
		}
		switch {
		case n.Adhoc:
			out.Kind = linking.Linked
		case !known[n.Name] && n.Name != hostNetwork && n.Name != noNetwork:
			out.Differs = graph.Extra
		}
		c.graph.Networks = append(c.graph.Networks, out)
	}
}

// network fills in the members of a network.
func (c *comparison) network(out graph.Network, n *observed.Network) graph.Network {
	out.Subnet, out.Members, out.Externals = n.Subnet, []string{}, nil
	for _, node := range c.graph.Nodes {
		on := slices.ContainsFunc(c.members[node.Name], func(m *observed.Container) bool {
			return c.snapshot.EndpointOn(m, n) != nil
		})
		switch {
		case on && node.External:
			out.Externals = append(out.Externals, node.Name)
		case on:
			out.Members = append(out.Members, node.Name)
		}
	}
	slices.Sort(out.Members)
	slices.Sort(out.Externals)
	return out
}

// recordedNet is what net: was when a container was made, where it has no network
// of its own.
func recordedNet(s *observed.Snapshot, c *observed.Container) string {
	kind, id := c.ForeignNetwork()
	owner := s.ByID(id)
	switch {
	case kind != "container":
		return kind
	case owner == nil:
		return c.NetworkMode
	case owner.Project == c.Project:
		return "container:" + owner.Service
	}
	return "container:" + owner.Name
}

// recordedOn lists the services that a network of a project is for, sorted. A network that
// all reach each other on is also for those that came to it later, but not by hand.
func recordedOn(s *observed.Snapshot, n *observed.Network) []string {
	members := slices.Collect(maps.Keys(n.Wiring))
	if n.Kind == linking.Shared || n.Kind == linking.Declared {
		for _, c := range s.Of(n.Project) {
			if on := s.EndpointOn(c, n); on != nil && !on.ByHand && !c.OneOff {
				members = append(members, c.Service)
			}
		}
	}
	slices.Sort(members)
	return slices.Compact(members)
}

// Recorded is the graph that the labels of a project give of what it was made
// for. Of two on a network the one that was to be started after the other counts
// as the consumer.
func Recorded(s *observed.Snapshot, project string) graph.Graph {
	g := graph.Graph{Project: project}
	after := map[string][]string{}
	for _, c := range s.Of(project) {
		if _, seen := after[c.Service]; !seen {
			g.Nodes = append(g.Nodes, graph.Node{Name: c.Service, Net: recordedNet(s, c)})
		}
		after[c.Service] = c.After
	}
	for i := range s.Networks {
		n := &s.Networks[i]
		if n.Project != project {
			continue
		}
		name := cmp.Or(n.Short, desired.ShortNetworkName(project, n.Name))
		members := recordedOn(s, n)
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
