package plan

// haveIndex finds what is asked for at every container or network of a stack.
type haveIndex struct {
	networks  map[string]int              // by name; of several that have it, the first
	externals map[string]int              // by name, likewise
	named     map[string][]*HaveContainer // by name
	replicas  map[replicaKey][]*HaveContainer
	attached  map[string][]*HaveContainer // by name of the network
	createdOn map[string][]*HaveContainer // likewise
}

// replicaKey is what containers that may serve as one have in common.
type replicaKey struct {
	service string
	number  int
}

// indexed is the stack with an index of what it has now.
func (h Have) indexed() Have {
	x := &haveIndex{
		networks: map[string]int{}, externals: map[string]int{}, named: map[string][]*HaveContainer{},
		replicas: map[replicaKey][]*HaveContainer{}, attached: map[string][]*HaveContainer{}, createdOn: map[string][]*HaveContainer{},
	}
	for i, n := range h.Networks {
		if _, known := x.networks[n.Name]; !known {
			x.networks[n.Name] = i
		}
	}
	for i, e := range h.Externals {
		if _, known := x.externals[e.Name]; !known {
			x.externals[e.Name] = i
		}
	}
	for i := range h.Containers {
		c := &h.Containers[i]
		x.named[c.Name] = append(x.named[c.Name], c)
		x.createdOn[c.CreatedOn] = append(x.createdOn[c.CreatedOn], c)
		if !c.OneOff {
			of := replicaKey{c.Service, c.Number}
			x.replicas[of] = append(x.replicas[of], c)
		}
		for network := range c.Attached {
			x.attached[network] = append(x.attached[network], c)
		}
	}
	h.index = x
	return h
}

// look is the index, made for the occasion where there is none.
func (h Have) look() *haveIndex {
	if h.index == nil {
		h = h.indexed()
	}
	return h.index
}

// network finds the network of that name that the stack has.
func (h Have) network(name string) (HaveNetwork, bool) {
	if i, ok := h.look().networks[name]; ok {
		return h.Networks[i], true
	}
	return HaveNetwork{}, false
}

// external finds the container of that name that is not the stack's.
func (h Have) external(name string) (*External, bool) {
	if i, ok := h.look().externals[name]; ok {
		return &h.Externals[i], true
	}
	return nil, false
}

// hasName reports whether a container has a name.
func (h Have) hasName(name string) bool {
	_, external := h.external(name)
	return external || len(h.look().named[name]) > 0
}
