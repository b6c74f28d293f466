package plan

// creations are the steps that make networks.
type creations struct {
	anywhere  []wait // those that take any subnet, and wait for nothing
	inPlaceOf []wait // removals of the networks whose subnets others get
}

// keepSubnetsFree puts networks that take any subnet before those go that leave
// theirs to another: an engine that chooses subnets gives away what is free at
// that moment. Nobody is detached before that either, so as not to be without the
// network for longer.
func (c creations) keepSubnetsFree(b *builder) {
	for _, removal := range c.inPlaceOf {
		for _, detached := range b.detachedBefore(removal.key) {
			b.wait(detached, c.anywhere...)
		}
		if b.planned(removal.key) {
			b.wait(removal.key, c.anywhere...)
		}
	}
}

// subnets finds, for networks that are to be made, removed ones that have all
// their members. The new ones get their addresses, so that connections between
// the members go on.
func (p *networkPlan) subnets() map[string]HaveNetwork {
	from := map[string]HaveNetwork{}
	for _, h := range p.have.Networks {
		if !p.freesSubnet(h) {
			continue
		}
		for _, n := range p.wanted {
			_, exists := p.have.network(n.Name)
			_, taken := from[n.Name]
			if exists || taken || n.Size > h.Size || !p.membersAreOn(h, n) {
				continue
			}
			from[n.Name] = h
			break
		}
	}
	return from
}

// freesSubnet reports whether a network of the stack is removed and its
// addresses are known.
func (p *networkPlan) freesSubnet(h HaveNetwork) bool {
	if p.wants(h.Name) || h.Subnet == "" || h.For != "" {
		return false
	}
	return len(p.have.attachedByOthers(h))+len(p.otherMembers(h.Name)) == 0 && !p.have.createdOn(h.Name, p.removed)
}

// membersAreOn reports whether all members that a network is to have exist and
// are on another one now.
func (p *networkPlan) membersAreOn(h HaveNetwork, n Network) bool {
	members := p.members[n.Name]
	for _, d := range members {
		if d.keep == nil || d.keep.Attached[h.Name] != h.ID {
			return false
		}
	}
	for _, e := range p.externals(n) {
		if e.Attached[h.Name] != h.ID {
			return false
		}
	}
	return len(members)+len(n.Externals) > 1
}

// keptAddress is the address that a container has on a network whose subnet is
// used again; empty: none that it can keep.
func keptAddress(h *HaveContainer, n HaveNetwork) string {
	if h == nil || n.Subnet == "" || h.Attached[n.Name] != n.ID {
		return ""
	}
	return h.Address[n.Name]
}

// keptAddress is the address that a container which is not the stack's has on a
// network whose subnet is used again; empty: none that it can keep.
func (e *External) keptAddress(n HaveNetwork) string {
	if n.Subnet == "" || e.Attached[n.Name] != n.ID {
		return ""
	}
	return e.Address[n.Name]
}
