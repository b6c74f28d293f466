package compose

import (
	"sort"
	"strings"
)

// Error is one mistake in a file, or in what selects the files. It is data:
// the terminal adds the source line and the caret.
type Error struct {
	Pos   Pos
	Path  string   // web.links[0]; empty where the file as a whole is meant
	Msg   string   // lower case, no full stop
	Hints []string // what to type instead, at most two
}

// Error is the mistake on one line, as compilers write it:
// fig.yml:5:6: web.links[0]: no service "bd" (did you mean "db"?)
func (e *Error) Error() string {
	s := e.Msg
	if e.Path != "" {
		s = e.Path + ": " + s
	}
	if !e.Pos.IsZero() {
		s = e.Pos.String() + ": " + s
	}
	return s
}

// Errors is every mistake found, in file order. It is never empty.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort puts the mistakes in the order in which a reader meets them.
func (es Errors) Sort() {
	sort.SliceStable(es, func(i, j int) bool { return before(es[i].Pos, es[j].Pos) })
}

// before reports whether a stands before b: files by name, then line and
// column.
func before(a, b Pos) bool {
	if a.File != b.File {
		return a.File < b.File
	}
	if a.Line != b.Line {
		return a.Line < b.Line
	}
	return a.Column < b.Column
}
