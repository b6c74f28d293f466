package view

import (
	"strings"
	"unicode/utf8"
)

const (
	tabWidth = 4  // cells that a tab is shown as
	lead     = 20 // cells kept on the left of the caret when a line is cut
	minWidth = 40 // cells that an excerpt has at least
)

// pointAt makes a source line fit to be shown in width cells and says how many
// cells before the caret under its column (in characters, from 1) are. A
// column behind the end points there.
func pointAt(source string, column, width int) (line string, caret int) {
	source = strings.TrimRight(source, "\r\n")
	width = max(width, minWidth)
	before := expand(source[:offset(source, column-1)])
	line = expand(source)
	caret = min(cells(before), cells(line))
	if cells(line) > width && caret > width-lead {
		// The left side is cut so that the caret stands at a fixed place. What
		// is lost of a wide character there is made up for with a space.
		rest := narrow().TruncateLeft(line, caret-lead, "")
		line, caret = "…"+rest, 1+lead
	}
	return cut(line, width), caret
}

// expand makes every character of a source line visible.
func expand(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\t' {
			b.WriteString(strings.Repeat(" ", tabWidth))
		} else {
			b.WriteRune(visible(r))
		}
	}
	return b.String()
}

// offset is where the character of that index begins, at most the length.
func offset(s string, index int) int {
	n := 0
	for ; index > 0 && n < len(s); index-- {
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	return n
}
