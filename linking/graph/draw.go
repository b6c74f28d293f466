package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// Format is a way to write a graph.
type Format struct {
	Name  string // as a flag has it
	About string // one line of help
	write func(io.Writer, Graph) error
}

// Formats lists all formats, the one for the terminal first.
func Formats() []Format {
	return []Format{
		{"tree", "text for the terminal", tree},
		{"mermaid", "a flowchart for Markdown pages", mermaid},
		{"dot", "input for Graphviz", dot},
		{"svg", "a drawing", svg},
		{"json", "nodes, edges and networks for programs", asJSON},
	}
}

// Write writes g in the format of that name. An unknown name is the error of
// Check.
func Write(w io.Writer, format string, g Graph) error {
	for _, f := range Formats() {
		if f.Name == format {
			return f.write(w, g)
		}
	}
	return Check(format)
}

// Check refuses the name of a format that there is not, and lists those there
// are.
func Check(format string) error {
	var names []string
	for _, f := range Formats() {
		if f.Name == format {
			return nil
		}
		names = append(names, f.Name)
	}
	return fmt.Errorf("no graph format %q: there are %s", format, strings.Join(names, ", "))
}

func asJSON(w io.Writer, g Graph) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(g)
}

// ref tells nodes apart: a container outside the project may have the name of
// a service.
type ref struct {
	name     string
	external bool
}

// refOf returns what stands for n.
func refOf(n Node) ref { return ref{n.Name, n.External} }

// ends returns the nodes at both ends of e.
func ends(g Graph, e Edge) (from, to ref) {
	inside := func(name string) bool {
		return slices.ContainsFunc(g.Nodes, func(n Node) bool { return n.Name == name && !n.External })
	}
	// Outside are the targets of external links, and who has no service's name.
	return ref{e.From, !inside(e.From)}, ref{e.To, e.Kind == linking.ExternalEdge || !inside(e.To)}
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

// about is what is said of a node below its name, a line each.
func about(n Node) []string {
	var lines []string
	if len(n.Ports) > 0 {
		lines = append(lines, "publishes "+strings.Join(n.Ports, ", "))
	}
	if n.Net != "" {
		lines = append(lines, "net: "+n.Net)
	}
	if n.External {
		lines = append(lines, "outside the project")
	}
	switch n.Differs {
	case Missing:
		lines = append(lines, "not running")
	case Extra:
		lines = append(lines, "not in the files")
	}
	return lines
}

// boxed is what a box says below the name; its containers are counted there.
func boxed(n Node) []string {
	if len(n.Containers) > 1 {
		return append([]string{fmt.Sprintf("%d containers", len(n.Containers))}, about(n)...)
	}
	return about(n)
}

// said is what is said of an edge: the aliases, and how it comes about if not
// by a link.
func said(e Edge) string {
	var words []string
	if len(e.Aliases) > 0 {
		words = append(words, "as "+strings.Join(e.Aliases, ", "))
	}
	switch e.Kind {
	case linking.DiscoveryEdge:
		words = append(words, "(discovered)")
	case linking.ExternalEdge:
		words = append(words, "(external)")
	case linking.AdhocEdge:
		words = append(words, "(by hand)")
	}
	if d := differs(e.Differs); d != "" {
		words = append(words, "("+d+")")
	}
	return strings.Join(words, " ")
}

// differs says how the engine differs from the files in an edge or a network.
func differs(d Difference) string {
	switch d {
	case Missing:
		return "missing on the engine"
	case Extra:
		return "not in the files"
	}
	return ""
}

// meaning is what the kind of a network says of its members.
func meaning(k linking.Kind) string {
	switch k {
	case linking.Isolated:
		return "do not reach each other"
	case linking.Shared:
		return "all reach each other"
	case linking.Linked:
		return "linked"
	default:
		return "not the project's"
	}
}
