// Package printable makes text from outside harmless on a screen. Names, labels,
// commands and messages of an engine may hold anything: sequences that move the
// cursor, set the title or fill the clipboard, line ends that forge lines, and
// characters that turn the direction of writing or are not seen at all.
//
// It is the one place that knows which characters those are: package view cleans
// with it what it writes, a graph what it quotes, and documents for programs
// spell with it what must not be lost.
package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes text safe to show on one line: escape sequences are removed, tabs
// become spaces, and what else is not printable becomes a question mark.
func Line(s string) string {
	return clean(s, func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		return Rune(r)
	}, nothing)
}

// Document is Line for text of several lines that is to stay as it is where it
// is harmless: line ends and tabs are kept.
func Document(s string) string {
	return clean(s, func(r rune) rune {
		if r == '\t' || r == '\n' {
			return r
		}
		return Rune(r)
	}, nothing)
}

// reset ends all colours.
const reset = "\x1b[0m"

// Coloured is Line for what a program wrote for a terminal: tabs and colours are
// kept, and the colours end with the line.
func Coloured(s string) string {
	coloured := false
	s = clean(s, func(r rune) rune {
		if r == '\t' {
			return r
		}
		return Rune(r)
	}, func(sequence string) string {
		if !isColour(sequence) {
			return ""
		}
		coloured = true
		return sequence
	})
	if coloured && !strings.HasSuffix(s, reset) && !strings.HasSuffix(s, "\x1b[m") {
		s += reset
	}
	return s
}

// isColour reports whether a sequence changes how characters look, and nothing
// else (SGR in ECMA-48).
func isColour(sequence string) bool {
	parameters, ok := strings.CutPrefix(sequence, "\x1b[")
	if !ok {
		return false
	}
	parameters, ok = strings.CutSuffix(parameters, "m")
	return ok && strings.Trim(parameters, "0123456789;:") == ""
}

// Rune returns the character that is shown for r: itself, or a question mark.
func Rune(r rune) rune {
	if Is(r) {
		return r
	}
	return '?'
}

// Is reports whether a character is seen where it stands and changes nothing
// else. Not printable are control characters, those that change the direction of
// writing, line ends of Unicode, what has no width, and what is no character.
// Above the first 65536 there are only some without width, of which the flags of
// countries are made.
func Is(r rune) bool {
	switch {
	case r > 0xffff:
		return true
	case r >= 0xfdd0 && r <= 0xfdef, r >= 0xfffe:
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// Escape spells what is not printable in a JSON text, or between the double
// quotes of YAML, as \u202e. Line ends and tabs are kept: there they are outside
// of strings.
func Escape(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return r != '\n' && r != '\t' && !Is(r) }

func nothing(string) string { return "" }

// clean replaces the characters of s one by one, and its escape sequences.
func clean(s string, character func(rune) rune, sequence func(string) string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || character(r) != r }) {
		return s
	}
	var b strings.Builder
	for s != "" {
		if n := Sequence(s); n > 0 {
			b.WriteString(sequence(s[:n]))
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		b.WriteRune(character(r))
		s = s[n:]
	}
	return b.String()
}

// Sequence returns the length of the escape sequence at the start of s, or 0. By
// ECMA-48 a control sequence (CSI) ends with a byte from @ to ~, and a control
// string (OSC, DCS, …) with BEL or ESC \. Any other sequence is ESC, bytes from
// space to /, and a final byte. One that does not end is none: what follows must
// not vanish with it.
func Sequence(s string) int {
	if len(s) < 2 || s[0] != '\x1b' {
		return 0
	}
	switch s[1] {
	case '[':
		return ended(s, 2, ' ', '?', '@')
	case ']', 'P', 'X', '^', '_':
		end := strings.IndexAny(s[2:], "\a\x1b\r\n")
		switch {
		case end < 0:
		case s[2+end] == '\a':
			return 2 + end + 1
		case strings.HasPrefix(s[2+end:], "\x1b\\"):
			return 2 + end + 2
		}
		return 0
	}
	return ended(s, 1, ' ', '/', '0')
}

// ended returns the length of a sequence with bytes between low and high from
// the i-th on, and then one from final to ~.
func ended(s string, i int, low, high, final byte) int {
	for i < len(s) && s[i] >= low && s[i] <= high {
		i++
	}
	if i < len(s) && s[i] >= final && s[i] <= '~' {
		return i + 1
	}
	return 0
}
