package graph

import (
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// nodeLines are the lines below the name of a node.
func nodeLines(n Node) []string {
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

// nodeLinesCounted are nodeLines with the number of containers first, for
// formats that do not list them.
func nodeLinesCounted(n Node) []string {
	if len(n.Containers) > 1 {
		return append([]string{fmt.Sprintf("%d containers", len(n.Containers))}, nodeLines(n)...)
	}
	return nodeLines(n)
}

// edgeLabel is the text of an edge: the aliases, and what makes it where that
// is no link.
func edgeLabel(e Edge) string {
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
	if d := differenceText(e.Differs); d != "" {
		words = append(words, "(link "+d+")")
	}
	return strings.Join(words, " ")
}

// differenceText says how the engine differs from the files in an edge or a
// network.
func differenceText(d Difference) string {
	switch d {
	case Missing:
		return "missing on the engine"
	case Extra:
		return "not in the files"
	}
	return ""
}

// kindText is what the kind of a network says of its members.
func kindText(k linking.Kind) string {
	switch k {
	case linking.Isolated:
		return "do not reach each other"
	case linking.Shared, linking.Declared:
		return "all reach each other"
	case linking.Linked:
		return "linked"
	default:
		return "not the project's"
	}
}
