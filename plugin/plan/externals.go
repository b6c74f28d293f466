package plan

import "slices"

// stranger finds the stranger of that name.
func (h Have) stranger(name string) (*External, bool) {
	for i := range h.Externals {
		if h.Externals[i].Name == name {
			return &h.Externals[i], true
		}
	}
	return nil, false
}

// guests gives the strangers that the stack attached to a network and that are
// on it still.
func (h Have) guests(n HaveNetwork) []*External {
	var found []*External
	for _, name := range n.Externals {
		if s, ok := h.stranger(name); ok && s.on(n.Name) {
			found = append(found, s)
		}
	}
	return found
}

// uninvited names the strangers on a network that somebody else attached.
func (h Have) uninvited(n HaveNetwork) []string {
	var names []string
	for _, s := range h.Externals {
		if s.on(n.Name) && !slices.Contains(n.Externals, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// on tells whether a stranger is attached to a network of that name.
func (s *External) on(network string) bool {
	_, ok := s.Attached[network]
	return ok
}

// address is the address that a stranger has on a network whose subnet is used
// again; empty: none that it can keep.
func (s *External) address(n HaveNetwork) string {
	if n.Subnet == "" || s.Attached[n.Name] != n.ID {
		return ""
	}
	return s.Address[n.Name]
}

// dismiss plans to detach a stranger from a network, and gives the step's key.
func (d *draft) dismiss(s *External, network, cause string) string {
	key := "disconnect " + s.ID + " " + network
	d.add(key, Task{Relink, "container", s.Name}, cause, Disconnect{Container: s.ID, Name: s.Name, Network: network})
	return key
}

// invite plans to attach a stranger to a network of the stack.
func (c *convergence) invite(s *External, n Network, cause, address string) {
	key := connectKey(s.Name, n.Name)
	c.settle(key, n.Name, address, Connect{Container: s.ID, Name: s.Name, Network: n},
		Task{Relink, "container", s.Name}, cause, "network "+n.Name, "disconnect "+s.ID+" "+n.Name)
	c.joining[n.Name] = append(c.joining[n.Name], key)
}

// outsiders gives the strangers that are to sit on a network. Who is not there
// has nothing to be attached with.
func (c *convergence) outsiders(n Network) []*External {
	var found []*External
	for _, name := range n.Externals {
		if s, ok := c.have.stranger(name); ok {
			found = append(found, s)
		}
	}
	return found
}

// receive plans what the strangers on a network that stays need.
func (c *convergence) receive(n Network, h HaveNetwork) {
	for _, s := range c.outsiders(n) {
		switch {
		case !s.on(n.Name):
			c.invite(s, n, n.because("not attached"), "")
		case s.Attached[n.Name] != "" && s.Attached[n.Name] != h.ID:
			c.draft.dismiss(s, n.Name, "the network is gone")
			c.invite(s, n, n.because("not attached"), "")
		}
	}
}

// because is a cause with what a network is for, where links are not all.
func (n Network) because(cause string) string {
	if n.Purpose == "" {
		return cause
	}
	return cause + " (" + n.Purpose + ")"
}

// visit plans to attach a container to networks of other stacks.
func (c *convergence) visit(f *fate) {
	for _, network := range f.want.OtherNetworks {
		if f.keep != nil && slices.Contains(f.keep.OtherNetworks, network) {
			continue
		}
		container, _ := f.live()
		c.draft.add(connectKey(f.want.Name, network), c.relink(f), "another stack's network joins it with its neighbours",
			Connect{Container: container, Name: f.want.Name, Number: f.want.Number, Network: Network{Name: network}},
			"create "+f.want.Name, c.home(f))
	}
}
