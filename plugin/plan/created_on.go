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
