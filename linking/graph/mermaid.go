package graph

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/linking"
)

// mermaid writes a flowchart as Markdown pages of GitHub and GitLab show it.
// Dotted arrows are discovered, thick ones lead out of the project.
func mermaid(w io.Writer, g Graph) error {
	var b strings.Builder
	id := ids(g)
	fmt.Fprintln(&b, "flowchart LR")
	for _, n := range g.Nodes {
		open, end := "[", "]"
		if n.External {
			open, end = "([", "])"
		}
		label := append([]string{n.Name}, nodeLinesCounted(n)...)
		fmt.Fprintf(&b, "  %s%s%s%s\n", id[refOf(n)], open, mermaidText(label), end)
	}
	ends := endsOf(g)
	for _, e := range g.Edges {
		from, to := ends(e)
		arrow := map[linking.EdgeKind]string{linking.DiscoveryEdge: "-.->", linking.ExternalEdge: "==>"}[e.Kind]
		if arrow == "" {
			arrow = "-->"
		}
		label := ""
		if s := edgeLabel(e); s != "" || e.Network != "" {
			label = "|" + mermaidText([]string{s, e.Network}) + "|"
		}
		fmt.Fprintf(&b, "  %s %s%s %s\n", id[from], arrow, label, id[to])
	}
	for i, e := range g.Edges {
		if e.Differs != "" {
			fmt.Fprintf(&b, "  linkStyle %d stroke:red\n", i)
		}
	}
	for i, n := range g.Networks {
		if n.Kind == linking.Linked {
			continue
		}
		fmt.Fprintf(&b, "  subgraph g%d [%s]\n", i+1, mermaidText([]string{n.Name + ": " + kindText(n.Kind)}))
		for _, m := range slices.Concat(n.Members, n.Externals) {
			fmt.Fprintf(&b, "    %s\n", member(id, m))
		}
		fmt.Fprintln(&b, "  end")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText quotes lines; the empty ones are left out. Besides what ends a
// label or begins an element of HTML, that is %, because %%{ is an instruction to
// Mermaid even in quotes, and the backquote, which would make it Markdown.
func mermaidText(lines []string) string {
	quote := strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "%", "#37;", "`", "#96;")
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, quote.Replace(printable.Line(l)))
		}
	}
	return `"` + strings.Join(out, "<br/>") + `"`
}
