package plan

import (
	"maps"
	"slices"
	"strings"
)

// converge plans what leads from have to want: images first, networks and
// containers at once, each container started as soon as its networks and what
// it depends on are there.
func converge(goal Goal, want Want, have Have) (*Plan, error) {
	c := &convergence{goal: goal, want: want, have: have, gone: map[string]bool{}, kept: map[string]bool{},
		settled: map[string][]string{}, joining: map[string][]string{}}
	for _, w := range want.Containers {
		c.fates = append(c.fates, c.decide(w))
	}
	if err := c.conflict(); err != nil {
		return nil, err
	}
	c.images()
	c.surplus()
	c.judge()
	for _, f := range c.fates {
		c.container(f)
		if !f.skip {
			c.visit(f)
		}
	}
	c.networks()
	c.start()
	c.untold()
	return c.draft.plan(), nil
}

// convergence is the state of one decision.
type convergence struct {
	goal  Goal
	want  Want
	have  Have
	draft draft
	fates []*fate                // in the order of want.Containers
	kept  map[string]bool        // ids of containers that serve on
	gone  map[string]bool        // ids of containers that the plan removes
	unfit map[string]string      // why a network that exists is replaced, by name
	heirs map[string]HaveNetwork // networks that go, by the name of the new one that gets their addresses

	settled   map[string][]string // keys of connections that ask for an address, by network
	unsettled [][2]string         // keys and networks of connections that take any
	joining   map[string][]string // keys of connections of containers that exist, by network
}

// conflict looks for strangers that hold a name the plan needs.
func (c *convergence) conflict() error {
	for _, f := range c.fates {
		if !f.make {
			continue
		}
		for _, s := range c.have.Externals {
			if s.Name == f.want.Name {
				return &Conflict{Name: s.Name, Owner: s.Owner}
			}
		}
	}
	return nil
}

// surplus plans to remove replicas beyond the scale and, where asked for,
// containers of services that the files no longer have.
func (c *convergence) surplus() {
	var orphans []string
	for i := range c.have.Containers {
		h := &c.have.Containers[i]
		if h.OneOff || c.gone[h.ID] || c.wanted(h) {
			continue
		}
		cause := "more replicas than wanted"
		if !slices.Contains(c.want.Services, h.Service) {
			if !c.goal.Orphans {
				orphans = append(orphans, h.Name)
				continue
			}
			cause = "the files have no service " + h.Service
		} else if !c.goal.wants(h.Service) || c.goal.NoCreate {
			continue
		}
		c.remove(h, Task{Remove, "container", h.Name}, cause)
	}
	if len(orphans) > 0 {
		c.draft.notes = append(c.draft.notes, "left alone, for the files have no such service: "+
			strings.Join(orphans, ", ")+" (--remove-orphans takes them away)")
	}
}

func (c *convergence) wanted(h *HaveContainer) bool {
	return slices.ContainsFunc(c.want.Containers, func(w Container) bool {
		return w.Service == h.Service && w.Number == h.Number
	})
}

// remove plans to stop a container, where it runs, and to remove it.
func (c *convergence) remove(h *HaveContainer, task Task, cause string, after ...string) {
	c.gone[h.ID] = true
	stop, remove := "stop "+h.ID, "remove "+h.ID
	if h.State.Up() {
		c.draft.add(stop, task, cause, StopContainer{Container: h.ID, Name: h.Name, Timeout: c.goal.Timeout}, after...)
		after = []string{stop}
	}
	c.draft.add(remove, task, cause, RemoveContainer{Container: h.ID, Name: h.Name}, after...)
}

// container plans to make one container and to take away those it replaces.
// The new one is made, and attached, before the old one is stopped: when that
// fails the old one runs on.
func (c *convergence) container(f *fate) {
	w := f.want
	address, _ := f.live()
	ready := []string{"create " + w.Name}    // before the old one is stopped
	complete := []string{"create " + w.Name} // before the new one gets its name
	if f.make {
		create := CreateContainer{Container: w, As: address}
		if len(f.replace) > 0 && !c.goal.FreshData {
			create.Replaces = f.replace[0].ID
		}
		after := append(c.vacated(address), "image "+w.Image)
		for _, ref := range w.Reads {
			after = append(after, "image "+ref)
		}
		for _, name := range w.SharesWith {
			after = append(after, "create "+name)
			create.SharesWith = append(create.SharesWith, c.address(name))
		}
		c.draft.add("create "+w.Name, f.task(), f.cause, create, after...)
		for _, network := range slices.Concat(w.Attach, w.OtherNetworks) {
			complete = append(complete, connectKey(w.Name, network))
			// A network that is replaced can't be there before the old
			// container has left it, and without its home the new one can't
			// be attached anywhere.
			if c.unfit[network] == "" && c.unfit[w.home()] == "" {
				ready = append(ready, connectKey(w.Name, network))
			}
		}
	}
	for _, h := range f.replace {
		switch {
		case !f.make:
			c.remove(h, f.task(), "replaced by "+f.keep.Name)
		case h.Name == address:
			c.remove(h, f.task(), f.cause)
		default:
			c.remove(h, f.task(), f.cause, ready...)
		}
	}
	from := address
	if f.keep != nil {
		from = f.keep.Name
	}
	if !f.skip && from != w.Name {
		c.draft.add("rename "+w.Name, f.task(), "the name is free",
			RenameContainer{Container: address, From: from, To: w.Name}, append(c.vacated(w.Name), complete...)...)
	}
}

// address is how the container that bears a name in the end is addressed.
func (c *convergence) address(name string) string {
	for _, f := range c.fates {
		if f.want.Name == name {
			address, _ := f.live()
			return address
		}
	}
	return name
}

// vacated gives the steps after which nobody of the stack holds a name.
func (c *convergence) vacated(name string) []string {
	var after []string
	for _, h := range c.have.Containers {
		if h.Name == name {
			after = append(after, "remove "+h.ID)
		}
	}
	return after
}

// start plans to start what does not run.
func (c *convergence) start() {
	if c.goal.State != UpAndRunning {
		return
	}
	last := map[string]string{}       // start key by serial key
	services := map[string][]string{} // start keys by service
	for _, f := range c.fates {
		services[f.want.Service] = append(services[f.want.Service], "start "+f.want.Name)
	}
	for _, f := range c.fates {
		w := f.want
		if f.skip || w.OneOff || !f.asked || f.keep != nil && f.keep.State.Up() {
			continue
		}
		cause := "made"
		if f.keep != nil {
			cause = string(f.keep.State)
		}
		after := []string{"create " + w.Name, "rename " + w.Name, c.home(f)}
		for _, name := range w.Attach {
			after = append(after, "network "+name, connectKey(w.Name, name))
			after = append(after, c.settled[name]...)
			// Whoever is there already can be reached from the first moment.
			after = append(after, c.joining[name]...)
		}
		for _, name := range w.OtherNetworks {
			after = append(after, connectKey(w.Name, name))
		}
		if f.keep != nil {
			for _, name := range slices.Sorted(maps.Keys(f.keep.Attached)) {
				after = append(after, disconnectKey(f, name))
			}
		}
		for _, service := range w.After {
			after = append(after, services[service]...)
		}
		key := "start " + w.Name
		if w.PortRange != "" {
			if previous, ok := last[w.PortRange]; ok {
				after = append(after, previous)
			}
			last[w.PortRange] = key
		}
		address, _ := f.live()
		c.draft.add(key, f.task(), cause, StartContainer{Container: address, Name: w.Name}, after...)
	}
}

func connectKey(container, network string) string { return "connect " + container + " " + network }
