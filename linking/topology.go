package linking

import "github.com/stack-lite/stack-lite/compose"

// Topology is what the links of a project mean on networks: which networks
// there are, which services are on them under which names, and which service
// starts after which.
type Topology struct {
	Networks []Network      // link networks by name, then the network that those without links are on
	Services []Service      // in file order
	Edges    []Edge         // in file order, each once
	Withheld []Edge         // what discovery would join if the proxy's side allowed it; no network carries it
	Notes    []compose.Note // what a user should know about the links, in file order

	// DiscoveryNotes are what the file says of discovery besides edges, likewise.
	DiscoveryNotes []compose.Note

	services, networks map[string]int // positions, by name
}

// Service returns what the topology says of the service of that name, or nil.
func (t *Topology) Service(name string) *Service {
	if i, ok := t.services[name]; ok {
		return &t.Services[i]
	}
	return nil
}

// Network returns the network of that name, or nil.
func (t *Topology) Network(name string) *Network {
	if i, ok := t.networks[name]; ok {
		return &t.Networks[i]
	}
	return nil
}

// index notes where which service and network is.
func (t *Topology) index() {
	t.services, t.networks = make(map[string]int, len(t.Services)), make(map[string]int, len(t.Networks))
	for i, s := range t.Services {
		t.services[s.Name] = i
	}
	for i, n := range t.Networks {
		t.networks[n.Name] = i
	}
}

// Kind says what a network is for.
type Kind string

const (
	Linked   Kind = "linked"   // its members are all neighbours of each other
	Isolated Kind = "apart"    // its members reach the internet but not each other
	Declared Kind = "declared" // as the files declare it: every member reaches every other
	Shared   Kind = "shared"   // every member reaches every other (isolation by project)
	Naming   Kind = "naming"   // its members reach each other elsewhere: here one has names for the other alone (Options.Swarm)
)

// Network is one network of the project.
type Network struct {
	Name      string           // without the project: "db.web", or "default"
	Kind      Kind             //
	Members   []string         // services, sorted
	Declared  *compose.Network // what the files say of it; nil: nothing
	Like      *compose.Network // what it has of the default network that it takes the place of (Labels, DriverOpts), and whether it is Internal; nil: nothing
	Externals []string         // external names of the containers outside the project that are on it too, sorted
}

// Service is what the topology says of one service.
type Service struct {
	Name         string
	Net          compose.Namespace // the service's net, as the file has it
	NetworkOwner string            // the service whose network stack it uses: itself, or through net: container:SERVICE another
	Endpoints    []Endpoint        // one per network, in the topology's order; none for net: host, none and container
	After        []string          // services to start before this one, sorted; free of cycles over the project
	Uses         []string          // services it cannot do without, sorted: as After, but cycles and all
	Finds        []string          // names by which it finds others on the project's networks: those of its links and of its neighbours, sorted
}

// Endpoint is a service's connection to one network.
type Endpoint struct {
	Network string   // a Network's Name
	Aliases []string // names under which every replica answers there, sorted; none where no other member could reach it
	Links   []Name   // names that this service alone sees there, sorted by Alias; none with Options.Swarm
}

// Name is a consumer's private name for a target.
type Name struct {
	Alias  string // as the consumer says it
	Target string // a name that the target has on the network: its service's, or a container's
}

// Edge is one reason for two to reach each other: a link between two services
// of the project, or one that leads out of it.
type Edge struct {
	From           string      // the consumer; an external name for a discovery proxy outside the project
	To             string      // the target, as the file names it, or an external name
	Owner          string      // To, or the service whose network stack To uses
	Kind           EdgeKind    //
	Alias          string      // what the consumer calls it; its own name where the file has no alias; none for discovery
	Target         string      // the name on the network that the alias stands for; none for discovery
	Network        string      // the network that carries it; none with OnOtherNetwork
	For            string      // the proxy that From configures, of an edge of discovery that is there for it
	OnOtherNetwork bool        // the two are on a network of the user's, which is not in the topology
	Pos            compose.Pos //
}

// EdgeKind says what makes an edge.
type EdgeKind string

const (
	LinkEdge      EdgeKind = "link"      // links
	DiscoveryEdge EdgeKind = "discovery" // a discovery proxy and what it finds
	ExternalEdge  EdgeKind = "external"  // external_links
	AdhocEdge     EdgeKind = "hand"      // docker stacklite link
	StrayEdge     EdgeKind = "stray"     // no reason at all: the two reach each other on the engine
)
