// Package slips finds the slip of the hand behind text that is no YAML.
//
// What a reader of YAML says of such text is the place where it could not go on,
// which is often lines below the slip. Find tries the corrections that people's
// files most often need, line by line, and believes the first one with which the
// text can be read, or be read farther than with any other.
package slips

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Slip is what is wrong in one line, and how to write it.
type Slip struct {
	Line, Column int // from 1, in characters
	Msg          string
	Hints        []string
}

// correction is a way to write lines that begin with the given one.
type correction struct {
	column int // of the slip, from 0, in bytes
	msg    string
	hints  []string
	lines  []string
	moved  int // how far to the side they go
}

// The most that is looked at: a correction costs a reading of what is above it,
// and one that helps a few of the whole text.
const (
	maxText  = 64 << 10
	maxAbove = 60      // lines above the place where a reader stops
	maxRead  = 4 << 20 // bytes in all
)

// Find finds the slip in a file whose services may have the given keys. It returns
// false where no single correction helps.
func Find(text string, keys []string) (Slip, bool) {
	if len(text) > maxText {
		return Slip{}, false
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if s, ok := foreign(lines); ok {
		return s, true
	}
	was := reach(lines)
	s := search{lines: lines, best: was, was: was, size: len(text)}
	from, to := max(0, was.lines-maxAbove), min(was.lines+1, len(lines))
	for i := from; i < to; i++ {
		s.try(i, dash, comment, colon, equals, value, bare)
	}
	for i := to - 1; i >= from; i-- { // what comes second is what does not belong there
		s.try(i, mixed)
	}
	if s.best.lines <= len(lines) {
		for i := from; i < to; i++ {
			s.try(i, aligner(keys))
		}
	}
	return s.found, s.best.lines > was.lines
}

// rule gives ways to correct a line.
type rule func(lines []string, i int) []correction

// search remembers the best correction so far.
type search struct {
	lines []string
	best  extent // how far the text can be read with it
	found Slip

	was  extent // without any
	size int    // of the text
	done int    // bytes that were read so far
}

func (s *search) try(i int, rules ...rule) {
	for _, r := range rules {
		for _, c := range r(s.lines, i) {
			if s.done += s.size; s.done > maxRead {
				return
			}
			right := slices.Concat(s.lines[:i], c.lines, s.lines[i+len(c.lines):])
			if _, err := read(right[:min(s.was.lines, len(right))]); err != nil && !open(err) {
				continue
			}
			n := reach(right)
			n.moved = -c.moved
			if n.beats(s.best) {
				s.best = n
				s.found = Slip{i + 1, utf8.RuneCountInString(s.lines[i][:c.column]) + 1, c.msg, c.hints}
			}
		}
	}
}

// In finds the slip in one line that can be read, but says something else.
func In(line string) (Slip, bool) {
	for _, r := range [...]rule{dash, colon, equals} {
		for _, c := range r([]string{line}, 0) {
			return Slip{1, utf8.RuneCountInString(line[:c.column]) + 1, c.msg, c.hints}, true
		}
	}
	return Slip{}, false
}

// extent is how much of a text can be read. A correction that makes one value of
// two lines has fewer values than the right one, and of two that are as good the one
// that moves less is meant.
type extent struct{ lines, values, moved int }

func (e extent) beats(f extent) bool {
	switch {
	case e.lines != f.lines:
		return e.lines > f.lines
	case e.values != f.values:
		return e.values > f.values
	}
	return e.moved > f.moved
}

// reach is how many lines can be read, the one at which a reader stops included.
// One more is text that only lacks its end, two more is YAML.
func reach(lines []string) extent {
	n, err := read(lines)
	switch {
	case err == nil:
		return extent{lines: len(lines) + 2, values: values(n)}
	case open(err):
		return extent{lines: len(lines) + 1}
	}
	return extent{lines: 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, err := read(lines[:i+1])
		return err != nil && !open(err)
	})}
}

func read(lines []string) (*yaml.Node, error) {
	var n yaml.Node
	err := yaml.Unmarshal([]byte(strings.Join(lines, "\n")+"\n"), &n)
	return &n, err
}

func values(n *yaml.Node) int {
	sum := 1
	for _, c := range n.Content {
		sum += values(c)
	}
	return sum
}

// open reports what more lines could mend.
func open(err error) bool {
	s := err.Error()
	return strings.Contains(s, "unexpected end of stream") || strings.Contains(s, "did not find expected ',' or")
}

// foreign finds what no hand has typed: a web page in place of the file that it
// shows, and what git leaves where two versions of a line meet.
func foreign(lines []string) (Slip, bool) {
	for i, line := range lines {
		if start := strings.ToLower(strings.TrimSpace(line)); strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html") {
			return Slip{i + 1, 1, "this is a web page", []string{"download the file itself, such as by the button Raw of the page that shows it"}}, true
		}
		if strings.HasPrefix(line, "<<<<<<< ") {
			return Slip{i + 1, 1, "a conflict of two versions begins here",
				[]string{`keep one of the two, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>`}}, true
		}
	}
	return Slip{}, false
}

// Write is the hint that shows how a line is right.
func Write(line string) string {
	switch {
	case !strings.Contains(line, `"`):
		return `write "` + line + `"`
	case !strings.Contains(line, "'"):
		return "write '" + line + "'"
	}
	return "write " + strings.TrimSpace(line)
}

// quoted is text in the quotes that it does not hold itself.
func quoted(text string) string {
	if strings.ContainsAny(text, `"\`) && !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func blank(line string) bool {
	t := strings.TrimSpace(line)
	return t == "" || t[0] == '#'
}
