package plan

import "slices"

// Engines before API 1.44 may make two networks of one name, when a run makes it
// while what a run that was killed asked for is still under way. Then the name
// means neither, and no container can be attached until one is gone.

// twins are the networks that have the name of another one and nothing attached to
// them, by name.
type twins map[string][]HaveNetwork

// withoutTwins leaves out the networks that have the name of another one and
// nothing attached to them, and gives them by name.
func (h Have) withoutTwins() (Have, twins) {
	var kept []HaveNetwork
	found := twins{}
	for _, n := range h.Networks {
		i := slices.IndexFunc(kept, func(k HaveNetwork) bool { return k.Name == n.Name })
		switch {
		case i < 0 || h.uses(n) && h.uses(kept[i]):
			kept = append(kept, n)
		case h.uses(n):
			found[n.Name] = append(found[n.Name], kept[i])
			kept[i] = n
		default:
			found[n.Name] = append(found[n.Name], n)
		}
	}
	h.Networks = kept
	return h, found
}

// uses reports whether anything is attached to this very network.
func (h Have) uses(n HaveNetwork) bool {
	return slices.ContainsFunc(h.Containers, func(c HaveContainer) bool { return c.Attached[n.Name] == n.ID }) ||
		slices.ContainsFunc(h.Externals, func(e External) bool { return e.Attached[n.Name] == n.ID })
}

// remove plans to remove them.
func (t twins) remove(b *builder, networks []HaveNetwork) {
	for _, n := range networks {
		for _, twin := range t[n.Name] {
			b.add(removeNetworkKey(twin.ID), Task{Remove, kindNetwork, twin.Name}, "another one has its name", RemoveNetwork{Name: twin.Name, ID: twin.ID})
		}
	}
}

// single waits until only one network has a name.
func (t twins) single(network string) []wait {
	var after []wait
	for _, twin := range t[network] {
		after = append(after, need(removeNetworkKey(twin.ID)))
	}
	return after
}
