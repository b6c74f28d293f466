package plan

import (
	"maps"
	"slices"
)

// connections are the steps that attach containers to networks of the stack, by
// the name of the network.
type connections struct {
	addressed   map[string][]stepKey // those that ask for an address
	existing    map[string][]stepKey // those of containers that exist
	unaddressed []connection         // those that take any address
}

type connection struct {
	key     stepKey
	network string
}

// connect plans to attach a container, where its creation does not do it.
func (p *networkPlan) connect(d *decision, n Network, cause, address string) {
	if d.attachedAtCreation(n.Name, p.have) {
		return
	}
	key := connectKey(d.want.Name, n.Name)
	var after []wait
	if d.make {
		after = append(after, need(createKey(d.want.Name)))
	} else {
		p.connections.existing[n.Name] = append(p.connections.existing[n.Name], key)
	}
	after = append(after, p.made(n.Name)...)
	after = append(after, p.have.createdOnMade(d)...)
	if d.attachedTo(n.Name) {
		after = append(after, need(disconnectKey(d.keep.ID, n.Name)))
	}
	p.attach(key, d.relinkTask(), cause, Connect{Container: d.address(), Name: d.want.Name,
		Service: member(d.want.Service, d.want.OneOff && !d.want.AsService), Number: d.want.Number, Network: n, Address: address, MAC: p.builder.macOn(p.have, d.keep, n.Name)}, after...)
}

// made waits until a network that has members is made, where it is, and is the only
// one of its name.
func (p *networkPlan) made(network string) []wait {
	after := p.twins.single(network)
	if p.creates(network) {
		after = append(after, need(networkKey(network)))
	}
	return after
}

// reconnect plans to detach a container on which there is no decision from a
// network that is replaced, and to attach it to the new one. It is known by its
// id: one that is just being removed may bear the name of a wanted one.
func (p *networkPlan) reconnect(c *HaveContainer, n Network, why, address string) {
	task, cause := Task{Relink, kindContainer, c.Name}, "the network is replaced"
	if why == otherHasName {
		cause = why
	}
	p.builder.add(disconnectKey(c.ID, n.Name), task, cause,
		Disconnect{Container: c.ID, Name: c.Name, Network: n.Name, ID: p.twins.id(c.Attached, n.Name), Ours: true})
	after := append(p.made(n.Name), ifPlanned(networkKey(c.CreatedOn)), need(disconnectKey(c.ID, n.Name)))
	p.attach(connectKey(c.ID, n.Name), task, why, Connect{Container: c.ID, Name: c.Name,
		Service: member(c.Service, c.OneOff), Number: c.Number, Network: n, Address: address, MAC: p.builder.macOn(p.have, c, n.Name)}, after...)
}

// attach plans a connection. Those that ask for an address go before those that
// take any, because the engine would give it to them.
func (p *networkPlan) attach(key stepKey, task Task, cause string, a Connect, after ...wait) {
	network := a.Network.Name
	if a.Address != "" {
		p.connections.addressed[network] = append(p.connections.addressed[network], key)
	} else {
		p.connections.unaddressed = append(p.connections.unaddressed, connection{key, network})
	}
	p.builder.add(key, task, cause, a, after...)
}

// connectToOthers plans to attach a container to networks of other stacks, and to
// detach it from those that it leaves.
func (p *networkPlan) connectToOthers(d *decision) {
	if d.skip || d.asItIs {
		return
	}
	for _, network := range d.want.Leaves {
		if d.keep != nil && slices.Contains(d.keep.OtherNetworks, network) {
			p.disconnect(d, network, "no longer joined")
		}
	}
	for _, network := range d.want.OtherNetworks {
		var after []wait
		cause, address, hides := "another stack's network joins it with its neighbours", "", d.want.Hides
		switch {
		case d.make:
			after = append(after, need(createKey(d.want.Name)))
		case d.joins(network):
		case d.keep.Private.lacks(network, p.decisions.named(hides)):
			cause, address, hides = namesChanged(d.want.Service), d.keep.Address[network], d.keep.Private.with(network, hides)
			p.disconnect(d, network, cause)
			after = append(after, need(disconnectKey(d.keep.ID, network)))
		default:
			continue
		}
		after = append(after, p.have.createdOnMade(d)...)
		p.builder.add(connectKey(d.want.Name, network), d.relinkTask(), cause,
			Connect{Container: d.address(), Name: d.want.Name, Number: d.want.Number, Network: Network{Name: network, Spec: d.want.OtherSpecs[network]}, Address: address, Hides: hides}, after...)
	}
}

// detach plans to detach those of some containers that exist and are attached
// to a network.
func (p *networkPlan) detach(network string, from decisions, cause string) {
	for _, d := range from {
		if d.attachedTo(network) && !d.asItIs {
			p.disconnect(d, network, cause)
		}
	}
}

// detachFromGone plans to detach a container from networks that are gone: it
// could not start with them.
func (p *networkPlan) detachFromGone(d *decision) {
	if d.keep == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(d.keep.Attached)) {
		_, exists := p.have.network(name)
		if !exists && !slices.Contains(d.want.Attach, name) {
			p.disconnect(d, name, "the network is gone")
		}
	}
}

func (p *networkPlan) disconnect(d *decision, network, cause string) {
	p.builder.add(disconnectKey(d.keep.ID, network), d.relinkTask(), cause,
		Disconnect{Container: d.keep.ID, Name: d.want.Name, Network: network, ID: p.twins.id(d.keep.Attached, network), Ours: true})
}

// attached reports whether a container is attached to a network of that name,
// maybe one that is gone.
func attached(h *HaveContainer, network string) bool {
	_, ok := h.Attached[network]
	return ok
}

// stale reports whether a container is attached to another network of that name
// than the one with id, one that is gone.
func stale(h *HaveContainer, network, id string) bool {
	got, ok := h.Attached[network]
	return ok && got != "" && got != id
}
