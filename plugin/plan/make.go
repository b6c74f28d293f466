package plan

import (
	"fmt"
	"slices"
)

// Goal says what is to become of the stack.
type Goal struct {
	State    Target
	Services []string // the services that are meant; nil: all, those that the files no longer have among them

	Recreate      Policy
	TakeOver      bool // containers that another tool made are replaced also where Recreate is Never
	Dependents    bool // a service is replaced with those that it is started after, too
	NoCreate      bool // bring up what exists, make nothing
	Build         bool // Running: build images anew, also those that exist
	Orphans       bool // Running: remove the containers of services that the files no longer have
	OrphansUnsaid bool // Running: no note about them where they stay
	Volumes       bool // Absent, Removed: anonymous volumes too
	FreshData     bool // Running: a replaced container starts with new anonymous volumes
	Rolling       int  // Running: how many replicas of a service are replaced rolling at once; 0: as Container has it
	Timeout       *int // seconds that a container is given to stop

	Images       []string // Absent: references of images that are removed too, where they exist
	NamedVolumes []string // Absent: volumes that are removed too, by name; they exist
	Signal       string   // Killed: which; empty: SIGKILL
	Stop         bool     // Removed: those that run are stopped first
	Alone        bool     // Restarted: not those that depend on them and are restarted with them
}

// Target is a state that containers can be brought to.
type Target int

// The targets.
const (
	UpAndRunning Target = iota
	CreatedOnly         // made, not started
	Stopped             // stopped, kept
	Absent              // removed, with the networks of the stack
	Restarted           // stopped, where they run, and started
	Killed              // sent a signal, where they run
	Paused              // paused, where they run
	Unpaused            // no longer paused
	Removed             // removed where they don't run; networks stay
)

// Policy says when a container that exists is replaced by a new one.
type Policy int

// The policies.
const (
	WhenChanged Policy = iota
	Always
	Never
)

// Conflict is a container that holds a name the stack needs, and keeps it: the
// stack did not make it, or is not to replace it now.
type Conflict struct {
	Name    string
	Service string // that needs it
	Owner   string // the project that it belongs to; empty: none
	Of      string // the service of the stack that it is of; empty: it is not the stack's
	Orphan  bool   // the files have no such service
}

func (c *Conflict) Error() string {
	switch {
	case c.Of != "" && c.Orphan:
		return fmt.Sprintf("service %s needs the name %s, which a container of service %s has, and the files have no such service (--remove-orphans takes it away)", c.Service, c.Name, c.Of)
	case c.Of != "":
		return fmt.Sprintf("service %s needs the name %s, which a container of service %s has that is not to be replaced now", c.Service, c.Name, c.Of)
	}
	owner := "was not made by stack-lite"
	if c.Owner != "" {
		owner = fmt.Sprintf("belongs to project %q and was not made by stack-lite", c.Owner)
	}
	return fmt.Sprintf("the name %s is taken by a container that %s", c.Name, owner)
}

// NetworkTaken is a network that has the name of one that the stack has to make, and
// that the stack did not make.
type NetworkTaken struct {
	Name  string
	Owner string // the project that it was made for; empty: it is of no project that is known

	Members []string // containers of the stack that somebody attached to it
}

func (n *NetworkTaken) Error() string {
	if n.Owner != "" {
		return fmt.Sprintf("the name %s is taken by a network of project %s", n.Name, n.Owner)
	}
	return fmt.Sprintf("the name %s is taken by a network that was not made by stack-lite", n.Name)
}

// Hints says how to free the name.
func (n *NetworkTaken) Hints() []string {
	if n.Owner != "" {
		return []string{"to see what is on it: docker network inspect " + n.Name}
	}
	free := ""
	for _, name := range n.Members { // the engine would not remove it
		free += "docker network disconnect " + n.Name + " " + name + " && "
	}
	return []string{"to remove it, if nothing needs it: " + free + "docker network rm " + n.Name}
}

// checkNetworks returns a *NetworkTaken where a plan makes a network whose name is
// taken. The engine would refuse it when containers are made already.
func (p *Plan) checkNetworks(have Have) error {
	for _, step := range p.Steps {
		if a, ok := step.Action.(CreateNetwork); ok {
			if owner, taken := have.OtherNetworks[a.Network.Name]; taken {
				of := &NetworkTaken{Name: a.Network.Name, Owner: owner}
				for _, c := range have.Containers {
					if slices.Contains(c.OtherNetworks, of.Name) {
						of.Members = append(of.Members, c.Name)
					}
				}
				return of
			}
		}
	}
	return nil
}

// Make plans what leads from have to the goal. Under UpAndRunning and
// CreatedOnly that is want; under the others want is looked at only for what is done to
// containers as they are, so that a stack can be taken down when its files are gone.
//
// The error is a *Conflict, a *NetworkTaken, or an internal one; nothing has to be undone then.
func Make(goal Goal, want Want, have Have) (*Plan, error) {
	p, err := plan(goal, want, have.indexed())
	if err != nil {
		return nil, err
	}
	if p.unmet != nil {
		return nil, p.unmet
	}
	if err := p.checkNetworks(have); err != nil {
		return nil, err
	}
	for _, e := range have.Externals {
		if e.CopyOf != "" {
			p.Notes = append(p.Notes, CopyLeftAlone(e.Name, e.CopyOf))
		}
	}
	return p, nil
}

// CopyLeftAlone is the note that a container which has labels of a service's
// container, but is another one, stays.
func CopyLeftAlone(name, service string) string {
	return fmt.Sprintf("container %s carries the labels of %s's container, but Stack Lite did not make it: it is left alone", name, service)
}

func plan(goal Goal, want Want, have Have) (*Plan, error) {
	if hasManaged(want, have) {
		return managed(goal, want, have)
	}
	switch goal.State {
	case UpAndRunning, CreatedOnly:
		return reconcile(goal, want, have)
	case Stopped, Absent:
		return stop(goal, want, have), nil
	default:
		return lifecycle(goal, want, have), nil
	}
}

// wants reports whether a service is one that the goal is about.
func (g Goal) wants(service string) bool {
	return g.Services == nil || slices.Contains(g.Services, service)
}

// Numbers chooses which replicas of a service there are to be: the lowest
// count of those it has, filled up with the lowest numbers that are free.
func Numbers(have []int, count int) []int {
	kept := slices.Clone(have)
	slices.Sort(kept)
	kept = slices.Compact(kept)
	if len(kept) > count {
		kept = kept[:count]
	}
	for n := 1; len(kept) < count; n++ {
		if !slices.Contains(kept, n) {
			kept = append(kept, n)
		}
	}
	slices.Sort(kept)
	return kept
}
