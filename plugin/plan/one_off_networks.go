package plan

// OneOffMember is under which name Network.Spec knows the place of a service's
// one-off containers: they see what replicas see, and have no name of theirs.
func OneOffMember(service string) string { return service + " (one-off)" }

func member(service string, oneOff bool) string {
	if oneOff {
		return OneOffMember(service)
	}
	return service
}

// OneOffNetworks plans to remove the networks that were made for one-off containers
// which are over.
func OneOffNetworks(have Have) *Plan {
	d := &draft{}
	for _, n := range have.Networks {
		if n.For != "" {
			d.errand(n, have, nil)
		}
	}
	return d.plan()
}

// errand plans to remove a network that was made for a one-off container, once
// that has exited or is gone, or is among the removed. Replicas of the stack
// that were connected to it leave it; nothing else happens to them.
func (d *draft) errand(n HaveNetwork, have Have, removed map[string]bool) {
	for _, c := range have.Containers {
		if c.Name == n.For && !removed[c.ID] && (c.State.Up() || c.State == StateCreated) {
			return
		}
	}
	const cause = "what it was made for is over"
	for _, c := range have.Containers {
		if _, on := c.Attached[n.Name]; !on || removed[c.ID] {
			continue
		}
		d.add("disconnect "+c.ID+" "+n.Name, Task{Remove, "network", n.Name}, cause,
			Disconnect{Container: c.ID, Name: c.Name, Network: n.Name})
	}
	d.removeNetwork(n, have, removed, cause)
}
