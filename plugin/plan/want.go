package plan

import (
	"slices"
	"time"
)

// Want is a stack as it should be.
type Want struct {
	Project    string
	Services   []string // every service of the files, also those scaled to 0
	Images     []Image
	Networks   []Network
	Containers []Container // in start order: what one needs comes before it
	Managed    []Managed   // likewise, where the engine manages services

	// Whatever the goal is, Make looks at what the files say of containers that there are.

	Hooks       map[string]Hooks     // by service, with all services that the files have
	RestartWith map[string][]Awaited // by service: those that it depends on and is restarted after
}

// Image is an image that containers are made from.
type Image struct {
	Ref   string   // the reference as containers name it
	Build bool     // it is built for a service; else it is pulled
	As    string   // of one that is built: the reference under which it is pushed, for nodes to pull; empty: it is not
	Own   bool     // it is made of the program itself, and neither built nor pulled
	From  []string // where it is built: the references of the images of the stack that it is built upon
	Spec  any      // for the engine, not looked into here
}

// Network is one network of the stack.
type Network struct {
	Name     string
	Settings string            // what can't be changed in place, in a form that can be compared
	Wiring   map[string]string // by service: the names it gives and sees there, likewise
	Accepts  map[string]string // by service: other wiring that is as good, where the network has it already
	Plain    map[string]bool   // services that may be on it without a record: they have no name there but their own, and none for others
	Size     int               // how many endpoints it must have room for
	For      string            // the one-off container that it is for, by name; empty: it is the stack's
	Spec     any

	Externals []string // containers that are not the stack's and are to be attached to it too, by name
	Purpose   string   // what it is for, where links of the stack are not all
}

// Container is one replica of a service.
type Container struct {
	Name              string
	Service           string
	Number            int // from 1
	Image             string
	Fingerprint       Fingerprint       // of everything that only a new container can change
	Attach            []string          // networks of the stack, by name: all are among Want.Networks
	CreatedOnExternal string            // a network that is not the stack's, on which it is made; empty: none
	OtherNetworks     []string          // networks of other stacks that it is attached to as well, by name
	Hides             []string          // names that it must not find on those
	Names             []string          // by which others of the stack find it alone
	Leaves            []string          // networks of other stacks that it is no longer to be attached to, by name
	After             []string          // services that are started first
	Awaits            []Awaited         // services of which it waits for more than their start
	OtherSpecs        map[string]any    // Specs of OtherNetworks, by name, where they have one
	Reads             []string          // references of images that its settings depend on, besides its own
	NetworkOf         string            // id of a container that is not the stack's and whose network it shares; empty: none
	SharesWith        []string          // containers whose network or volumes it uses: it is replaced with them
	VolumesFrom       []string          // those of SharesWith whose volumes it uses
	LinkEnv           map[string]string // what its link variables say, by alias; empty: not known yet; nil: it gets none
	PortRange         string            // containers that share a key are started one after another; empty: any order
	ChosenPorts       []string          // ports that are published where the engine chooses: 80/tcp
	HostPorts         []HostPort        // of the host, that it needs
	Rolling           int               // how many of its service are replaced rolling at once; 0: none
	Data              []string          // volumes by name and paths of the host that it writes to, but for anonymous volumes
	Fronts            string            // the service whose ports it publishes and spreads; empty: it is no front
	OneOff            bool              // made by run, not a replica: always a new one, which Make does not start
	AsService         bool              // OneOff: it gets the names that replicas have on networks
	Spec              any
}

// Awaited is a service that another one waits for.
type Awaited struct {
	Service  string
	Until    Until // empty: its start
	Optional bool  // who waits starts all the same where the other does not come to it
}

// needed is the same as it is where nobody can do without it.
func (a Awaited) needed() Awaited { return Awaited{Service: a.Service, Until: a.Until} }

// Until is what a container that is waited for has to come to.
type Until string

const (
	UntilHealthy   Until = "healthy"   // its health check says that it is well
	UntilCompleted Until = "completed" // its program has ended with exit code 0
)

// Have is a stack as it is, taken from the engine at one moment.
type Have struct {
	Images     map[string]string // id by reference, for every reference of Want; missing: no such image
	Networks   []HaveNetwork
	Containers []HaveContainer
	Managed    []HaveManaged
	Files      []HaveFile // looked for where the stack is to be taken down
	Manages    bool       // the engine manages services: the stack has no containers of its own
	Externals  []External // containers that are not the stack's
	AttachAll  bool       // the engine attaches a container to all its networks at creation (API 1.44), not to one

	MACOnConnect bool // the engine gives a MAC address to a container that it attaches (API 1.54)

	OtherNetworks map[string]string // the project of each network that is not the stack's, by name; empty: none that is known

	index *haveIndex // of Make
}

// Has reports whether there is a replica of one of the services; of any where
// services is nil.
func (h Have) Has(services []string) bool {
	return slices.ContainsFunc(h.Containers, func(c HaveContainer) bool {
		return !c.OneOff && (services == nil || slices.Contains(services, c.Service))
	}) || slices.ContainsFunc(h.Managed, func(m HaveManaged) bool {
		return !m.OneOff && (services == nil || slices.Contains(services, m.Service))
	})
}

// Services names the services that there are, sorted.
func (h Have) Services() []string {
	var names []string
	for _, c := range h.Containers {
		names = append(names, c.Service)
	}
	for _, m := range h.Managed {
		names = append(names, m.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// HaveNetwork is a network that the stack made.
type HaveNetwork struct {
	Name      string
	ID        string
	Settings  string
	For       string // as Network has it
	Wiring    map[string]string
	Size      int      // how many endpoints it has room for
	Subnet    string   // its addresses, 10.222.0.0/28; empty where the engine reports none
	Externals []string // containers that are not its own and that the stack attached to it, by name
}

// HaveContainer is a container that the stack made.
type HaveContainer struct {
	ID          string
	Name        string
	Service     string
	Number      int
	OneOff      bool // made by run, not a replica
	Image       string
	ImageID     string
	Fingerprint Fingerprint
	State       State
	// Attached gives the id of each network that it is attached to, by name;
	// the id is empty until the first start. Only networks of the stack and
	// those that no longer exist are listed, not those of other stacks.
	Attached      map[string]string
	CreatedOn     string            // the network that it was made on; empty: none, or one of another stack
	MAC           string            // the MAC address that it was asked to have there; empty: any
	Address       map[string]string // by name of the network, while it runs
	OtherNetworks []string          // networks of other stacks that it is attached to, by name
	Misnamed      []string          // networks of the stack, by name, on which somebody gave it other names
	Private       Private           // on OtherNetworks
	After         []string          // services that were to be started before it
	LinkEnv       map[string]string // as Container has it
	NetworkOf     string            // id of the container whose network it shares; empty: none
	Joined        []Joined          // what it shares with others, as far as it is known
	Dir           string            // the project directory that it was made from

	// When it was made, and since when its process runs; zero: it is not known, or does
	// not run. They are known of those for which Want.RestartWith makes a difference.
	Created, Started time.Time

	Fronts string // as Container has it

	// MadeBy is what made the container, where that was not this tool:
	// docker-compose 1.29.2. It is replaced by one that the plan makes.
	MadeBy    string
	Order     int               // in the list of the engine, which begins with the newest
	Data      []string          // as Container has it, with anonymous volumes
	Anonymous map[string]string // anonymous volumes by the path where it has them
	HostPorts []HostPort        // that it has, while it runs
	LinkedBy  []string          // containers, by name, that have a link of the default bridge to it
}

// Joined is what a container shares with another, which has it only until that one
// ends.
type Joined struct {
	Of   string // id of the other
	What string // network, processes or memory
	Gone bool   // the other was started again since
}

// HostPort is a port of the host, or any one of a range.
type HostPort struct {
	IP          string // empty: all addresses
	First, Last int
	Proto       string // tcp, udp or sctp
}

// External is a container that the stack did not make. It is never stopped,
// replaced or removed, only attached to networks of the stack and detached from
// them; it may hold a name that the stack wants, or be attached to its networks.
type External struct {
	ID       string
	Name     string
	Owner    string            // the project that it says it belongs to; empty: none
	Hides    []string          // names that it must not find on networks of the stack
	SharesOf string            // id of the container whose network it shares, while it runs; empty: none
	CopyOf   string            // the service of the stack whose labels it carries; empty: none
	Attached map[string]string // as HaveContainer has it, but with all networks
	Address  map[string]string // by name of the network, while it runs
	Private  Private           // on networks of the stack
}

// State is what a container is doing.
type State string

// The engine's own words (API 1.24 and later).
const (
	StateCreated    State = "created"
	StateRunning    State = "running"
	StatePaused     State = "paused"
	StateRestarting State = "restarting"
	StateExited     State = "exited"
	StateRemoving   State = "removing"
	StateDead       State = "dead"
)

// Up reports whether a process of the container exists.
func (s State) Up() bool { return s == StateRunning || s == StatePaused || s == StateRestarting }
