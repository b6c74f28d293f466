// Package observed holds what an engine shows at one moment: which containers
// and networks there are, what made them, and which container is attached to
// which network. It is the one form of a container for every verb; what a verb
// needs to know it derives from here, and nothing here asks an engine.
package observed

import (
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Snapshot is an engine at one moment, whatever the files say.
type Snapshot struct {
	Networks   []Network   // by name
	Containers []Container // those of services by service and number, then the others by name

	Images     map[string]string           // ids by reference, of the references that were looked up
	ImagePorts map[string][]compose.Expose // by image id, the ports that it exposes, where a label of a container says so

	// AttachAll says that the engine attaches a container to all its networks
	// at creation (API 1.44), not to one.
	AttachAll bool

	// MACOnConnect says that the engine gives a MAC address to a container that
	// it attaches to a network (API 1.54), not only to one that it makes. It is
	// asked for where a container of a project has one.
	MACOnConnect bool

	// Planned says that this is not an engine but what files describe: nothing
	// has an address, and everything counts as running.
	Planned bool
}

// Network is a network as it is.
type Network struct {
	ID      string
	Name    string
	Project string // the project that it was made for; empty: it is external
	Swarm   bool   // it spans the nodes of a swarm
	Subnet  string // 10.222.0.0/28; empty where the engine reports none
	Room    int    // how many endpoints it has room for

	// Traffic says that packets go from one member to another (not with
	// enable_icc=false).
	Traffic bool

	// Of a network of a project:
	Kind               linking.Kind // what it is for
	Settings           string       // its kind with what else can't be changed on it
	Short              string       // its name in the files; empty: that of the engine without the project's
	Fronts, FrontAsked string       // of a front's network, as Container has them

	Wiring    map[string]string // what was to be on it, by service: see labels.WiringText
	Externals []string          // what else it was made for, by external name
	For       string            // the one-off container that it was made for, by name; empty: the project

	Adhoc    bool      // made by link add or link run
	Deadline time.Time // of an Adhoc one: until when its second end may be still to come
	Ends     []string  // of an Adhoc one: consumer and target, by the names that they had; nil: not known
}

// Container is a container as it is.
type Container struct {
	ID    string
	Name  string
	Order int // in the engine's list, which begins with the newest

	// Owner is the project that its labels name, whoever made it; empty: none.
	// Project is the same for a container that this tool made, or that a Claim
	// gave to a project, and empty for all others, which are external. Of these
	// CopyOf is the service of Owner of which one has labels that were written for
	// another container; empty: it has none.
	Owner   string
	Project string
	CopyOf  string
	Service string // empty for external ones
	Number  int    // of the replica, from 1; 0 for a one-off container
	OneOff  bool

	Compose  *ComposeLabels // of a container that docker-compose 1.x made; nil: another did
	Compose2 *ComposeLabels // likewise, that docker compose made
	MadeBy   string         // what made a container of a project, where that was not this tool: docker-compose 1.29.2

	// Of a container of a project:
	Fingerprint plan.Fingerprint
	After       []string          // services that were to be started before it
	LinkEnv     map[string]string // what its link variables say, by alias; nil: it has none
	Dir         string            // the project directory that it was made from
	Files       []string          // the files that it was made from, absolute
	MAC         string            // that it was asked to have on the network that it was made on; empty: any

	Fronts     string // the service whose ports it publishes and spreads; empty: it is no front
	FrontAsked string // how it spreads connections, where a command asked for it and not a file

	Role linking.Role // what it is to discovery

	// FindsIn are the patterns of other projects in which it may find others, as a
	// proxy: see linking.ParseProjects. Of a container that this tool did not make
	// nothing is known of that.
	FindsIn []string

	// Socket says of a container that this tool did not make that it mounts the
	// engine's socket, and does not say that it takes no part: whether one that does
	// not run is a proxy can't be told, as a list does not show what it will publish.
	// Of one that this tool made it says that it was taken for a proxy, and is
	// none, since it publishes on loopback alone.
	Socket bool

	Image   string // as it was asked for
	ImageID string
	Command string
	State   plan.State
	Status  string // "Up 3 minutes", "Exited (1) 2 days ago"
	Ports   []Port
	Mounts  []Mount // by target

	// LinkedBy are the containers that have a link of the default bridge to this
	// one (docker run --link), by name, each once.
	LinkedBy []string

	// NetworkMode is host, none or container:ID; empty: it has endpoints.
	NetworkMode string
	// Joined says, of a container of a project, whose network, processes or
	// memory it was made to share; nil: nobody's, or it was not asked for. A list has
	// only NetworkMode: see engine.Sharing.
	Joined []Joined

	// Created is when it was made: in a list to the second, and exactly where Started is
	// known, since when its process runs. That one is asked for one by one: see engine.Times.
	Created, Started time.Time

	CreatedOn string     // the network that it was made on, by name; empty: the default bridge, or none
	Endpoints []Endpoint // by name of the network

	// Legacy are the links of the default bridge (docker run --link), by alias
	// the name of the target. Asked for one by one: see Endpoint.
	Legacy map[string]string
}

// Named reports whether the engine was asked for the names of its endpoints.
func (c *Container) Named() bool { return c.Legacy != nil }

// Attachable reports whether networks can be attached to the container: it has
// a network stack of its own.
func (c *Container) Attachable() bool { return c.NetworkMode == "" }

// ForeignNetwork takes NetworkMode apart: host, none or container, and of the
// last the id of the container whose network stack this one uses.
func (c *Container) ForeignNetwork() (kind, id string) {
	kind, id, _ = strings.Cut(c.NetworkMode, ":")
	return kind, id
}

// Joined is what a container shares with another.
type Joined struct {
	Of   string // the id of the other
	What string // network, processes or memory

	// Gone says that the other was started again since, so that the container is
	// left with what was there before.
	Gone bool
}

// Endpoint is a container's connection to a network.
type Endpoint struct {
	Network   string // name
	NetworkID string // empty until the first start
	Address   netip.Addr
	Gateway   netip.Addr
	Address6  netip.Addr // where the network has IPv6
	Gateway6  netip.Addr

	// ByHand says that it was made as the docker command makes one for a container
	// that exists, and not as this tool does: its names may be others.
	ByHand bool

	// Names are not part of a list of containers; an engine is asked for them one
	// by one, where they matter.
	Aliases []string       // that others on the network see
	Links   []linking.Name // that this container alone sees
}

// Addresses lists the addresses of an endpoint that is in use: one for IPv4, one
// for IPv6, or both.
func (e Endpoint) Addresses() []netip.Addr {
	var list []netip.Addr
	for _, a := range []netip.Addr{e.Address, e.Address6} {
		if a.IsValid() {
			list = append(list, a)
		}
	}
	return list
}

// Mount is a volume, or a file or directory of the host, in a container.
type Mount struct {
	Volume   string // its name; empty: it is of the host
	Source   string // of the host; empty: it is a volume
	Target   string // the path in the container
	ReadOnly bool
}

// anonymousName is the form of the names that the engine gives to volumes that
// have none.
var anonymousName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Anonymous reports whether a mount is a volume without a name of its own.
func (m Mount) Anonymous() bool { return anonymousName.MatchString(m.Volume) }

// Port is a port that a container exposes or publishes.
type Port struct {
	IP       string // of the host; empty: not published
	Private  uint16
	Public   uint16 // 0: not published
	Protocol string // tcp, udp or sctp
}
