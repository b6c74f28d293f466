package draw

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/linking"
)

// tree lists every service with its links below it, then the networks.
func tree(w io.Writer, g linking.Graph) error {
	var t table
	for _, n := range g.Nodes {
		if n.Outside {
			continue
		}
		t.row(n.Name, strings.Join(about(n), ", "))
		var links []linking.Edge
		for _, e := range g.Edges {
			if e.From == n.Name {
				links = append(links, e)
			}
		}
		for i, e := range links {
			branch := "├─ "
			if i == len(links)-1 {
				branch = "└─ "
			}
			t.row(branch+strings.TrimSpace(e.To+" "+said(e)), e.Network)
		}
	}
	if len(g.Networks) > 0 {
		t.row("", "")
		t.row("networks", "")
	}
	for _, n := range g.Networks {
		members := strings.Join(n.Members, ", ")
		if n.Kind != linking.Linked {
			members += " (" + meaning(n.Kind) + ")"
		}
		t.row("  "+n.Name, members)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// table is rows of two columns. A row without a second one does not widen the
// first, and no line ends with blanks: what text/tabwriter cannot do at once.
type table struct {
	rows  [][2]string
	width int
}

func (t *table) row(first, second string) {
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
