package compose

import (
	"fmt"
	"path/filepath"
	"strings"
)

// scope is where values are read: in which service of which file, and what
// paths are relative to.
type scope struct {
	*report
	find lookup
	base string // the directory that relative paths start from
	path string // web.links
	at   About  // the same in parts

	mapped bool // the value is one of a mapping in the service's key
	strict bool // Options.Strict

	directories bool // Options.Directories

	paths map[Pos]string // the items of lists that were read, for what is checked later
}

// under is the scope of a part of a value.
func (s *scope) under(format string, a ...any) *scope {
	c := *s
	c.path += fmt.Sprintf(format, a...)
	return &c
}

func (s *scope) item(i int) *scope {
	c := s.under("[%d]", i)
	c.at.Item = true
	return c
}

// part is the scope of a part of a key's mapping.
func (s *scope) part(name string) *scope {
	c := s.under(".%s", name)
	c.mapped = true
	if c.at.Part != "" {
		name = c.at.Part + "." + name
	}
	c.at.Part = name
	return c
}

// of is the scope of item i of v, which is v itself where v is one word that
// is taken as a list.
func (s *scope) of(v value, i int) *scope {
	if v.kind != list {
		return s
	}
	return s.item(i)
}

// about is what a mistake here is about, with a text.
func (s *scope) about(text string) About {
	at := s.at
	at.Text = text
	return at
}

// errorAt reports a mistake at the value v.
func (s *scope) errorAt(v value, msg string, hints ...string) *Error {
	at := s.at
	at.Text, at.Written = v.text, v.json()
	if bare := strings.Trim(v.text, smartQuotes); bare != v.text {
		hints = []string{fmt.Sprintf("write plain quotes, which YAML knows: %q", bare)}
	}
	return s.fail(v.pos, s.path, msg, hints...).as(KindBadValue, at)
}

// smartQuotes are those that word processors and blogs make of plain ones.
const smartQuotes = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"

// invalidAt reports a mistake that a parser found in the value v.
func (s *scope) invalidAt(v value, m *invalid) {
	e := s.errorAt(v, m.msg, m.hints...)
	if m.kind != "" {
		e.Kind = m.kind
	}
	if m.text != "" {
		e.About.Text = m.text
	}
}

// noteAt notes how the value v was taken.
func (s *scope) noteAt(v value, format string, a ...any) {
	s.note(v.pos, s.path, fmt.Sprintf(format, a...))
}

// filled are the pairs of a mapping that have a value; the others are noted.
func filled(s *scope, v value) []pair {
	out := make([]pair, 0, len(v.pairs))
	for _, p := range v.pairs {
		if p.value.kind == null {
			s.part(p.key).noteAt(p.value, emptyKey)
			continue
		}
		out = append(out, p)
	}
	return out
}

// emptyKey notes a key, or a dash, with nothing behind it.
const emptyKey = "is empty and has no effect"

// home expands ~, the only user directory that is known.
func (s *scope) home(path string) (string, bool) {
	if path != "~" && !strings.HasPrefix(path, "~/") {
		return path, false
	}
	dir, ok := s.find("HOME")
	if !ok || dir == "" {
		return path, false
	}
	return filepath.Join(dir, path[1:]), true
}

// absolute resolves a path of the file's machine.
func (s *scope) absolute(path string) string {
	if p, ok := s.home(path); ok {
		return p
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.base, path)
}

// invalid says what is wrong with a value, without its place: that the caller
// adds.
type invalid struct {
	msg   string
	hints []string
	kind  Kind   // empty: KindBadValue
	text  string // of About; empty: the value's
}

// as says which kind of mistake it is.
func (m *invalid) as(kind Kind) *invalid {
	m.kind = kind
	return m
}

// invalidf makes an invalid with at most one hint, none where it is empty.
func invalidf(hint, format string, a ...any) *invalid {
	m := &invalid{msg: fmt.Sprintf(format, a...)}
	if hint != "" {
		m.hints = []string{hint}
	}
	return m
}
