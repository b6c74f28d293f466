package suggest

import (
	"fmt"
	"strings"
)

// TightHeader is the first line of what Tightened.Override writes.
const TightHeader = "# Networks that docker stacklite suggest found enough. It may overwrite this file.\n"

// Override is a file that makes the project of its own files what it becomes, to be read
// beside them, here and by docker compose.
func (t Tightened) Override() string {
	var b strings.Builder
	b.WriteString(TightHeader)
	b.WriteString("services:\n")
	for _, c := range t.changed {
		fmt.Fprintf(&b, "  %s:\n    networks:\n", scalar(c.service.Name))
		for _, name := range c.leaves {
			fmt.Fprintf(&b, "      %s: !reset null\n", scalar(name))
		}
		for _, n := range c.joins {
			if len(n.Aliases) == 0 {
				fmt.Fprintf(&b, "      %s: {}\n", scalar(n.Name))
				continue
			}
			fmt.Fprintf(&b, "      %s:\n        aliases:\n", scalar(n.Name))
			for _, alias := range n.Aliases {
				fmt.Fprintf(&b, "        - %s\n", scalar(alias))
			}
		}
	}
	if len(t.added) > 0 {
		b.WriteString("networks:\n")
	}
	for _, n := range t.added {
		text := "{}"
		if n.Internal {
			text = "{internal: true}"
		}
		fmt.Fprintf(&b, "  %s: %s\n", scalar(n.Name), text)
	}
	return b.String()
}
