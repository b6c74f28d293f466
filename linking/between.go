package linking

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
