package plan

import "slices"

// An engine of API 1.44 or later looks up the network that a container was made
// on whenever it starts or attaches the container, and refuses where that is
// gone, even if the container has long been detached from it. So a network
// stays as long as a container that was made on it does, even if nothing is
// attached to it, and while it is replaced such containers are left alone.
// Those are the engines that attach a container to all its networks at
// creation.

// createdOn reports whether a container that is not among the removed was made
// on a network, on an engine that looks it up.
func (h Have) createdOn(network string, removed map[string]bool) bool {
	return h.AttachAll && slices.ContainsFunc(h.look().createdOn[network], func(c *HaveContainer) bool { return !removed[c.ID] })
}

// createdOn is the network that a new container is made on; empty: none of the
// stack's.
func (c Container) createdOn() string {
	if c.CreatedOnExternal == "" && len(c.Attach) > 0 {
		return c.Attach[0]
	}
	return ""
}

// createdOnMade waits until the network that a container was or will be made on
// is made, on an engine that looks it up.
func (h Have) createdOnMade(d *decision) []wait {
	switch {
	case !h.AttachAll:
		return nil
	case d.keep != nil:
		return []wait{ifPlanned(networkKey(d.keep.CreatedOn))}
	}
	return []wait{ifPlanned(networkKey(d.want.createdOn()))}
}

// networkGone reports whether the network that a container was made on is gone
// and does not come back, so that the container can't be started or attached
// again.
func networkGone(want Want, have Have, h *HaveContainer) bool {
	if !have.AttachAll || h.CreatedOn == "" {
		return false
	}
	if _, exists := have.network(h.CreatedOn); exists {
		return false
	}
	return !slices.ContainsFunc(want.Containers, func(w Container) bool {
		return slices.Contains(w.Attach, h.CreatedOn)
	})
}

// A container has its MAC address on the network that it was made on and on no
// other. Engines before API 1.44 keep it with the container and apply it there
// themselves; later ones forget it when the container is detached, and give it
// to a container that is attached only from API 1.54 on.

// macOn is the MAC address that a container is to get on a network that it is
// attached to; empty: none, or the engine sees to it.
func (b *builder) macOn(have Have, c *HaveContainer, network string) string {
	switch {
	case !have.AttachAll || c == nil || c.MAC == "" || c.CreatedOn != network:
		return ""
	case !have.MACOnConnect:
		b.note("container %s will have another MAC address than its mac_address until it is recreated: "+
			"this engine gives one to new containers only", c.Name)
		return ""
	}
	return c.MAC
}

// noteMAC notes a container that leaves the network where it has its MAC address.
func (b *builder) noteMAC(d *decision) {
	if d.keep == nil || d.keep.MAC == "" || !d.attachedTo(d.keep.CreatedOn) || slices.Contains(d.want.Attach, d.keep.CreatedOn) {
		return
	}
	b.note("container %s will have another MAC address than its mac_address until it is recreated: "+
		"it leaves %s, where it has it", d.want.Name, d.keep.CreatedOn)
}
