package compose

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose/slips"
)

// syntax is what the YAML reader says of text that is no YAML.
var syntax = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// failSyntax reports text that is no YAML. The reader's message has a line
// alone, and not always the one to look at.
func failSyntax(r *report, file string, data []byte, err error) {
	line, msg := syntaxLine(err)
	said := msg
	lines := strings.Split(string(data), "\n")
	var hints []string
	if msg == "control characters are not allowed" { // which has no line
		pos := firstControl(file, data)
		r.fail(pos, "", "not YAML: "+msg, otherEncoding(data)...).as(KindNoYAML, About{Text: said})
		return
	}
	if msg == "did not find expected key" || strings.HasSuffix(msg, "'-' indicator") {
		// The line is that of the block that is broken, not of the break.
		line = firstBroken(lines, msg)
		hints = []string{"begin the line as far to the right as the others of its block"}
	}
	line = min(max(line, 1), len(lines))
	bracket := strings.HasPrefix(msg, "did not find expected ',' or")
	for up := line; bracket && up > 0; up-- {
		if strings.ContainsAny(lines[up-1], "[{") {
			line = up
			break
		}
	}
	here := []rune(lines[line-1])
	indent := 0
	for indent < len(here) && (here[indent] == ' ' || here[indent] == '\t') {
		indent++
	}
	column := indent + 1
	if i := strings.IndexByte(string(here[:indent]), '\t'); i >= 0 {
		column = i + 1
		hints = []string{"indent with spaces: YAML does not take tabs"}
		if said == "found character that cannot start any token" {
			said = "found a tab that cannot start any token"
		}
	}
	if bracket {
		if i := strings.LastIndexAny(lines[line-1], "[{"); i >= 0 {
			column = utf8.RuneCountInString(lines[line-1][:i]) + 1
			hints = []string{"close the bracket that opens here"}
		}
	}
	if msg == "found unexpected end of stream" {
		hints = []string{"close the quote that opens in this line"}
	}
	if strings.HasPrefix(msg, "mapping values are not allowed") {
		hints = []string{"put text that contains a colon and a space in quotes"}
	}
	if tab := strings.IndexByte(string(here[:indent]), '\t') >= 0; tab {
		hints = append(hints, slips.Write(strings.ReplaceAll(string(here[:indent]), "\t", "  ")+strings.TrimSpace(string(here[indent:]))))
	} else if slip, ok := slips.Find(string(data), keyNames(keyTable())); ok {
		line, column, msg, hints = slip.Line, slip.Column, slip.Msg, slip.Hints
	}
	r.fail(Pos{File: file, Line: line, Column: column}, "", "not YAML: "+msg, hints...).as(KindNoYAML, About{Text: said})
}

// syntaxLine takes the reader's message apart. What its parser says counts
// lines from 0, and leaves a 0 out; what its scanner says counts from 1.
func syntaxLine(err error) (line int, msg string) {
	m := syntax.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	msg = m[2]
	for _, parser := range [...]string{
		"did not find expected key", "did not find expected '-'", "did not find expected ','",
		"did not find expected node", "did not find expected <", "found undefined tag", "found duplicate %", "found incompatible",
	} {
		if strings.HasPrefix(msg, parser) {
			return line + 1, msg
		}
	}
	return line, msg
}

// firstBroken is the first line with which the text above it is broken in the
// same way as the whole.
func firstBroken(lines []string, msg string) int {
	n := sort.Search(len(lines)-1, func(i int) bool {
		var n yaml.Node
		err := yaml.Unmarshal([]byte(strings.Join(lines[:i+1], "\n")+"\n"), &n)
		if err == nil {
			return false
		}
		_, m := syntaxLine(err)
		return m == msg
	})
	return n + 1
}

// line is a line of a file that was read.
func (r *report) line(p Pos) string {
	lines := r.lines[p.File]
	if p.Line < 1 || p.Line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[p.Line-1], " \t\r")
}

// oddBlank is a character that looks like a space and is none to YAML.
func oddBlank(c rune) bool {
	return c == '\u200b' || c == '\u3000' || c > 0x7f && unicode.IsSpace(c)
}

// blanks reports, once, a blank in front of a key that is no space.
func (r *report) blanks(root value) bool {
	var found func(p pair) bool
	look := func(at Pos, text string) bool {
		i := strings.IndexFunc(text, oddBlank)
		if i < 0 {
			return false
		}
		c, _ := utf8.DecodeRuneInString(text[i:])
		line := strings.Map(func(c rune) rune {
			if oddBlank(c) {
				return ' '
			}
			return c
		}, r.line(at))
		at.Column += utf8.RuneCountInString(text[:i])
		r.fail(at, "", fmt.Sprintf("a blank that is no space (%U), which YAML takes for a letter", c), slips.Write(line))
		return true
	}
	found = func(p pair) bool { return look(p.pos, p.key) }
	for _, p := range root.pairs {
		if found(p) || slices.ContainsFunc(p.value.pairs, found) || p.value.kind == text && look(p.value.pos, p.value.text) {
			return true
		}
	}
	return false
}

// beside reports the first key at the left edge that is meant for the service above
// it.
func (r *report) beside(root value) bool {
	keys := index(keyTable())
	for i, p := range root.pairs {
		if _, is := keys[p.key]; i == 0 || !is || !p.value.noService() {
			continue
		}
		service := root.pairs[i-1]
		if service.value.kind != null && !runs(service.value) {
			continue
		}
		r.fail(p.pos, "", fmt.Sprintf("%q stands beside the service %q, not in it", p.key, service.key),
			fmt.Sprintf("indent what belongs to %q: %s", service.key, slips.Write("  "+r.line(p.pos)))).
			as(KindNoService, About{Service: p.key, Written: p.value.json()})
		return true
	}
	return false
}

// noService reports a value that is that of a key, whatever stands in a service.
func (v value) noService() bool {
	if v.kind == mapping && len(v.pairs) > 0 && !runs(v) {
		return !slices.ContainsFunc(v.pairs, func(p pair) bool { return !p.value.scalar() })
	}
	return v.scalar() || v.kind == list
}

func badEncoding(file string, data []byte) Pos {
	return firstRune(file, data, func(c rune, size int) bool { return c == utf8.RuneError && size <= 1 })
}

// firstControl is where the first character stands that YAML does not take.
func firstControl(file string, data []byte) Pos {
	return firstRune(file, data, func(c rune, _ int) bool {
		return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c > '~' && c < '\u00a0' && c != '\u0085' || c == '\ufffe' || c == '\uffff'
	})
}

// otherEncoding is a hint where text looks like that of programs on Windows.
func otherEncoding(data []byte) []string {
	if mark := string(data[:min(len(data), 2)]); mark == "\xff\xfe" || mark == "\xfe\xff" || bytes.IndexByte(data, 0) >= 0 && bytes.Count(data, []byte{0}) > len(data)/3 {
		return []string{"this looks like UTF-16: save the file as UTF-8"}
	}
	return nil
}

func firstRune(file string, data []byte, is func(c rune, size int) bool) Pos {
	p := Pos{File: file, Line: 1, Column: 1}
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case is(c, size):
			return p
		case c == '\n':
			p.Line, p.Column = p.Line+1, 1
		default:
			p.Column++
		}
		data = data[size:]
	}
	return p
}
