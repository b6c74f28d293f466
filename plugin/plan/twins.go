package plan

import "slices"

// Engines before API 1.44 may make two networks of one name, when a run makes it
// while what a run that was killed asked for is still under way. Then the name
// means neither, and no container can be attached until one is gone.

// withoutTwins leaves out the networks that have the name of another one and
// nothing attached to them, and gives them by name.
func (h Have) withoutTwins() (Have, map[string][]HaveNetwork) {
	var kept []HaveNetwork
	twins := map[string][]HaveNetwork{}
	for _, n := range h.Networks {
		i := slices.IndexFunc(kept, func(k HaveNetwork) bool { return k.Name == n.Name })
		switch {
		case i < 0 || h.uses(n) && h.uses(kept[i]):
			kept = append(kept, n)
		case h.uses(n):
			twins[n.Name] = append(twins[n.Name], kept[i])
			kept[i] = n
		default:
			twins[n.Name] = append(twins[n.Name], n)
		}
	}
	h.Networks = kept
	return h, twins
}

// uses reports whether anything is attached to this very network.
func (h Have) uses(n HaveNetwork) bool {
	return slices.ContainsFunc(h.Containers, func(c HaveContainer) bool { return c.Attached[n.Name] == n.ID }) ||
		slices.ContainsFunc(h.Externals, func(e External) bool { return e.Attached[n.Name] == n.ID })
}

// removeTwins plans to remove them.
func (p *networkPlan) removeTwins() {
	for _, n := range p.have.Networks {
		for _, twin := range p.twins[n.Name] {
			p.builder.add(removeNetworkKey(twin.ID), Task{Remove, kindNetwork, twin.Name}, "another one has its name", RemoveNetwork{Name: twin.Name, ID: twin.ID})
		}
	}
}

// single waits until only one network has a name.
func (p *networkPlan) single(network string) []wait {
	var after []wait
	for _, twin := range p.twins[network] {
		after = append(after, need(removeNetworkKey(twin.ID)))
	}
	return after
}
