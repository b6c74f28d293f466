package observed

import (
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Swarm is what a manager of a swarm shows at one moment, of one project or of all.
type Swarm struct {
	Services []Service       // by name
	Networks []Network       // of projects alone, by name
	Tasks    []Task          // by service, slot, and the newest first; nil: they were not asked for
	Nodes    []Node          // by name; nil likewise
	Files    []plan.HaveFile // secrets and configs of a project, by name; nil likewise
}

// Service is a service of a swarm that this tool made.
type Service struct {
	ID      string
	Name    string // on the swarm
	Project string
	Service string // in the files
	Version uint64 // of its specification: the manager takes a change of the latest only
	OneOff  bool   // made by run
	Dir     string // the project directory that it was made from
	Files   []string
	Labels  map[string]string // all that it has

	Fingerprint plan.Fingerprint
	After       []string // services that were to be started before it
	Image       string   // as it was asked for
	Digest      string   // that the manager pinned, sha256:…; empty: none
	Replicas    int      // that are wanted
	Everywhere  bool     // one on each node
	Completes   bool     // its tasks may end by themselves, for good
	Job         bool     // its tasks run to their end once
	Held        int      // how many it is to have again, where it was stopped
	Stopped     bool
	Attached    []Attachment // by network
	Ports       []ServicePort

	Running   int    // tasks that run; known where tasks or the manager's count were asked for
	Wanted    int    // tasks that should: of a global service the manager knows
	Completed int    // of a job
	Update    Update // the last one
	Created   time.Time
	Updated   time.Time
}

// Attachment is a network that the tasks of a service are attached to.
type Attachment struct {
	Network string // its id, or its name where it is not known
	Aliases []string
}

// ServicePort is a port that a service publishes.
type ServicePort struct {
	Target    uint16
	Published uint16 // 0: the swarm chooses
	Protocol  string
	Mode      string // ingress or host
}

// Update is how far the last change of a service has come.
type Update struct {
	State   string // updating, paused, completed, rollback_started, rollback_paused, rollback_completed; empty: there was none
	Message string
	Started time.Time
	Ended   time.Time
}

// Task is one try to run a replica.
type Task struct {
	ID        string
	Service   string // id of the service
	Name      string // demo_web.1, and of a service on each node demo_web.NODEID
	Slot      int    // of the replica, from 1; 0: its service is on each node
	Node      string // id; empty: none was chosen yet
	NodeName  string // empty: it is not known
	State     string // new, pending, assigned, accepted, preparing, ready, starting, running, complete, shutdown, failed, rejected, remove, orphaned
	Desired   string // likewise: what it is to come to
	Message   string
	Err       string // why it does not run
	ExitCode  int
	Image     string
	Container string    // id, on its node; empty: none was made
	Since     time.Time // in State
	Created   time.Time
	Spec      uint64        // the version of the service's specification, where it is as that says; 0: it is of an earlier one
	Force     uint64        // likewise, how often it was restarted by force
	Ports     []ServicePort // that its node publishes
	Addresses []string      // on networks, with the length of the prefix
}

// Over reports whether a task has ended, in whichever way.
func (t Task) Over() bool {
	switch t.State {
	case "complete", "shutdown", "failed", "rejected", "remove", "orphaned":
		return true
	}
	return false
}

// Meant reports whether a task is to run, or to run to its end.
func (t Task) Meant() bool { return t.Desired != "shutdown" && t.Desired != "remove" }

// Node is a machine of a swarm.
type Node struct {
	ID           string
	Name         string
	Manager      bool
	Leader       bool
	State        string // ready, down, unknown or disconnected
	Availability string // active, pause or drain
	Address      string
	Engine       string // its version
	Message      string // why it is in State
}
