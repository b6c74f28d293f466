package plan

import "slices"

// attachedByStack gives the externals that the stack attached to a network and
// that are on it still.
func (h Have) attachedByStack(n HaveNetwork) []*External {
	var found []*External
	for _, name := range n.Externals {
		if e, ok := h.external(name); ok && e.on(n.Name) {
			found = append(found, e)
		}
	}
	return found
}

// attachedByOthers names the externals on a network that the stack did not
// attach.
func (h Have) attachedByOthers(n HaveNetwork) []string {
	var names []string
	for _, e := range h.Externals {
		if e.on(n.Name) && !slices.Contains(n.Externals, e.Name) {
			names = append(names, e.Name)
		}
	}
	return names
}

// on reports whether an external is attached to a network of that name.
func (e *External) on(network string) bool {
	_, ok := e.Attached[network]
	return ok
}

// detachExternal plans to detach an external from a network, and gives the
// step's key.
func detachExternal(b *builder, t twins, e *External, network, cause string) stepKey {
	key := disconnectKey(e.ID, network)
	b.add(key, Task{Relink, kindContainer, e.Name}, cause, Disconnect{Container: e.ID, Name: e.Name, Network: network, ID: t.id(e.Attached, network)})
	return key
}

// attachExternal plans to attach an external to a network of the stack. From one
// of that name that it is on it has been detached.
func (p *networkPlan) attachExternal(e *External, n Network, cause, address string) {
	hides := e.Private.with(n.Name, e.Hides)
	key := connectKey(e.Name, n.Name)
	after := p.made(n.Name)
	if e.on(n.Name) {
		after = append(after, need(disconnectKey(e.ID, n.Name)))
	}
	p.attach(key, Task{Relink, kindContainer, e.Name}, cause,
		Connect{Container: e.ID, Name: e.Name, Network: n, Address: address, Hides: hides}, after...)
	p.connections.existing[n.Name] = append(p.connections.existing[n.Name], key)
}

// externals gives the externals that are to be attached to a network and exist.
func (p *networkPlan) externals(n Network) []*External {
	var found []*External
	for _, name := range n.Externals {
		if e, ok := p.have.external(name); ok {
			found = append(found, e)
		}
	}
	return found
}

// reconcileExternals plans what the externals on a network that stays need.
func (p *networkPlan) reconcileExternals(n Network, h HaveNetwork) {
	for _, e := range p.externals(n) {
		switch {
		case !e.on(n.Name):
			p.attachExternal(e, n, n.cause("not attached"), "")
		case e.Attached[n.Name] != "" && e.Attached[n.Name] != h.ID:
			detachExternal(p.builder, p.twins, e, n.Name, "the network is gone")
			p.attachExternal(e, n, n.cause("not attached"), "")
		case e.Private.lacks(n.Name, e.Hides):
			cause := namesChanged(e.Name)
			detachExternal(p.builder, p.twins, e, n.Name, cause)
			p.attachExternal(e, n, cause, e.Address[n.Name])
		}
	}
}

// cause is why a network is made or an external attached to it, with what the
// network is for where links of the stack are not all.
func (n Network) cause(why string) string {
	if n.Purpose == "" {
		return why
	}
	return why + " (" + n.Purpose + ")"
}
