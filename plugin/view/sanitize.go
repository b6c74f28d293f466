package view

import (
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
)

// sanitize makes text safe to show on one line. Text from files, engines and
// containers may contain anything.
func sanitize(s string) string { return printable.Line(s) }

// sanitizeLines sanitizes text of several lines.
func sanitizeLines(s string) string {
	split := strings.Split(s, "\n")
	for i, l := range split {
		split[i] = sanitize(l)
	}
	return strings.Join(split, "\n")
}
