package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
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

// Check refuses the name of an unknown format, and lists the known ones.
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
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(g); err != nil {
		return err
	}
	_, err := io.WriteString(w, printable.Escape(b.String()))
	return err
}
