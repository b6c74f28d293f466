package view

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sanitize makes text safe to show on one line: escape sequences are removed,
// tabs become spaces, and every other control character becomes a question
// mark. Text from files, engines and containers may contain anything.
func sanitize(s string) string {
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

// sanitizeLines sanitizes text of several lines.
func sanitizeLines(s string) string {
	split := strings.Split(s, "\n")
	for i, l := range split {
		split[i] = sanitize(l)
	}
	return strings.Join(split, "\n")
}

// visible returns the character that is shown for r. Characters that change the
// direction of writing are as dangerous as control characters.
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

// escape returns the length of the escape sequence at the start of s, or 0.
// By ECMA-48 a control sequence (CSI) ends with a byte from @ to ~, and a
// control string (OSC, DCS, …) with BEL or ESC \. Any other sequence is ESC,
// bytes from space to /, and a final byte.
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
