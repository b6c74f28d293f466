package linking

import "github.com/stack-lite/stack-lite/compose"

// Reaches tells whether packets go between services a and b, directions make
// no difference: they share a network that carries traffic, use one network
// stack, or are on one network of the user's (net: NAME). A service reaches
// itself. What goes through published ports of the host is not looked at.
func (t *Topology) Reaches(a, b string) bool {
	s, u := t.Service(a), t.Service(b)
	if s == nil || u == nil {
		return false
	}
	if s.NetworkOwner == u.NetworkOwner {
		return true
	}
	s, u = t.Service(s.NetworkOwner), t.Service(u.NetworkOwner)
	switch s.Net.Mode {
	case compose.NetHost, compose.NetContainer, compose.NetNetwork:
		if s.Net.Mode == u.Net.Mode && s.Net.Name == u.Net.Name {
			return true
		}
	}
	return len(t.Between(a, b)) > 0
}

// Between returns the project's networks that carry traffic between services a
// and b, in the topology's order.
func (t *Topology) Between(a, b string) []*Network {
	s, u := t.Service(a), t.Service(b)
	if s == nil || u == nil {
		return nil
	}
	var out []*Network
	for i := range t.Networks {
		if n := &t.Networks[i]; n.Kind != Isolated && n.Has(s.NetworkOwner) && n.Has(u.NetworkOwner) {
			out = append(out, n)
		}
	}
	return out
}
