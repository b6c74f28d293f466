package plan

// An engine of API 1.44 or later looks up the network that a container was made
// on whenever it starts or attaches the container, and refuses where that is
// gone, even if the container has long been detached from it. So a network
// stays as long as a container that was made on it does, if with nobody on it,
// and while it is replaced such containers are left alone.

// isHome tells whether a container that is not in gone was made on a network,
// on an engine that minds.
func (h Have) isHome(network string, gone map[string]bool) bool {
	if !h.AttachAll {
		return false
	}
	for _, c := range h.Containers {
		if c.CreatedOn == network && !gone[c.ID] {
			return true
		}
	}
	return false
}

// home is the network that a new container is made on; empty: none of the
// stack's.
func (c Container) home() string {
	if c.CreatedOnExternal == "" && len(c.Attach) > 0 {
		return c.Attach[0]
	}
	return ""
}

// home is the key of the step that makes the network which a container is made
// on; there may be no such step, and not every engine minds.
func (c *convergence) home(f *fate) string {
	switch {
	case !c.have.AttachAll:
		return ""
	case f.keep != nil:
		return "network " + f.keep.CreatedOn
	}
	return "network " + f.want.home()
}

// homeless tells whether the network that a container was made on is gone and
// does not come back, so that the container can't be started or attached again.
func (c *convergence) homeless(h *HaveContainer) bool {
	if !c.have.AttachAll || h.CreatedOn == "" {
		return false
	}
	if _, there := c.network(h.CreatedOn); there {
		return false
	}
	for _, w := range c.want.Containers {
		for _, network := range w.Attach {
			if network == h.CreatedOn {
				return false
			}
		}
	}
	return true
}
