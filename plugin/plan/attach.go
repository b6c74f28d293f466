package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// networks plans to make, replace and remove networks, and to attach and
// detach containers that exist. Containers are never replaced for it.
func (c *convergence) networks() {
	wanted := map[string]bool{}
	c.inherit()
	for _, n := range c.want.Networks {
		wanted[n.Name] = true
		c.attach(n)
	}
	for _, h := range c.have.Networks {
		if wanted[h.Name] {
			continue
		}
		if h.For != "" {
			c.draft.errand(h, c.have, c.gone)
			continue
		}
		for _, f := range c.fates {
			if f.keep != nil && attached(f.keep, h.Name) {
				c.disconnect(f, h.Name, "no longer linked")
			}
		}
		c.draft.removeNetwork(h, c.have, c.gone, "nothing needs it")
	}
	for _, f := range c.fates {
		if f.keep != nil {
			c.forget(f)
		}
	}
	for _, u := range c.unsettled {
		c.draft.wait(u[0], c.settled[u[1]]...)
	}
}

// forget plans to detach a container from networks that are gone: it could not
// start with them.
func (c *convergence) forget(f *fate) {
	for _, name := range slices.Sorted(maps.Keys(f.keep.Attached)) {
		_, there := c.network(name)
		if !there && !slices.Contains(f.want.Attach, name) {
			c.disconnect(f, name, "the network is gone")
		}
	}
}

// judge finds the networks that can't serve as the wanted ones.
func (c *convergence) judge() {
	c.unfit = map[string]string{}
	for _, n := range c.want.Networks {
		h, ok := c.network(n.Name)
		members := c.members(n.Name)
		if !ok || len(members) == 0 {
			continue
		}
		why := misfit(h, n, members)
		if why == "" {
			continue
		}
		if strangers := c.have.uninvited(h); len(strangers) > 0 {
			c.draft.notes = append(c.draft.notes, fmt.Sprintf(
				"network %s should be replaced (%s) but stays, for containers of others are attached to it: %s",
				n.Name, why, strings.Join(strangers, ", ")))
			continue
		}
		c.unfit[n.Name] = why
	}
}

// network finds the network of that name that the stack has.
func (c *convergence) network(name string) (HaveNetwork, bool) {
	for _, h := range c.have.Networks {
		if h.Name == name {
			return h, true
		}
	}
	return HaveNetwork{}, false
}

// members gives the containers that are to sit on a network.
func (c *convergence) members(network string) []*fate {
	var members []*fate
	for _, f := range c.fates {
		if !f.skip && slices.Contains(f.want.Attach, network) {
			members = append(members, f)
		}
	}
	return members
}

// attach plans what one wanted network needs.
func (c *convergence) attach(n Network) {
	members := c.members(n.Name)
	for _, f := range c.fates {
		if f.keep != nil && attached(f.keep, n.Name) && !slices.Contains(members, f) {
			c.disconnect(f, n.Name, "no longer linked")
		}
	}
	h, ok := c.network(n.Name)
	if !ok {
		if len(members) > 0 {
			c.add(n, members)
		}
		return
	}
	if len(members) == 0 {
		c.draft.removeNetwork(h, c.have, c.gone, "nothing needs it")
		return
	}
	if why := c.unfit[n.Name]; why != "" {
		c.replace(h, n, members, why)
		return
	}
	for _, f := range members {
		switch {
		case f.keep == nil || !attached(f.keep, n.Name):
			c.connect(f, n, "not attached", "")
		case stale(f.keep, n.Name, h.ID):
			c.disconnect(f, n.Name, "the network is gone")
			c.connect(f, n, "not attached", "")
		}
	}
	c.receive(n, h)
}

// misfit says why a network can't serve as the wanted one; empty: it can.
// Names are part of an endpoint and can't be read back from a list of
// containers, so a network says in its labels which names its endpoints have;
// it is replaced when one of them changes.
func misfit(h HaveNetwork, n Network, members []*fate) string {
	if h.Settings != n.Settings {
		return "changed: settings"
	}
	if h.Size < n.Size {
		return "too small"
	}
	for _, f := range members {
		service := f.want.Service
		if h.Wiring[service] != n.Wiring[service] {
			return "changed: names that " + service + " has or sees"
		}
	}
	return ""
}

// add plans to make a network that is missing.
func (c *convergence) add(n Network, members []*fate) {
	before, inherits := c.heirs[n.Name]
	if inherits {
		c.create(n, n.because("missing"), before.Subnet, "remove network "+before.ID)
	} else {
		c.create(n, n.because("missing"), "")
	}
	for _, f := range members {
		// What is attached to a network of that name, is to one that is gone,
		// under the names that held then.
		if f.keep != nil && attached(f.keep, n.Name) {
			c.disconnect(f, n.Name, "the network is gone")
		}
		c.connect(f, n, "missing", address(f.keep, before))
	}
	for _, s := range c.outsiders(n) {
		if s.on(n.Name) {
			c.draft.dismiss(s, n.Name, "the network is gone")
		}
		c.invite(s, n, n.because("missing"), s.address(before))
	}
}

// inherit finds, for networks that are to be made, those that go away and have
// all their members: they get their addresses, so that connections between the
// members live on.
func (c *convergence) inherit() {
	c.heirs = map[string]HaveNetwork{}
	for _, h := range c.have.Networks {
		wanted := slices.ContainsFunc(c.want.Networks, func(n Network) bool { return n.Name == h.Name })
		stays := len(c.have.uninvited(h))+len(c.bystanders(h.Name)) > 0 || c.have.isHome(h.Name, c.gone)
		if wanted || stays || h.Subnet == "" || h.For != "" {
			continue
		}
		for _, n := range c.want.Networks {
			_, exists := c.network(n.Name)
			_, taken := c.heirs[n.Name]
			if exists || taken || n.Size > h.Size || !c.allWereOn(h, n) {
				continue
			}
			c.heirs[n.Name] = h
			break
		}
	}
}

// allWereOn tells whether all members that a network is to have exist and are
// on another one now.
func (c *convergence) allWereOn(h HaveNetwork, n Network) bool {
	members := c.members(n.Name)
	for _, f := range members {
		if f.keep == nil || f.keep.Attached[h.Name] != h.ID {
			return false
		}
	}
	for _, s := range c.outsiders(n) {
		if s.Attached[h.Name] != h.ID {
			return false
		}
	}
	return len(members)+len(n.Externals) > 1
}

// replace plans to put a network in another's place under the members' feet.
// Who stays on it keeps its address.
func (c *convergence) replace(h HaveNetwork, n Network, members []*fate, why string) {
	same := h
	if h.Size < n.Size {
		same.Subnet = "" // it gets a greater one
	}
	for _, f := range members {
		if f.keep != nil && attached(f.keep, n.Name) {
			c.disconnect(f, n.Name, "the network is replaced")
		}
	}
	// One-off containers and those of services that the files no longer have
	// keep their place too.
	for _, b := range c.bystanders(n.Name) {
		task := Task{Relink, "container", b.Name}
		leave, join := "disconnect "+b.ID+" "+n.Name, connectKey(b.Name, n.Name)
		c.draft.add(leave, task, "the network is replaced",
			Disconnect{Container: b.ID, Name: b.Name, Network: n.Name})
		c.settle(join, n.Name, address(b, same), Connect{Container: b.ID, Name: b.Name, Service: member(b.Service, b.OneOff), Number: b.Number, Network: n},
			task, why, "network "+n.Name, "network "+b.CreatedOn, leave)
	}
	c.draft.takeNetwork(h, c.have, c.gone, why)
	c.create(n, why, same.Subnet, "remove network "+h.ID)
	for _, f := range members {
		c.connect(f, n, why, address(f.keep, same))
	}
	for _, s := range c.outsiders(n) {
		c.invite(s, n, why, s.address(same))
	}
}

// address is the address that a container has on a network whose subnet is
// used again; empty: none that it can keep.
func address(h *HaveContainer, n HaveNetwork) string {
	if h == nil || n.Subnet == "" || h.Attached[n.Name] != n.ID {
		return ""
	}
	return h.Address[n.Name]
}

// bystanders gives the containers of the stack that are attached to a network
// and stay, but whose fate is not decided here.
func (c *convergence) bystanders(network string) []*HaveContainer {
	var found []*HaveContainer
	for i := range c.have.Containers {
		h := &c.have.Containers[i]
		decided := c.gone[h.ID] || slices.ContainsFunc(c.fates, func(f *fate) bool { return f.keep == h })
		if attached(h, network) && !decided {
			found = append(found, h)
		}
	}
	return found
}

func (c *convergence) create(n Network, cause, subnet string, after ...string) {
	c.draft.add("network "+n.Name, Task{Create, "network", n.Name}, cause, CreateNetwork{n, subnet}, after...)
}

// connect plans to attach a container, where its creation does not do it.
func (c *convergence) connect(f *fate, n Network, cause, address string) {
	container, exists := f.live()
	if !exists && (c.have.AttachAll || f.want.home() == n.Name) {
		return // part of the creation
	}
	if exists {
		c.joining[n.Name] = append(c.joining[n.Name], connectKey(f.want.Name, n.Name))
	}
	c.settle(connectKey(f.want.Name, n.Name), n.Name, address,
		Connect{Container: container, Name: f.want.Name, Service: member(f.want.Service, f.want.OneOff && !f.want.AsService), Number: f.want.Number, Network: n},
		c.relink(f), cause, "create "+f.want.Name, "network "+n.Name, c.home(f), disconnectKey(f, n.Name))
}

// settle plans a connection. Those that ask for an address go before those
// that take any, for the engine would give it to them.
func (c *convergence) settle(key, network, address string, a Connect, task Task, cause string, after ...string) {
	a.Address = address
	if address != "" {
		c.settled[network] = append(c.settled[network], key)
	} else {
		c.unsettled = append(c.unsettled, [2]string{key, network})
	}
	c.draft.add(key, task, cause, a, after...)
}

func (c *convergence) disconnect(f *fate, network, cause string) {
	c.draft.add(disconnectKey(f, network), c.relink(f), cause,
		Disconnect{Container: f.keep.ID, Name: f.want.Name, Network: network})
}

// relink is the task of attaching: part of making a new container, a task of
// its own for one that exists.
func (c *convergence) relink(f *fate) Task {
	if f.make {
		return f.task()
	}
	return Task{Relink, "container", f.want.Name}
}

func disconnectKey(f *fate, network string) string {
	if f.keep == nil {
		return ""
	}
	return "disconnect " + f.keep.ID + " " + network
}

func attached(h *HaveContainer, network string) bool {
	_, ok := h.Attached[network]
	return ok
}

// stale tells whether a container is attached to another network of that name
// than the one with id, one that is gone.
func stale(h *HaveContainer, network, id string) bool {
	got, ok := h.Attached[network]
	return ok && got != "" && got != id
}
