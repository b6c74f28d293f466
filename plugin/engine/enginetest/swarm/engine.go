package swarm

import (
	"net/netip"

	types "github.com/docker/docker/api/types/swarm"
)

// Engine is what runs the tasks of a node.
type Engine interface {
	// Make makes the container of a task; the error is why the task is rejected.
	Make(c Container) (id string, err error)
	// Start starts it. The error is why the task has failed. It may have ended when
	// this returns, see [Swarm.Ended].
	Start(id string) (pid int, err error)
	// Stop ends its process, if that runs.
	Stop(id string)
	// Remove removes it.
	Remove(id string)
}

// Container is what is to become of a task on its node.
type Container struct {
	Name        string
	Labels      map[string]string // besides those of the specification
	Spec        *types.ContainerSpec
	Resources   *types.ResourceRequirements
	Attachments []Attachment
	Ports       []types.PortConfig // that the node publishes
	Task        string             // its ID
	Service     string             // the name of the service
}

// Attachment is how a task is attached to a network.
type Attachment struct {
	Network string       // ID
	Address netip.Prefix // none on a network of the node
	Aliases []string
	VIP     netip.Addr // of the service; none: its name leads to all tasks
}

// Networks are those that services can be attached to.
type Networks interface {
	// Attachable finds a network of the swarm by ID or name.
	Attachable(ref string) (types.Network, bool)
	// Ingress is the network for ports that all nodes publish.
	Ingress() types.Network
	// Allot takes an address on a network, if that has any; Release gives it back.
	Allot(id string) netip.Prefix
	Release(id string, address netip.Prefix)
}
