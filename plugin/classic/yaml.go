package classic

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/stack-lite/stack-lite/compose"
)

// printYAML writes a document as the library of docker-compose 1.29 did: keys in
// their order, no flow style, lines that are folded at a space behind column 80,
// and quotes only where they are needed. Texts go through escape first. What is
// not printable is always escaped, so that it can't act on a terminal.
func printYAML(document map[string]any, escape func(string) string) string {
	p := yamlPrinter{escape: escape}
	p.mapping(document, 0, false)
	return p.out.String()
}

// longestKey is how long a key may be that stands before its colon.
const longestKey = 122

// foldBehind is the column behind which a line may be folded.
const foldBehind = 80

type yamlPrinter struct {
	escape func(string) string
	out    strings.Builder
	column int // in characters
}

func (p *yamlPrinter) write(s string) {
	p.out.WriteString(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		p.column, s = 0, s[i+1:]
	}
	p.column += len([]rune(s))
}

// newline begins a line.
func (p *yamlPrinter) newline(indent int) { p.write("\n" + strings.Repeat(" ", indent)) }

// mapping writes a mapping that begins where the line stands, or on lines of its
// own.
func (p *yamlPrinter) mapping(m map[string]any, indent int, inline bool) {
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 || !inline {
			p.write(strings.Repeat(" ", indent))
		}
		text := p.escape(key)
		if text == "" || len([]rune(text)) > longestKey || strings.ContainsAny(text, "\n\u0085\u2028\u2029") {
			p.write("? ")
			p.text(text, indent, false)
			p.write("\n" + strings.Repeat(" ", indent) + ":")
		} else {
			p.text(text, indent, true)
			p.write(":")
		}
		p.value(m[key], indent)
	}
}

// value writes what stands behind a colon.
func (p *yamlPrinter) value(v any, indent int) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 {
			p.write("\n")
			p.mapping(v, indent+2, false)
			return
		}
	case []any:
		if len(v) > 0 {
			p.write("\n")
			p.list(v, indent, false)
			return
		}
	}
	p.write(" ")
	p.scalar(v, indent)
	p.write("\n")
}

// list writes the items of a list.
func (p *yamlPrinter) list(items []any, indent int, inline bool) {
	for i, item := range items {
		if i > 0 || !inline {
			p.write(strings.Repeat(" ", indent))
		}
		p.write("- ")
		switch item := item.(type) {
		case map[string]any:
			if len(item) > 0 {
				p.mapping(item, indent+2, true)
				continue
			}
		case []any:
			if len(item) > 0 {
				p.list(item, indent+2, true)
				continue
			}
		}
		p.scalar(item, indent)
		p.write("\n")
	}
}

// scalar writes one word, and what is empty.
func (p *yamlPrinter) scalar(v any, indent int) {
	switch v := v.(type) {
	case nil:
		p.write("null")
	case bool:
		p.write(strconv.FormatBool(v))
	case compose.Number:
		if text := string(v); isCanonical(text) {
			p.write(text)
			return
		}
		p.text(p.escape(string(v)), indent, false)
	case string:
		p.text(p.escape(v), indent, false)
	case map[string]any:
		p.write("{}")
	case []any:
		p.write("[]")
	default:
		panic(fmt.Sprintf("no value of a document: %T", v))
	}
}

// isCanonical reports whether a number is written as it would be printed, so that
// nobody reads it as another.
func isCanonical(text string) bool {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(n, 10) == text
	}
	n, err := strconv.ParseFloat(text, 64)
	return err == nil && strings.Contains(text, ".") &&
		(strconv.FormatFloat(n, 'f', -1, 64) == text || strconv.FormatFloat(n, 'f', 1, 64) == text)
}

// text writes a text, in quotes where it needs them; as a key it is not folded.
func (p *yamlPrinter) text(s string, indent int, key bool) {
	a := analyze(s)
	switch {
	case isWordOfBool(s):
		p.double(s, indent, key)
	case a.plain && !notText.MatchString(s):
		p.plain(s, indent, key)
	case a.single:
		p.single(s, indent, key)
	default:
		p.double(s, indent, key)
	}
}

// notText matches what YAML 1.1 does not take for text where it has no quotes.
var notText = regexp.MustCompile(`^(?:` + strings.Join([]string{
	``, `~`, `null|Null|NULL`, `<<`, `=`,
	`yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF`,
	`[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+`,
	`[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?`,
	`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
	`[0-9]{4}-[0-9]{2}-[0-9]{2}`,
	`[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?`,
}, "|") + `)$`)

// isWordOfBool reports whether some reader of YAML takes a word for true or false.
func isWordOfBool(s string) bool {
	return slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "true", "false"}, strings.ToLower(s))
}

func isBreak(r rune) bool { return strings.ContainsRune("\n\u0085\u2028\u2029", r) }

// styles are the ways in which a text may be written besides in double quotes.
type styles struct{ plain, single bool }

// analyze looks at a text character by character.
func analyze(text string) styles {
	s := []rune(text)
	blank := func(i int) bool { return i >= len(s) || isBreak(s[i]) || strings.ContainsRune("\x00 \t\r", s[i]) }
	plain, single := true, true
	if strings.HasPrefix(text, "---") || strings.HasPrefix(text, "...") {
		plain = false
	}
	for i, r := range s {
		first := i == 0
		switch {
		case first && strings.ContainsRune("#,[]{}&*!|>'\"%@`", r),
			first && strings.ContainsRune("?-", r) && blank(1),
			r == ':' && blank(i+1),
			r == '#' && !first && blank(i-1):
			plain = false
		}
		ends := first || i == len(s)-1
		switch {
		case isBreak(r):
			plain = false
			if !first && s[i-1] == ' ' {
				single = false
			}
		case r == ' ' && ends:
			plain = false
		}
		if r == ' ' && !first && isBreak(s[i-1]) || !isPrinted(r) && r != '\n' {
			plain, single = false, false
		}
	}
	return styles{plain, single}
}

// isPrinted reports whether a character stands for itself.
func isPrinted(r rune) bool {
	return ' ' <= r && r <= '~' || r > '~' && unicode.IsGraphic(r) && r != '\ufeff'
}

// plain writes a text without quotes.
func (p *yamlPrinter) plain(s string, indent int, key bool) {
	p.folded([]rune(s), indent, key, false)
}

// single writes a text in single quotes.
func (p *yamlPrinter) single(s string, indent int, key bool) {
	p.write("'")
	p.folded([]rune(s), indent, key, true)
	p.write("'")
}

// folded writes runs of spaces, of line breaks and of other characters. Behind
// the last column a single space becomes a line break.
func (p *yamlPrinter) folded(s []rune, indent int, key, quoted bool) {
	for start := 0; start < len(s); {
		end := start + 1
		kind := runKind(s[start])
		for end < len(s) && runKind(s[end]) == kind {
			end++
		}
		run := string(s[start:end])
		switch {
		case kind == spaces && end == start+1 && p.column > foldBehind && !key && (!quoted || start > 0 && end < len(s)):
			p.newline(indent + 2)
		case kind == breaks:
			if s[start] == '\n' {
				p.write("\n")
			}
			p.write(run)
			p.column = 0
			p.write(strings.Repeat(" ", indent+2))
		case quoted:
			p.write(strings.ReplaceAll(run, "'", "''"))
		default:
			p.write(run)
		}
		start = end
	}
}

// The kinds of runs in a text.
const (
	others = iota
	spaces
	breaks
)

func runKind(r rune) int {
	switch {
	case r == ' ':
		return spaces
	case isBreak(r):
		return breaks
	}
	return others
}

// double writes a text in double quotes, with what is not printable escaped.
func (p *yamlPrinter) double(text string, indent int, key bool) {
	s := []rune(text)
	p.write(`"`)
	start := 0
	for end := 0; end <= len(s); end++ {
		if end == len(s) || strings.ContainsRune("\"\\\u0085\u2028\u2029\ufeff", s[end]) || !isPrinted(s[end]) || s[end] > 0xffff {
			p.write(string(s[start:end]))
			if start = end; end < len(s) {
				p.write(escaped(s[end]))
				start = end + 1
			}
		}
		if 0 < end && end < len(s)-1 && (s[end] == ' ' || start >= end) && p.column+end-start > foldBehind && !key {
			p.write(string(s[min(start, end):end]) + `\`)
			start = max(start, end)
			p.newline(indent + 2)
			if s[start] == ' ' {
				p.write(`\`)
			}
		}
	}
	p.write(`"`)
}

// escaped is a character as it stands in double quotes.
func escaped(r rune) string {
	short := map[rune]string{
		0: "0", '\a': "a", '\b': "b", '\t': "t", '\n': "n", '\v': "v", '\f': "f", '\r': "r", '\x1b': "e",
		'"': `"`, '\\': `\`, '\u0085': "N", '\u00a0': "_", '\u2028': "L", '\u2029': "P",
	}
	switch s, ok := short[r]; {
	case ok:
		return `\` + s
	case r <= 0xff:
		return fmt.Sprintf(`\x%02X`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04X`, r)
	}
	return fmt.Sprintf(`\U%08X`, r)
}
