package graph

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/linking"
)

// dot writes a directed graph for Graphviz. Dotted edges are discovered,
// dashed ones lead out of the project.
func dot(w io.Writer, g Graph) error {
	var b strings.Builder
	id := ids(g)
	fmt.Fprintf(&b, "digraph %s {\n", dotText(g.Project))
	fmt.Fprintln(&b, "  rankdir=LR")
	fmt.Fprintln(&b, "  node [shape=box style=rounded fontname=\"sans-serif\"]")
	fmt.Fprintln(&b, "  edge [fontname=\"sans-serif\" fontsize=10]")
	for _, n := range g.Nodes {
		style := ""
		if n.External {
			style = " style=dashed"
		}
		if n.Differs != "" {
			style += " color=red"
		}
		label := append([]string{n.Name}, nodeLinesCounted(n)...)
		fmt.Fprintf(&b, "  %s [label=%s%s]\n", id[refOf(n)], dotText(label...), style)
	}
	ends := endsOf(g)
	for _, e := range g.Edges {
		from, to := ends(e)
		style := map[linking.EdgeKind]string{
			linking.DiscoveryEdge: " style=dotted", linking.ExternalEdge: " style=dashed",
		}[e.Kind]
		if e.Differs != "" {
			style += " color=red"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s]\n", id[from], id[to], dotText(edgeLabel(e), e.Network), style)
	}
	for i, n := range g.Networks {
		if n.Kind == linking.Linked {
			continue
		}
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n", i+1, dotText(n.Name+": "+kindText(n.Kind)))
		for _, m := range slices.Concat(n.Members, n.Externals) {
			fmt.Fprintf(&b, "    %s\n", member(id, m))
		}
		fmt.Fprintln(&b, "  }")
	}
	fmt.Fprintln(&b, "}")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotText quotes lines; the empty ones are left out.
func dotText(lines ...string) string {
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable.Line(l)))
		}
	}
	return `"` + strings.Join(out, `\n`) + `"`
}
