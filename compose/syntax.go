package compose

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
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

func badEncoding(file string, data []byte) Pos {
	p := Pos{File: file, Line: 1, Column: 1}
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case c == utf8.RuneError && size <= 1:
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
