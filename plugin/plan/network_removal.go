package plan

import "strings"

// networkRemoval plans to remove networks of the stack.
type networkRemoval struct {
	builder *builder
	have    Have
	removed map[string]bool // ids of the containers that the plan removes
	twins   twins
	mayStay bool // as RemoveNetwork has it: to remove networks is not what the goal is
}

// remove plans to remove a network, unless a container that stays was made on
// it: then the externals that the stack attached are detached and it stays.
func (r networkRemoval) remove(n HaveNetwork, cause string) {
	if !r.have.createdOn(n.Name, r.removed) {
		r.detachAndRemove(n, cause)
		return
	}
	for _, e := range r.have.attachedByStack(n) {
		detachExternal(r.builder, r.twins, e, n.Name, cause)
	}
}

// detachAndRemove plans to remove a network once its containers are removed or
// detached, and the externals that the stack attached are detached. Where one
// of the stack's own stays attached the network simply stays; where an external
// does that the stack did not attach, a note says so.
func (r networkRemoval) detachAndRemove(n HaveNetwork, cause string) {
	var after []wait
	for _, c := range r.have.look().attached[n.Name] {
		key := disconnectKey(c.ID, n.Name)
		detached, removed := r.builder.planned(key), r.removed[c.ID]
		if !detached && !removed {
			return
		}
		if detached {
			after = append(after, need(key))
		}
		if removed {
			after = append(after, need(removeKey(c.ID)))
		}
	}
	for _, e := range r.have.attachedByStack(n) {
		after = append(after, need(detachExternal(r.builder, r.twins, e, n.Name, cause)))
	}
	if others := r.have.attachedByOthers(n); len(others) > 0 {
		r.builder.note("network %s stays, for containers of others are attached to it: %s", n.Name, strings.Join(others, ", "))
		return
	}
	r.builder.add(removeNetworkKey(n.ID), Task{Remove, kindNetwork, n.Name}, cause, RemoveNetwork{Name: n.Name, ID: n.ID, MayStay: r.mayStay}, after...)
}

// oneOff plans to remove a network that was made for a one-off container, once
// that has exited or is gone, or is among the removed. Replicas of the stack
// that were attached to it are detached; nothing else happens to them.
func (r networkRemoval) oneOff(n HaveNetwork) {
	for _, c := range r.have.look().named[n.For] {
		if !r.removed[c.ID] && (c.State.Up() || c.State == StateCreated) {
			return
		}
	}
	const cause = "what it was made for is over"
	for _, c := range r.have.look().attached[n.Name] {
		if !r.removed[c.ID] {
			r.builder.add(disconnectKey(c.ID, n.Name), Task{Remove, kindNetwork, n.Name}, cause,
				Disconnect{Container: c.ID, Name: c.Name, Network: n.Name, ID: r.twins.id(c.Attached, n.Name), Ours: true})
		}
	}
	r.remove(n, cause)
}

// oneOffs does so for all such networks.
func (r networkRemoval) oneOffs() {
	for _, n := range r.have.Networks {
		if n.For != "" {
			r.oneOff(n)
		}
	}
}

// OneOffMember is the name under which Network.Spec knows what a service's
// one-off containers are on the network: they see what replicas see, and have
// no name of theirs.
func OneOffMember(service string) string { return service + " (one-off)" }

func member(service string, oneOff bool) string {
	if oneOff {
		return OneOffMember(service)
	}
	return service
}

// OneOffNetworks plans to remove the networks that were made for one-off
// containers which are over.
func OneOffNetworks(have Have) *Plan {
	b := &builder{}
	networkRemoval{builder: b, have: have.indexed(), mayStay: true}.oneOffs()
	return b.plan()
}
