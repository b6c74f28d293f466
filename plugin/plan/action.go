package plan

import "fmt"

// Action is one call that changes something on the engine. Containers that
// exist are addressed by id, those that the plan makes by the name they are
// made under, also after they were renamed: what applies the actions remembers
// the ids.
type Action interface {
	// Words says what is done to what: "start container demo_web_1".
	Words() string
}

// The actions. Each is carried out by one call of the engine's.
type (
	// PullImage fetches an image from its registry.
	PullImage struct{ Image Image }

	// BuildImage builds an image for a service.
	BuildImage struct {
		Image    Image
		Together []Image // all that are built after the same steps, with this one; nil: this one alone
	}

	// ImportImage makes an image of the program itself, for the engine's machine.
	ImportImage struct{ Image Image }

	// PushImage sends an image to its registry, under another name where As
	// is not empty.
	PushImage struct {
		Image Image
		As    string
	}

	// CreateNetwork makes a network.
	CreateNetwork struct {
		Network Network
		Subnet  string // the addresses of the network that it replaces; empty: any that are free
	}

	// RemoveNetwork removes a network that no container is attached to.
	RemoveNetwork struct {
		Name, ID string
		MayStay  bool // it may stay where the engine can't remove it: see engine.Ghost
	}

	// CreateContainer makes a container, attached to the first of its networks
	// alone where the engine takes no more than one at creation (API < 1.44).
	CreateContainer struct {
		Container  Container
		As         string   // the name to give it; another than the container's while it replaces one
		Replaces   string   // id of the container whose anonymous volumes it takes over; empty: none
		Holders    []string // ids of containers that may have the volumes of one that is gone and whose place it takes, the likeliest first
		SharesWith []string // how actions address those of Container.SharesWith, in order
	}

	// RenameContainer gives a container the name it is known by.
	RenameContainer struct{ Container, From, To string }

	// Connect attaches a container to a network of the stack.
	Connect struct {
		Container string // address
		Name      string
		Service   string // as whose replica it is attached: see OneOffMember
		Number    int    // 0: a one-off container's
		Network   Network
		Address   string   // that it had there before, so that open connections go on; empty: any
		Hides     []string // names that it must not find there
		MAC       string   // the MAC address that it was asked to have there; empty: any
	}

	// Disconnect detaches a container from a network.
	Disconnect struct {
		Container, Name, Network string
		ID                       string // of the network, where another one has its name; empty: the name will do
		Ours                     bool   // the stack's: it may be stopped and started for it
	}

	// StartContainer starts a container.
	StartContainer struct {
		Container, Name, Service string
		Stopped                  []string // the containers that were stopped for it, and are still there, by name
		Predecessors             []string // the containers of another tool whose place it takes, by id: that tool must not have filled it again
		Held                     bool     // one of these has the name until it is removed
		Beside                   bool     // the one whose place it takes runs on; where it does not start it is removed again
		Next                     []string // the replicas whose turn comes after it has started, by name: until then they run on as they are
	}

	// AwaitContainer waits until a container has run for a moment, so that it does not end
	// at once, and those who look at the engine have seen it.
	AwaitContainer struct {
		Container, Name, Service string

		// Beside: until it is healthy, where its image has a health check. One that does
		// not come up is removed again: the one that it is to replace runs on.
		Beside        bool
		Stopped, Next []string // as StartContainer has them
	}

	// AwaitCondition waits until a container has come to what another one waits for.
	AwaitCondition struct {
		Container, Name, Service string
		Until                    Until
		For                      string // the service that waits
		Optional                 bool   // where it does not come to that, it is told and holds nobody back
	}

	// Drain has a front give a container no new connections, and waits until none to
	// it is open any more, or as long as the container is given to stop. Then the
	// container can be stopped and nobody notices.
	Drain struct {
		Front, FrontName string // the front, by id and name
		Name             string // of the container that is drained
		Address          string // that it has on the network that it shares with the front
		Timeout          *int   // seconds; nil: 10
	}

	// StopContainer stops a container and waits for it to end.
	StopContainer struct {
		Container, Name string
		Timeout         *int // seconds until it is killed; nil: as the container says, or 10
	}

	// RestartContainer stops a container, where it runs, and starts it.
	RestartContainer struct {
		Container, Name string
		Timeout         *int     // as StopContainer has it
		Next            []string // as StartContainer has it
	}

	// RunHook runs a command of the files in a container and waits for it to end. What it
	// prints is the step's progress.
	RunHook struct {
		Container, Name, Service string
		Event                    HookEvent
		Number                   int // of the hook among those of the event, from 0
		Hook                     Hook
		MayEnd                   bool     // where the container does not run any more there is nothing to do
		Beside                   bool     // as StartContainer has it
		Next                     []string // as StartContainer has it
	}

	// KillContainer sends a signal to the process of a container.
	KillContainer struct{ Container, Name, Signal string }

	// PauseContainer suspends the processes of a container.
	PauseContainer struct{ Container, Name string }

	// UnpauseContainer lets the processes of a paused container go on.
	UnpauseContainer struct{ Container, Name string }

	// RemoveImage removes an image that no container uses.
	RemoveImage struct{ Ref string }

	// RemoveVolume removes a volume that no container uses.
	RemoveVolume struct{ Name string }

	// RemoveContainer removes a stopped container.
	RemoveContainer struct {
		Container, Name string
		Volumes         bool // its anonymous volumes too
	}
)

func (a PullImage) Words() string   { return "pull image " + a.Image.Ref }
func (a BuildImage) Words() string  { return "build image " + a.Image.Ref }
func (a ImportImage) Words() string { return "make image " + a.Image.Ref }
func (a PushImage) Words() string {
	if a.As != "" {
		return "push image " + a.Image.Ref + " as " + a.As
	}
	return "push image " + a.Image.Ref
}
func (a CreateNetwork) Words() string { return "create network " + a.Network.Name }
func (a RemoveNetwork) Words() string { return "remove network " + a.Name }
func (a CreateContainer) Words() string {
	if a.As != a.Container.Name {
		return "create container " + a.Container.Name + " as " + a.As
	}
	return "create container " + a.Container.Name
}
func (a RenameContainer) Words() string { return "rename container " + a.From + " to " + a.To }
func (a Connect) Words() string         { return "connect " + a.Name + " to " + a.Network.Name }
func (a Disconnect) Words() string      { return "disconnect " + a.Name + " from " + a.Network }
func (a StartContainer) Words() string  { return "start container " + a.Name }
func (a AwaitContainer) Words() string  { return "wait for container " + a.Name }
func (a AwaitCondition) Words() string {
	if a.Until == UntilCompleted {
		return "wait until container " + a.Name + " has completed"
	}
	return "wait until container " + a.Name + " is " + string(a.Until)
}
func (a Drain) Words() string            { return "drain " + a.Name + " at " + a.FrontName }
func (a StopContainer) Words() string    { return "stop container " + a.Name }
func (a RestartContainer) Words() string { return "restart container " + a.Name }
func (a RunHook) Words() string {
	return fmt.Sprintf("run %s[%d] in container %s", a.Event, a.Number, a.Name)
}
func (a KillContainer) Words() string {
	return "send " + a.Signal + " to container " + a.Name
}
func (a PauseContainer) Words() string   { return "pause container " + a.Name }
func (a UnpauseContainer) Words() string { return "unpause container " + a.Name }
func (a RemoveImage) Words() string      { return "remove image " + a.Ref }
func (a RemoveVolume) Words() string     { return "remove volume " + a.Name }
func (a RemoveContainer) Words() string  { return "remove container " + a.Name }
