package plan

import (
	"maps"
	"slices"
)

// planStarts plans to start what does not run, once it can reach all that it
// has to.
func planStarts(b *builder, have Have, decisions decisions, networks *networkPlan) {
	p := startPlan{have: have, networks: networks, services: map[string][]stepKey{}}
	for _, d := range decisions {
		if d.starts() {
			p.services[d.want.Service] = append(p.services[d.want.Service], startKey(d.want.Name))
		}
	}
	last := map[string]stepKey{} // by port range
	for _, d := range decisions {
		if !d.starts() {
			continue
		}
		key, after := startKey(d.want.Name), p.waits(d)
		if r := d.want.PortRange; r != "" {
			if previous, ok := last[r]; ok {
				after = append(after, need(previous))
			}
			last[r] = key
		}
		cause := "made"
		if d.keep != nil {
			cause = string(d.keep.State)
		}
		b.add(key, d.task(), cause, StartContainer{Container: d.address(), Name: d.want.Name}, after...)
	}
}

// starts reports whether the container is one that is started.
func (d *decision) starts() bool {
	return d.asked && !d.skip && !d.want.OneOff && (d.keep == nil || !d.keep.State.Up())
}

// startPlan is what starts wait for.
type startPlan struct {
	have     Have
	networks *networkPlan
	services map[string][]stepKey // starts by service
}

// waits gives what a container is started after.
func (p startPlan) waits(d *decision) []wait {
	w := d.want
	var after []wait
	if d.make {
		after = append(after, need(createKey(w.Name)))
	}
	if d.renames() {
		after = append(after, need(renameKey(w.Name)))
	}
	after = append(after, p.have.createdOnMade(d)...)
	for _, name := range w.Attach {
		after = append(after, p.attached(d, name)...)
		after = append(after, needs(p.networks.connections.addressed[name])...)
	}
	for _, name := range w.OtherNetworks {
		if d.joins(name) {
			after = append(after, need(connectKey(w.Name, name)))
		}
	}
	if d.keep != nil {
		for _, name := range slices.Sorted(maps.Keys(d.keep.Attached)) {
			after = append(after, ifPlanned(disconnectKey(d.keep.ID, name)))
		}
	}
	for _, service := range w.After {
		after = append(after, needs(p.services[service])...)
	}
	return after
}

// attached waits until a container is attached to a network of the stack, or
// will be by its start, and all that exist are: they can be reached from the
// first moment.
func (p startPlan) attached(d *decision, network string) []wait {
	after := p.networks.made(network)
	if d.make && !d.attachedAtCreation(network, p.have) {
		after = append(after, need(connectKey(d.want.Name, network)))
	}
	return append(after, needs(p.networks.connections.existing[network])...)
}
