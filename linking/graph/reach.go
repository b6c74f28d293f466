package graph

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// Reaches reports whether packets are meant to go between two nodes, in either
// direction: they share a network that carries traffic, have an edge, use one
// network stack or one network of the user's, or one of them is on the host's
// network, which reaches all but those without a network. A node reaches
// itself. Published ports do not count.
//
// A name is that of a service where there is one, else that of an external
// container. One that is called like a service is asked for as
// linking.ExternalContainer of its name. A name that the graph does not have
// stands for a container with a network of its own and no links.
func (g Graph) Reaches(a, b string) bool { return g.Reach().Reaches(a, b) }

// Reach answers Reaches for many pairs of one graph.
type Reach struct {
	nets     map[string]string // of services, by name; empty: it has none
	external map[string]bool   // names of external containers
	on       map[ref][]int     // networks that carry traffic, by position
	linked   map[[2]ref]bool   // by edges, in either direction
}

// Reach goes through the graph once.
func (g Graph) Reach() Reach {
	r := Reach{nets: map[string]string{}, external: map[string]bool{}, on: map[ref][]int{}, linked: map[[2]ref]bool{}}
	for _, n := range g.Nodes {
		if n.External {
			r.external[n.Name] = true
		} else if _, known := r.nets[n.Name]; !known {
			r.nets[n.Name] = n.Net
		}
	}
	for i, n := range g.Networks {
		if n.Kind == linking.Isolated {
			continue
		}
		for _, name := range n.Members {
			r.on[ref{name, false}] = append(r.on[ref{name, false}], i)
		}
		for _, name := range n.Externals {
			r.on[ref{name, true}] = append(r.on[ref{name, true}], i)
		}
	}
	ends := endsOf(g)
	for _, e := range g.Edges {
		from, to := ends(e)
		r.linked[[2]ref{from, to}], r.linked[[2]ref{to, from}] = true, true
	}
	return r
}

// Reaches is that of the graph.
func (r Reach) Reaches(a, b string) bool {
	from, x := r.networkOwner(a)
	to, y := r.networkOwner(b)
	switch {
	case from == to:
		return true
	case x == "none" || y == "none":
		return false
	case x == "host" || y == "host":
		return true
	case x != "" && x == y:
		return true
	}
	return r.linked[[2]ref{from, to}] || meet(r.on[from], r.on[to])
}

// meet reports whether two sorted lists have a number in common.
func meet(a, b []int) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for _, i := range a {
		if _, found := slices.BinarySearch(b, i); found {
			return true
		}
	}
	return false
}

// networkOwner returns the node whose network stack a node uses, with its net.
func (r Reach) networkOwner(name string) (ref, string) {
	of, net := r.find(name)
	for range r.nets {
		owner, ok := strings.CutPrefix(net, "container:")
		if !ok {
			break
		}
		of, net = r.find(owner)
	}
	return of, net
}

// find returns the node that Reaches means by a name, with its net.
func (r Reach) find(name string) (of ref, net string) {
	name, external := strings.CutPrefix(name, "/")
	if net, service := r.nets[name]; service && !external {
		return ref{name: name}, net
	}
	return ref{name, external || r.external[name]}, ""
}
