package plan

import (
	"maps"
	"slices"
)

// A front spreads the connections to the replicas of a service. It learns from the
// names on their network who is there, which is too late for the connections that a
// replica has when it is stopped: so it is told before.

// drain has every container drained before it is stopped or restarted that a front
// gives connections to, where that goes on.
func drain(b *builder, have Have, timeout *int) {
	for _, front := range have.Containers {
		if front.Fronts == "" || front.OneOff || front.State != StateRunning || b.ends(front.ID) {
			continue
		}
		for _, c := range have.Containers {
			if c.Service != front.Fronts || c.OneOff || c.State != StateRunning {
				continue
			}
			if address := sharedAddress(front, c); address != "" {
				a := Drain{Front: front.ID, FrontName: front.Name, Name: c.Name, Address: address, Timeout: timeout}
				b.precede(stopKey(c.ID), drainKey(c.ID), a)
				b.precede(restartKey(c.ID), drainKey(c.ID), a)
			}
		}
	}
}

// replaceFrontsLast has the front of a service that is replaced with it stopped only when
// the new replicas have started: in between nobody has the port.
func (d decisions) replaceFrontsLast(b *builder) {
	for _, front := range d {
		if front.want.Fronts == "" {
			continue
		}
		for _, h := range front.replace {
			for _, replica := range d {
				if replica.want.Service == front.want.Fronts {
					b.waitIfNoCircle(stopKey(h.ID), ifPlanned(startKey(replica.want.Name)))
				}
			}
		}
	}
}

// awaitFronts has the replicas of a service that gets a front stopped only when the front
// is made: where that fails, they go on with the ports that they have.
func (d decisions) awaitFronts(b *builder) {
	for _, front := range d {
		if front.want.Fronts == "" || !front.make || len(front.replace) > 0 {
			continue
		}
		for _, replica := range d {
			if replica.want.Service != front.want.Fronts {
				continue
			}
			for _, h := range replica.replace {
				b.waitIfNoCircle(stopKey(h.ID), need(createKey(front.want.Name)))
			}
		}
	}
}

// sharedAddress is the address at which a front finds a container; empty: nowhere.
func sharedAddress(front, c HaveContainer) string {
	for _, network := range slices.Sorted(maps.Keys(front.Attached)) {
		if attached(&c, network) && c.Address[network] != "" {
			return c.Address[network]
		}
	}
	return ""
}

// ends reports whether a container is stopped or restarted.
func (b *builder) ends(id string) bool { return b.planned(stopKey(id)) || b.planned(restartKey(id)) }

// precede puts a step in that a planned one waits for, after all that this one waits
// for; nothing where it is not planned.
func (b *builder) precede(key, with stepKey, action Action) {
	i, ok := b.index[key]
	if !ok {
		return
	}
	s := b.steps[i]
	b.add(with, s.step.Task, s.step.Cause, action, s.after...)
	b.wait(key, need(with))
}
