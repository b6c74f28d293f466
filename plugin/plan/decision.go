package plan

import (
	"slices"
	"strconv"
	"strings"
)

// decision is what becomes of one wanted container.
type decision struct {
	want      Container
	keep      *HaveContainer   // the container that serves, now or after it got its name
	replace   []*HaveContainer // those that it takes the place of
	left      []*HaveContainer // those whose place it takes and that stay, for they have other data
	make      bool             // a new one is made
	cause     string           // of making it
	asked     bool             // the goal is about it, or about what it shares something with
	skip      bool             // not asked for and not there: nothing happens
	keepsName bool             // it is, or is beside, one that another tool made and that stays
	asItIs    bool             // another tool made the container, and it is not attached anywhere or detached
	awaits    bool             // an image is built anew first, its own or of one that it is started after: what becomes of it is left to the plan that is made then
	outdated  bool             // awaits: it is to be replaced, whatever is built
	halts     bool             // it is stopped while its networks are changed, and started again
	rejoins   string           // why it is restarted though it runs: it lost what it shares with another; empty: it is not
	rolls     bool             // it replaces others that run until it does: see rolling.go
	taken     bool             // a container that the plan removes or renames bears the wanted name until then
	temporary string           // the name that nobody has under which it waits for its own
}

// address is how actions address the container that serves in the end.
func (d *decision) address() string {
	if d.keep != nil {
		return d.keep.ID
	}
	return d.firstName()
}

// firstName is the name of the container that serves in the end, until the plan
// renames it.
func (d *decision) firstName() string {
	if d.keep != nil {
		return d.keep.Name
	}
	if d.taken {
		return d.temporary
	}
	return d.want.Name
}

// renames reports whether the container gets its name once another one is gone.
func (d *decision) renames() bool {
	return !d.skip && !d.keepsName && d.firstName() != d.want.Name
}

const temporary = ".new"

// temporaryName is a name that a container has until the one that it replaces is gone:
// the first of NAME.new, NAME.new2 and so on that nobody has. A run that was cut off, or
// somebody who renamed a container, may have left the first ones.
func temporaryName(name string, have Have) string {
	for n, free := 2, name+temporary; ; n++ {
		if !have.hasName(free) {
			return free
		}
		free = name + temporary + strconv.Itoa(n)
	}
}

// IsTemporary reports whether a name is one that a container has until it can get the
// other.
func IsTemporary(name, later string) bool { return name != later && LaterName(name) == later }

// LaterName is the name that a container will have which has a temporary one now; of
// any other its own.
func LaterName(name string) string {
	later, is := strings.CutSuffix(strings.TrimRight(name, "0123456789"), temporary)
	if !is {
		return name
	}
	return later
}

// attachedTo reports whether there is a container that serves on and is
// attached to a network.
func (d *decision) attachedTo(network string) bool {
	return d.keep != nil && attached(d.keep, network)
}

// attachedAtCreation reports whether making the container attaches it to a
// network of the stack.
func (d *decision) attachedAtCreation(network string, have Have) bool {
	return d.make && (have.AttachAll || d.want.createdOn() == network)
}

// joins reports whether the container is still to be attached to a network of
// another stack.
func (d *decision) joins(network string) bool {
	return d.keep == nil || !slices.Contains(d.keep.OtherNetworks, network)
}

// dataSource is the container whose data a new one takes over: the first of those
// that it replaces that is no half-made replacement itself; nil: it replaces none.
func (d *decision) dataSource() *HaveContainer {
	i := slices.IndexFunc(d.replace, func(h *HaveContainer) bool { return !IsTemporary(h.Name, d.want.Name) })
	switch {
	case len(d.replace) == 0:
		return nil
	case i < 0:
		return d.replace[0]
	}
	return d.replace[i]
}

// task is the work on the container as a user sees it.
func (d *decision) task() Task {
	verb := Start
	switch {
	case len(d.replace) > 0:
		verb = Recreate
	case d.make:
		verb = Create
	}
	return Task{verb, kindContainer, d.want.Name}
}

// relinkTask is the task of attaching: part of making a new container, a task
// of its own for one that exists.
func (d *decision) relinkTask() Task {
	if d.make {
		return d.task()
	}
	return Task{Relink, kindContainer, d.want.Name}
}

// decisions are those on all wanted containers, or on the first of them while
// they are being made, in the order of Want.
type decisions []*decision

// on gives the decision on the container of a name; nil: there is none.
func (d decisions) on(name string) *decision {
	i := slices.IndexFunc(d, func(d *decision) bool { return d.want.Name == name })
	if i < 0 {
		return nil
	}
	return d[i]
}

// renamed reports whether a container serves on under another name.
func (d decisions) renamed(h *HaveContainer) bool {
	return slices.ContainsFunc(d, func(d *decision) bool { return d.keep != nil && d.keep.ID == h.ID && d.renames() })
}

// keeps reports whether the container of an id serves on.
func (d decisions) keeps(id string) bool {
	return slices.ContainsFunc(d, func(d *decision) bool { return d.keep != nil && d.keep.ID == id })
}

// without gives those that are not among others.
func (d decisions) without(others decisions) decisions {
	if len(d) == 0 {
		return nil
	}
	among := make(map[*decision]bool, len(others))
	for _, other := range others {
		among[other] = true
	}
	return slices.DeleteFunc(slices.Clone(d), func(d *decision) bool { return among[d] })
}

// named leaves out the names by which only containers are found that there will
// not be: those that are missing and not asked for.
func (d decisions) named(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(d, func(d *decision) bool { return d.skip && slices.Contains(d.want.Names, name) })
	})
}

// members gives the containers that are to be attached to networks, by the name of
// the network.
func (d decisions) members() map[string]decisions {
	members := map[string]decisions{}
	for _, d := range d {
		if d.skip || d.asItIs {
			continue
		}
		for _, network := range d.want.Attach {
			members[network] = append(members[network], d)
		}
	}
	return members
}

// attached gives those that serve on and are attached to networks, by the name of the
// network.
func (d decisions) attached() map[string]decisions {
	attached := map[string]decisions{}
	for _, d := range d {
		if d.keep != nil {
			for network := range d.keep.Attached {
				attached[network] = append(attached[network], d)
			}
		}
	}
	return attached
}
