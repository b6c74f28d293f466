package graph

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/linking"
)

// tree lists every service with its links below it, then the networks.
func tree(w io.Writer, g Graph) error {
	var t table
	below, ends := make(map[ref][]Edge, len(g.Nodes)), endsOf(g)
	for _, e := range g.Edges {
		from, _ := ends(e)
		below[from] = append(below[from], e)
	}
	for _, n := range g.Nodes {
		links := below[refOf(n)]
		if n.External && len(links)+len(n.Containers) == 0 {
			continue
		}
		t.row(n.Name, strings.Join(nodeLines(n), ", "))
		trunk := "│  "
		if len(links) == 0 {
			trunk = "   "
		}
		for _, c := range n.Containers {
			t.row(trunk+c.Name, containerText(c))
		}
		for i, e := range links {
			branch := "├─ "
			if i == len(links)-1 {
				branch = "└─ "
			}
			t.row(branch+strings.TrimSpace(e.To+" "+edgeLabel(e)), e.Network)
		}
	}
	if len(g.Networks) > 0 {
		t.row("", "")
		t.row("networks", "")
	}
	for _, n := range g.Networks {
		members := strings.Join(slices.Concat(n.Members, n.Externals), ", ")
		if n.Subnet != "" {
			members += "  " + n.Subnet
		}
		if n.Kind != linking.Linked {
			members += " (" + kindText(n.Kind) + ")"
		}
		if d := differenceText(n.Differs); d != "" {
			members += " (" + d + ")"
		}
		t.row("  "+n.Name, members)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// containerText is the addresses of a container, or its state where it does
// not run.
func containerText(c Container) string {
	if c.State != "running" {
		return c.State
	}
	var words []string
	for _, p := range c.Endpoints {
		words = append(words, p.Address+" on "+p.Network)
	}
	return strings.Join(words, ", ")
}

// table is rows of two columns. A row without a second one does not widen the
// first, and no line ends with blanks: what text/tabwriter cannot do at once.
type table struct {
	rows  [][2]string
	width int
}

func (t *table) row(first, second string) {
	first, second = printable.Line(first), printable.Line(second)
	t.rows = append(t.rows, [2]string{first, second})
	if second != "" {
		t.width = max(t.width, utf8.RuneCountInString(first))
	}
}

func (t *table) String() string {
	var b strings.Builder
	for _, r := range t.rows {
		if r[1] == "" {
			fmt.Fprintln(&b, r[0])
		} else {
			fmt.Fprintf(&b, "%-*s  %s\n", t.width, r[0], r[1])
		}
	}
	return b.String()
}
