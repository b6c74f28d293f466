package linkingtest

import "github.com/stack-lite/stack-lite/linking"

// Between returns the project's networks that carry traffic between services a
// and b, in the topology's order.
func Between(t *linking.Topology, a, b string) []*linking.Network {
	s, u := t.Service(a), t.Service(b)
	if s == nil || u == nil {
		return nil
	}
	var out []*linking.Network
	for i := range t.Networks {
		if n := &t.Networks[i]; n.Kind != linking.Isolated && n.Has(s.NetworkOwner) && n.Has(u.NetworkOwner) {
			out = append(out, n)
		}
	}
	return out
}
