package view

import (
	"strings"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/compose/printable"
)

const (
	tabWidth    = 4  // cells that a tab is shown as
	beforeCaret = 20 // cells to the left of the caret in a line that is cut there
	minWidth    = 40 // least width of an excerpt, in cells
)

// pointAt shortens a source line to width cells and returns how many cells are
// to the left of the caret that points at its column (in characters, from 1). A
// column after the end of the line is the end.
func pointAt(source string, column, width int) (line string, caret int) {
	source = strings.TrimRight(source, "\r\n")
	width = max(width, minWidth)
	before := expand(source[:offset(source, column-1)])
	line = expand(source)
	caret = min(cells(before), cells(line))
	if cells(line) > width && caret > width-beforeCaret {
		// Cut on the left so that the caret is at a fixed place. TruncateLeft
		// puts a space where it cuts a wide character in half.
		rest := narrow().TruncateLeft(line, caret-beforeCaret, "")
		line, caret = "…"+rest, 1+beforeCaret
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
			b.WriteRune(printable.Rune(r))
		}
	}
	return b.String()
}

// offset returns where the character with that index begins, or the length of s
// if it has fewer characters.
func offset(s string, index int) int {
	n := 0
	for ; index > 0 && n < len(s); index-- {
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	return n
}
