package plan

import (
	"slices"
	"strings"
)

// networkPlan plans to make, replace and remove networks, and to attach and
// detach containers that exist. Containers are never replaced for it.
type networkPlan struct {
	builder   *builder
	wanted    []Network
	have      Have
	decisions decisions
	removed   map[string]bool // ids of the containers that the plan removes
	twins     twins

	members       map[string]decisions   // the containers that are to be attached to a network, by its name
	attached      map[string]decisions   // those that are attached to it and serve on, likewise
	isWanted      map[string]Network     // by name
	replaceReason map[string]string      // why a network that exists is replaced, by name
	subnetFrom    map[string]HaveNetwork // the network that is removed, by the name of the new one that gets its addresses
	creations     creations
	connections   connections
}

// newNetworkPlan finds the networks that have to be replaced, which matters to
// the containers on them too, and notes those that can't be. No step is planned
// yet.
func newNetworkPlan(b *builder, wanted []Network, have Have, twins twins, decisions decisions, removed map[string]bool) *networkPlan {
	p := &networkPlan{builder: b, wanted: wanted, have: have, twins: twins, decisions: decisions, removed: removed,
		members: decisions.members(), attached: decisions.attached(), isWanted: map[string]Network{},
		connections: connections{addressed: map[string][]stepKey{}, existing: map[string][]stepKey{}}}
	for _, n := range wanted {
		p.isWanted[n.Name] = n
	}
	p.replaceReason = p.replaceReasons()
	p.subnetFrom = p.subnets()
	return p
}

// replaceReasons says of networks why they can't serve as the wanted ones, by
// name. One with containers on it that the stack did not attach stays.
func (p *networkPlan) replaceReasons() map[string]string {
	reasons := map[string]string{}
	for _, n := range p.wanted {
		h, ok := p.have.network(n.Name)
		members := p.members[n.Name]
		if !ok || len(members) == 0 {
			continue
		}
		why := replaceReason(h, n, members)
		if why == "" {
			continue
		}
		if others := p.have.attachedByOthers(h); len(others) > 0 {
			p.builder.note("network %s should be replaced (%s) but stays, for containers of others are attached to it: %s",
				n.Name, why, strings.Join(others, ", "))
			continue
		}
		reasons[n.Name] = why
	}
	return reasons
}

// replaceReason says why a network can't serve as the wanted one; empty: it can.
// Names are part of an endpoint and can't be read back from a list of
// containers, so a network says in its labels which names its endpoints have;
// it is replaced when one of them changes.
func replaceReason(h HaveNetwork, n Network, members decisions) string {
	if h.Settings != n.Settings {
		return "changed: settings"
	}
	if h.Size < n.Size {
		return "too small"
	}
	for _, d := range members {
		service := d.want.Service
		got, recorded := h.Wiring[service]
		if !recorded && n.Plain[service] {
			continue // it has come later, and needs no record
		}
		if accepted, ok := n.Accepts[service]; got != n.Wiring[service] && (!ok || got != accepted) {
			return namesChanged(service)
		}
	}
	return ""
}

func namesChanged(of string) string { return "changed: names that " + of + " has or sees" }

// reconcile plans what all networks need, wanted ones and others.
func (p *networkPlan) reconcile() {
	removal := p.removal()
	for _, n := range p.wanted {
		p.network(n)
	}
	for _, h := range p.have.Networks {
		switch {
		case p.wants(h.Name):
		case h.For != "":
			removal.oneOff(h)
		default:
			p.detach(h.Name, p.attached[h.Name], "no longer linked")
			removal.remove(h, "nothing needs it")
		}
	}
	for _, d := range p.decisions {
		p.detachFromGone(d)
		p.builder.noteMAC(d)
	}
	merge(p)
	p.creations.keepSubnetsFree(p.builder)
	for _, c := range p.connections.unaddressed {
		p.builder.wait(c.key, needs(p.connections.addressed[c.network])...)
	}
}

func (p *networkPlan) removal() networkRemoval {
	return networkRemoval{builder: p.builder, have: p.have, removed: p.removed, twins: p.twins, mayStay: true}
}

func (p *networkPlan) wants(network string) bool {
	_, ok := p.isWanted[network]
	return ok
}

// creates reports whether a network is made, anew or for the first time, given
// that it has members.
func (p *networkPlan) creates(network string) bool {
	_, exists := p.have.network(network)
	return !exists || p.replaceReason[network] != ""
}

// network plans what one wanted network needs.
func (p *networkPlan) network(n Network) {
	members := p.members[n.Name]
	p.detach(n.Name, p.attached[n.Name].without(members), "no longer linked")
	h, exists := p.have.network(n.Name)
	why := p.replaceReason[n.Name]
	switch {
	case !exists && len(members) == 0:
	case !exists:
		p.add(n, members)
	case len(members) == 0:
		p.removal().remove(h, "nothing needs it")
	case why != "":
		p.replace(h, n, members, why)
	default:
		p.attachMissing(n, h, members)
	}
}

// attachMissing plans what the members of a network that stays need.
func (p *networkPlan) attachMissing(n Network, h HaveNetwork, members decisions) {
	for _, d := range members {
		switch {
		case !d.attachedTo(n.Name):
			p.connect(d, n, "not attached", "")
		case stale(d.keep, n.Name, h.ID):
			cause := "the network is gone"
			if p.twins.has(n.Name, d.keep.Attached[n.Name]) {
				cause = otherHasName
			}
			p.disconnect(d, n.Name, cause)
			p.connect(d, n, "not attached", "")
		case slices.Contains(d.keep.Misnamed, n.Name):
			const cause = "somebody attached it without its names"
			p.disconnect(d, n.Name, cause)
			p.connect(d, n, cause, d.keep.Address[n.Name])
		}
	}
	p.reconcileExternals(n, h)
}

// add plans to make a network that is missing.
func (p *networkPlan) add(n Network, members decisions) {
	before, ok := p.subnetFrom[n.Name]
	if ok {
		p.create(n, n.cause("missing"), before.Subnet, need(removeNetworkKey(before.ID)))
	} else {
		p.create(n, n.cause("missing"), "")
	}
	for _, d := range members {
		// What is attached to a network of that name, is to one that is gone,
		// under the names that held then.
		if d.attachedTo(n.Name) {
			p.disconnect(d, n.Name, "the network is gone")
		}
		p.connect(d, n, "missing", keptAddress(d.keep, before))
	}
	for _, e := range p.externals(n) {
		if e.on(n.Name) {
			detachExternal(p.builder, p.twins, e, n.Name, "the network is gone")
		}
		p.attachExternal(e, n, n.cause("missing"), e.keptAddress(before))
	}
}

// replace plans to put a network in another's place, while containers are
// attached to that. Containers that stay on it keep their addresses.
func (p *networkPlan) replace(h HaveNetwork, n Network, members decisions, why string) {
	same := h
	if h.Size < n.Size {
		same.Subnet = "" // it gets a greater one
	}
	p.detach(n.Name, members, "the network is replaced")
	// One-off containers and those of services that the files no longer have
	// are attached again too.
	for _, c := range p.otherMembers(n.Name) {
		p.reconnect(c, n, why, keptAddress(c, same))
	}
	p.removal().detachAndRemove(h, why)
	p.create(n, why, same.Subnet, need(removeNetworkKey(h.ID)))
	for _, d := range members {
		p.connect(d, n, why, keptAddress(d.keep, same))
	}
	for _, e := range p.externals(n) {
		p.attachExternal(e, n, why, e.keptAddress(same))
	}
}

// otherMembers gives the containers of the stack that are attached to a network
// and stay, and on which there is no decision.
func (p *networkPlan) otherMembers(network string) []*HaveContainer {
	var found []*HaveContainer
	kept := map[string]bool{}
	for _, d := range p.attached[network] {
		kept[d.keep.ID] = true
	}
	for _, h := range p.have.look().attached[network] {
		if !p.removed[h.ID] && !kept[h.ID] {
			found = append(found, h)
		}
	}
	return found
}

func (p *networkPlan) create(n Network, cause, subnet string, after ...wait) {
	p.builder.add(networkKey(n.Name), Task{Create, kindNetwork, n.Name}, cause, CreateNetwork{n, subnet}, append(p.twins.single(n.Name), after...)...)
	switch {
	case subnet != "":
		p.creations.inPlaceOf = append(p.creations.inPlaceOf, after...)
	case len(after) == 0:
		p.creations.anywhere = append(p.creations.anywhere, need(networkKey(n.Name)))
	}
}
