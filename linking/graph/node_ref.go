package graph

import (
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/linking"
)

// ref identifies a node: an external container may have the name of a service.
type ref struct {
	name     string
	external bool
}

// refOf returns what stands for n.
func refOf(n Node) ref { return ref{n.Name, n.External} }

// ends returns the nodes at both ends of e.
func ends(g Graph, e Edge) (from, to ref) {
	return endsBy(e, func(name string) bool {
		return slices.ContainsFunc(g.Nodes, func(n Node) bool { return n.Name == name && !n.External })
	})
}

// endsOf is ends for many edges of a graph.
func endsOf(g Graph) func(Edge) (from, to ref) {
	services := make(map[string]bool, len(g.Nodes))
	for _, n := range g.Nodes {
		if !n.External {
			services[n.Name] = true
		}
	}
	return func(e Edge) (from, to ref) {
		return endsBy(e, func(name string) bool { return services[name] })
	}
}

func endsBy(e Edge, service func(string) bool) (from, to ref) {
	// External are the targets of external links, and names that no service has.
	return ref{e.From, !service(e.From)}, ref{e.To, e.Kind == linking.ExternalEdge || !service(e.To)}
}

// ids returns a short identifier for every node, for formats that want one.
func ids(g Graph) map[ref]string {
	out := make(map[ref]string, len(g.Nodes))
	for i, n := range g.Nodes {
		out[refOf(n)] = fmt.Sprintf("n%d", i+1)
	}
	return out
}

// member returns the identifier of a network's member.
func member(ids map[ref]string, name string) string {
	if id, ok := ids[ref{name: name}]; ok {
		return id
	}
	return ids[ref{name: name, external: true}]
}
