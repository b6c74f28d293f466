package plan

import "fmt"

// Managed is a service whose replicas the engine makes, places and replaces itself: it is
// changed as a whole, in place, and what its replicas are named and where they run is the
// engine's business.
type Managed struct {
	Name        string // on the engine
	Service     string
	Image       string      // as its nodes ask for it
	Here        bool        // Image is one that only the engine has which is talked to: it is asked for by the id that it has then
	Fingerprint Fingerprint // of everything for which the engine makes new replicas
	Replicas    int         // how many; 0 with Everywhere
	Everywhere  bool        // one on each node
	Attach      []string    // networks by name: those of the stack are among Want.Networks
	After       []string    // services that are started first
	Completes   bool        // its replicas may end by themselves
	OneOff      bool        // made by run: it is made whatever else there is, and nobody waits for it here
	Spec        any         // for the engine, not looked into here
}

// HaveManaged is such a service as it is.
type HaveManaged struct {
	ID          string
	Name        string
	Service     string
	ImageID     string // of the image that its replicas are made from, on the engine that is talked to; empty: that does not have it
	Fingerprint Fingerprint
	Replicas    int
	Everywhere  bool
	Stopped     bool     // it was stopped, or made without being started: it is to have no replicas until it is started
	Held        int      // of one that is Stopped: how many replicas it is to have again
	Attached    []string // networks, by name
	After       []string
	OneOff      bool // made by run, not by up
	Completes   bool // its replicas may end by themselves, for good
	Ended       bool // all its replicas have ended by themselves, for good
	Settled     bool // the engine has done what it was asked for last: all replicas are there, or have completed
}

// HaveFile is a secret or a config that the engine keeps for services of the stack.
type HaveFile struct {
	Kind string // secret or config
	Name string
	ID   string
}

// shown is how many replicas it has, or is to have again.
func (h HaveManaged) shown() int {
	if h.Stopped {
		return h.Held
	}
	return h.Replicas
}

// Replicas is how many replicas a service has that the engine manages, or is to have again.
func (h Have) Replicas(service string) int {
	if m, there := h.managed(service); there {
		return m.shown()
	}
	return 0
}

// The actions on services that the engine manages. Those that exist are addressed by id,
// others by name.
type (
	// CreateManaged makes a service; with Stopped without replicas, and those that it is to
	// have are remembered.
	CreateManaged struct {
		Managed Managed
		Stopped bool
	}

	// UpdateManaged changes a service in place. The engine replaces its replicas in its own
	// order.
	UpdateManaged struct {
		ID      string
		Managed Managed
		Stopped bool // as CreateManaged has it
		Force   bool // its replicas are replaced also where nothing of them has changed
	}

	// ScaleManaged changes how many replicas a service has. Stopped: none, and so many are
	// remembered.
	ScaleManaged struct {
		ID, Name string
		Replicas int
		Stopped  bool
	}

	// RestartManaged has the engine replace the replicas of a service by others that are
	// the same.
	RestartManaged struct{ ID, Name string }

	// AwaitManaged waits until the engine has done what it was asked for, and the replicas
	// of a service run, or have completed.
	AwaitManaged struct {
		Name      string // of the service on the engine
		Service   string
		Completes bool
	}

	// RemoveManaged removes a service with its replicas.
	RemoveManaged struct{ ID, Name string }

	// RemoveFile removes a secret or a config that the engine keeps.
	RemoveFile struct{ File HaveFile }
)

func (a CreateManaged) Words() string { return "create service " + a.Managed.Name }
func (a UpdateManaged) Words() string { return "update service " + a.Managed.Name }
func (a ScaleManaged) Words() string {
	if a.Stopped {
		return "stop service " + a.Name
	}
	return fmt.Sprintf("scale service %s to %d", a.Name, a.Replicas)
}
func (a RestartManaged) Words() string { return "restart service " + a.Name }
func (a AwaitManaged) Words() string   { return "wait for service " + a.Name }
func (a RemoveManaged) Words() string  { return "remove service " + a.Name }
func (a RemoveFile) Words() string     { return "remove " + a.File.Kind + " " + a.File.Name }

// NetworkFixed is a network whose settings can't be changed while services are on it, and
// whose name the files fix, so that none can be made beside it.
type NetworkFixed struct{ Name string }

func (n *NetworkFixed) Error() string {
	return fmt.Sprintf("the settings of network %s have changed, and can't be changed while services are on it", n.Name)
}

// Hints says how to have it made anew.
func (*NetworkFixed) Hints() []string {
	return []string{"docker stacklite down, and up again; or leave its name to Stack Lite, so that another one can be made first"}
}
