package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"github.com/morikuni/aec"
)

// palette draws in colours, or leaves text as it is.
type palette bool

func (p palette) paint(s string, style aec.ANSI) string {
	if !p || style == nil || s == "" {
		return s
	}
	return style.Apply(s)
}

// cells measures text as terminals show it. The locale is not asked: today's
// terminals draw characters of ambiguous width in one cell everywhere.
func cells(s string) int { return narrow().StringWidth(s) }

func narrow() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }

// cut shortens text to at most width cells, and shows that it did.
func cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return narrow().Truncate(s, width, "…")
}

// clean makes text safe to show on one line: escape sequences are taken out,
// tabs become spaces and every other control character a question mark.
// What files, engines and containers say may hold anything.
func clean(s string) string {
	var b strings.Builder
	for s != "" {
		if n := escape(s); n > 0 {
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		b.WriteRune(visible(r))
		s = s[n:]
	}
	return b.String()
}

// cleanLines is clean for text of several lines.
func cleanLines(s string) string {
	split := strings.Split(s, "\n")
	for i, l := range split {
		split[i] = clean(l)
	}
	return strings.Join(split, "\n")
}

// visible is what stands for a character on the screen. Characters that turn
// the direction of writing round are as dangerous as control characters.
func visible(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
		r == 0x2028, r == 0x2029:
		return '?'
	}
	return r
}

// escape is the length of the escape sequence that s begins with; 0 if none.
// ECMA-48: CSI parameters end with a byte from @ to ~, strings (OSC, DCS, …)
// with BEL or ESC \, other sequences are two bytes and those in between.
func escape(s string) int {
	if len(s) < 2 || s[0] != '\x1b' {
		return 0
	}
	i := 2
	switch s[1] {
	case '[':
		for i < len(s) && s[i] >= ' ' && s[i] <= '?' {
			i++
		}
		if i < len(s) && s[i] >= '@' && s[i] <= '~' {
			i++
		}
	case ']', 'P', 'X', '^', '_':
		for i < len(s) && s[i] != '\a' && s[i] != '\x1b' {
			i++
		}
		if i < len(s) && s[i] == '\a' {
			i++
		} else if strings.HasPrefix(s[i:], "\x1b\\") {
			i += 2
		}
	default:
		i = 1
		for i < len(s) && s[i] >= ' ' && s[i] <= '/' {
			i++
		}
		if i < len(s) && s[i] >= '0' && s[i] <= '~' {
			i++
		}
	}
	return i
}

// lines splits text as a terminal would show it: without the last line end,
// and of what a carriage return overwrites only the last.
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
