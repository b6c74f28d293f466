package slips

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// one is a correction of a single line.
func one(column int, msg, right string, hints ...string) []correction {
	return []correction{{column: column, msg: msg, hints: append(hints, Write(strings.TrimSpace(right))), lines: []string{right}}}
}

var (
	tightDash  = regexp.MustCompile(`^( *)-([^\s-].*)$`)
	tightColon = regexp.MustCompile(`^( *(?:- +)?)([A-Za-z_][\w.-]*):([^\s:/].*)$`)
	assignment = regexp.MustCompile(`^( *)([A-Za-z_][\w.-]*) *= *(\S.*)$`)
	word       = regexp.MustCompile(`^( *(?:- +)?)([A-Za-z0-9_][\w.-]*) *(#.*)?$`)
	entry      = regexp.MustCompile(`^( *)([A-Za-z_][\w.-]*) *: +(\S.*)$`)
	item       = regexp.MustCompile(`^( *)- +(\S.*)$`)
	between    = regexp.MustCompile(`(["']) +(["'])`)
	written    = regexp.MustCompile(`^( *(?:- +)*(?:[\w.-]+ *:\s+)?)(\S.*?)\s*$`)
)

// dash is one without a blank behind it: -"80:80".
func dash(lines []string, i int) []correction {
	m := tightDash.FindStringSubmatch(lines[i])
	if m == nil {
		return nil
	}
	return one(len(m[1]), "no space after the dash", m[1]+"- "+m[2])
}

// comment is one as other languages have it.
func comment(lines []string, i int) []correction {
	t := strings.TrimLeft(lines[i], " ")
	if !strings.HasPrefix(t, "//") {
		return nil
	}
	at := indent(lines[i])
	return one(at, "a comment begins with #", lines[i][:at]+"#"+t[2:])
}

// colon is one without a blank behind it: image:nginx.
func colon(lines []string, i int) []correction {
	m := tightColon.FindStringSubmatch(lines[i])
	if m == nil {
		return nil
	}
	return one(len(m[1])+len(m[2]), fmt.Sprintf("no space after the colon of %q", m[2]), m[1]+m[2]+": "+m[3])
}

// equals stands where a mapping has a colon.
func equals(lines []string, i int) []correction {
	m := assignment.FindStringSubmatch(lines[i])
	if m == nil {
		return nil
	}
	return one(strings.IndexByte(lines[i], '='), fmt.Sprintf("%q is followed by =, not by a colon", m[2]), m[1]+m[2]+": "+m[3])
}

// bare is a name that opens a block and has no colon.
func bare(lines []string, i int) []correction {
	m := word.FindStringSubmatch(lines[i])
	if m == nil {
		return nil
	}
	return one(len(m[1])+len(m[2]), fmt.Sprintf("no colon after %q", m[2]), m[1]+m[2]+":")
}

// mixed is an item of a list in a mapping, or the other way round.
func mixed(lines []string, i int) []correction {
	above := i - 1
	for above > 0 && (blank(lines[above]) || indent(lines[above]) > indent(lines[i])) {
		above--
	}
	if above < 0 || indent(lines[above]) != indent(lines[i]) || item.MatchString(lines[above]) == item.MatchString(lines[i]) {
		return nil
	}
	if m := entry.FindStringSubmatch(lines[i]); m != nil {
		return []correction{
			{column: len(m[1]), msg: "an entry of a mapping in a list", hints: []string{Write("- " + m[2] + "=" + m[3])}, lines: []string{m[1] + "- " + m[2] + "=" + m[3]}},
		}
	}
	if m := item.FindStringSubmatch(lines[i]); m != nil {
		if name, val, ok := strings.Cut(m[2], "="); ok {
			return one(len(m[1]), "an item of a list in a mapping", m[1]+name+": "+val)
		}
	}
	return nil
}

// aligner moves a line, and what stands below it, to where a line above begins:
// the nearest one, or the left edge where the line has no key of a service.
func aligner(keys []string) rule {
	return func(lines []string, i int) []correction {
		name, _, _ := strings.Cut(strings.TrimSpace(lines[i]), ":")
		return aligned(lines, i, name != "" && word.MatchString(name) && !slices.Contains(keys, name))
	}
}

func aligned(lines []string, i int, service bool) []correction {
	at := indent(lines[i])
	if blank(lines[i]) {
		return nil
	}
	above, columns := 0, []int(nil)
	for j := max(0, i-maxAbove); j < min(len(lines), i+3); j++ {
		if c := indent(lines[j]); !blank(lines[j]) && c != at && !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
		if j < i {
			above = len(columns)
		}
	}
	// Where lines begin as often at the one column as at the other, what comes second
	// is what does not belong there.
	for n, c := range columns {
		if often := common(lines, c) - common(lines, at); often < 0 || often == 0 && n >= above {
			columns[n] = at
		}
	}
	columns = slices.DeleteFunc(columns, func(c int) bool { return c == at })
	slices.SortStableFunc(columns, func(a, b int) int {
		switch d := distance(a, at) - distance(b, at); {
		case d != 0:
			return d
		case service:
			return a - b
		}
		return b - a
	})
	end := i + 1
	for end < len(lines) && (blank(lines[end]) || indent(lines[end]) > at) {
		end++
	}
	var out []correction
	for _, c := range columns {
		side := "left"
		if at > c {
			side = "right"
		}
		for _, to := range []int{end, i + 1} {
			moved := make([]string, 0, to-i)
			for _, line := range lines[i:to] {
				moved = append(moved, strings.Repeat(" ", max(0, indent(line)+c-at))+strings.TrimLeft(line, " "))
			}
			out = append(out, correction{column: at, msg: "the line begins too far to the " + side,
				hints: []string{"begin the line as far to the right as the others of its block", Write(moved[0])}, lines: moved, moved: distance(c, at)})
		}
	}
	return out
}

// common is how many lines begin at a column.
func common(lines []string, column int) int {
	n := 0
	for _, line := range lines {
		if !blank(line) && indent(line) == column {
			n++
		}
	}
	return n
}

func distance(a, b int) int { return max(a-b, b-a) }

// value is text that cannot stand behind a key or a dash without quotes, or not in
// these.
func value(lines []string, i int) []correction {
	m := written.FindStringSubmatch(lines[i])
	if m == nil || strings.TrimSpace(m[1]) == "" {
		return nil
	}
	before, text := m[1], m[2]
	at := len(before)
	rest := text[1:]
	switch first := text[0]; {
	case first == '"' || first == '\'':
		return quotes(before, text)
	case first == '-' && strings.HasPrefix(rest, " "):
		key := strings.TrimRight(before, " ")
		return []correction{{column: at, msg: "a list begins in the line below its key",
			hints: []string{Write(text) + " in the next line, below " + strings.TrimSpace(key)}, lines: []string{before + "[" + quoted(strings.TrimSpace(rest)) + "]"}}}
	case strings.ContainsRune("@`%", rune(first)):
		return one(at, fmt.Sprintf("text that begins with %c needs quotes", first), before+quoted(text))
	case strings.ContainsRune("*&!|>", rune(first)):
		return one(at, fmt.Sprintf("%c begins something else than text here", first), before+quoted(text), "put text that begins with it in quotes")
	case first == '[' && between.MatchString(text):
		return one(at+between.FindStringIndex(text)[0]+1, "no comma between two items", before+between.ReplaceAllString(text, "$1, $2"))
	case strings.Contains(text, ": ") || strings.HasSuffix(text, ":"):
		colon := strings.Index(text+" ", ": ")
		return one(at+colon, "a second colon in the line", before+quoted(text), "put text that contains a colon and a space in quotes")
	}
	return nil
}

// quotes are such that do not end where they are meant to.
func quotes(before, text string) []correction {
	mark, inner := text[:1], text[1:]
	at := len(before)
	if !strings.Contains(inner, mark) {
		return one(at, "the quote that opens here is not closed", before+text+mark)
	}
	if body, ok := strings.CutSuffix(inner, mark); ok {
		if mark == `"` && strings.Contains(body, `\`) && !strings.Contains(body, "'") {
			return one(at+1+strings.IndexByte(body, '\\'), `a \ in double quotes begins a special character`, before+"'"+body+"'")
		}
		if i := strings.Index(body, mark); i >= 0 {
			return one(at+1+i, "this quote ends the text", before+quoted(body), "use the other kind of quotes around text with quotes in it")
		}
	}
	end := strings.LastIndex(inner, mark) + 1 // of what is quoted
	return one(at+end, "text goes on after the closing quote", before+quoted(strings.ReplaceAll(text, mark, "")), "put all of it in quotes")
}
