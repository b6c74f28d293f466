// Package draw writes the graph of a project's links: as a tree for the
// terminal, as a drawing (SVG), for other tools that draw (Mermaid, Graphviz),
// or as JSON for programs.
//
// Every format shows the same: services with what they publish, links with
// their aliases and the network that carries them, and what is no link of the
// file but counts as one. The same graph always gives the same bytes.
package draw

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// Format is a way to write a graph.
type Format struct {
	Name  string // as a flag has it
	About string // one line of help
	write func(io.Writer, linking.Graph) error
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

// Write writes g in the format of that name. An unknown name is an error that
// lists the known ones.
func Write(w io.Writer, format string, g linking.Graph) error {
	var names []string
	for _, f := range Formats() {
		if f.Name == format {
			return f.write(w, g)
		}
		names = append(names, f.Name)
	}
	return fmt.Errorf("no graph format %q: there are %s", format, strings.Join(names, ", "))
}

func asJSON(w io.Writer, g linking.Graph) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(g)
}

// ref tells nodes apart: a container outside the project may have the name of
// a service.
type ref struct {
	name    string
	outside bool
}

// refOf returns what stands for n.
func refOf(n linking.Node) ref { return ref{n.Name, n.Outside} }

// ends returns the nodes at both ends of e.
func ends(e linking.Edge) (from, to ref) {
	return ref{name: e.From}, ref{e.To, e.Kind == linking.ExternalEdge}
}

// ids returns a short identifier for every node, for formats that want one.
func ids(g linking.Graph) map[ref]string {
	out := make(map[ref]string, len(g.Nodes))
	for i, n := range g.Nodes {
		out[refOf(n)] = fmt.Sprintf("n%d", i+1)
	}
	return out
}

// about is what is said of a node below its name, a line each.
func about(n linking.Node) []string {
	var lines []string
	if len(n.Ports) > 0 {
		lines = append(lines, "publishes "+strings.Join(n.Ports, ", "))
	}
	if n.Net != "" {
		lines = append(lines, "net: "+n.Net)
	}
	if n.Outside {
		lines = append(lines, "outside the project")
	}
	return lines
}

// said is what is said of an edge: the aliases, and how it comes about if not
// by a link.
func said(e linking.Edge) string {
	var words []string
	if len(e.Aliases) > 0 {
		words = append(words, "as "+strings.Join(e.Aliases, ", "))
	}
	switch e.Kind {
	case linking.DiscoveryEdge:
		words = append(words, "(discovered)")
	case linking.ExternalEdge:
		words = append(words, "(external)")
	}
	return strings.Join(words, " ")
}

// meaning is what the kind of a network says of its members.
func meaning(k linking.Kind) string {
	switch k {
	case linking.Apart:
		return "do not reach each other"
	case linking.Shared:
		return "all reach each other"
	default:
		return "linked"
	}
}
