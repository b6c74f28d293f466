package view

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"github.com/morikuni/aec"
)

// palette colours text, or leaves it as it is.
type palette bool

func (p palette) paint(s string, style aec.ANSI) string {
	if !p || style == nil || s == "" {
		return s
	}
	return style.Apply(s)
}

// cells returns the width of text on a terminal. The locale does not matter:
// today's terminals show characters of ambiguous width in one cell everywhere.
func cells(s string) int { return narrow().StringWidth(s) }

func narrow() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }

// cut shortens text to at most width cells. An ellipsis shows where.
func cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return narrow().Truncate(s, width, "…")
}

// cutMiddle shortens text to at most width cells, in its middle: what tells names
// apart is often at their ends.
func cutMiddle(s string, width int) string {
	if cells(s) <= width || width < 3 {
		return cut(s, width)
	}
	tail := s
	for cells(tail) > (width-1)/2 {
		_, n := utf8.DecodeRuneInString(tail)
		tail = tail[n:]
	}
	return cut(s, width-cells(tail)) + tail
}

// padRight fills text up with spaces to a width in cells.
func padRight(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-cells(s)))
}

// lines splits text into the lines that a terminal would show: without the line
// ends at the end of the text, and without what carriage returns overwrite.
func lines(s string) []string {
	s = strings.TrimRight(s, "\r\n")
	if s == "" {
		return nil
	}
	split := strings.Split(s, "\n")
	for i, l := range split {
		l = strings.TrimRight(l, "\r")
		split[i] = l[strings.LastIndexByte(l, '\r')+1:]
	}
	return split
}
