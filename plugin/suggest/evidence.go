package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Level says how sure it is that a service talks to another.
type Level string

// The levels, from the least sure.
const (
	Never  Level = "" // it is no evidence
	Maybe  Level = "maybe"
	Likely Level = "likely"
	Sure   Level = "sure"
)

// Levels lists them, from the most sure.
func Levels() []string { return []string{string(Sure), string(Likely), string(Maybe)} }

// rank orders levels.
func (l Level) rank() int { return slices.Index([]Level{Never, Maybe, Likely, Sure}, l) }

// AtLeast reports whether a level is as sure as another.
func (l Level) AtLeast(o Level) bool { return l.rank() >= o.rank() }

// The kinds of evidence.
const (
	Environment = "environment"
	Command     = "command"
	Entrypoint  = "entrypoint"
	Health      = "healthcheck"
	Image       = "image"
	Label       = "label"
	Mounted     = "file"
	DependsOn   = "depends_on"
	Seen        = "traffic"
	LookedUp    = "lookup"
)

// Evidence is one reason to think that a service talks to another. It has nothing of a
// value but the name and the port: values may be secret.
type Evidence struct {
	Kind  string `json:"kind"`
	Place string `json:"place,omitempty"` // file:line:column
	Text  string `json:"text"`
	Level Level  `json:"level"`
}

// String is the evidence on one line.
func (e Evidence) String() string {
	if e.Place == "" {
		return e.Text
	}
	return e.Text + " (" + e.Place + ")"
}

// Mention is a place at which a service names another.
type Mention struct {
	From, To string
	As       string // by which name, where it is not that of the service
	Evidence Evidence
}

// File is the text of a file that a service mounts.
type File struct {
	Service string
	Path    string // for messages
	Text    string
}

// piece is something written that may name hosts.
type piece struct {
	kind string
	pos  compose.Pos
	key  string // of what it is the value: a variable, a flag, a setting; empty: of nothing
	text string
	// within says that the text is a part of something longer.
	within bool
}

// FromProject finds the mentions in what services are given, and in files that they
// mount, in the order of the files.
func FromProject(p *compose.Project, files []File) []Mention {
	var found []Mention
	for _, s := range p.Services {
		if s.Fronts != "" {
			continue
		}
		n := namesFor(p, s)
		for _, of := range []func(*compose.Service) []piece{fromEnvironment, fromEntrypoint, fromCommand, fromHealthcheck, fromLabels} {
			for _, piece := range of(s) {
				found = append(found, n.mentions(piece)...)
			}
		}
		found = append(found, n.portsIn(s)...)
		found = append(found, n.dependencies(s)...)
		found = append(found, n.byImage(s)...)
		for _, f := range files {
			if f.Service != s.Name {
				continue
			}
			for _, piece := range fromFile(f) {
				found = append(found, n.mentions(piece)...)
			}
		}
	}
	return found
}

func fromEnvironment(s *compose.Service) []piece { return fromVars(Environment, s.Environment) }
func fromLabels(s *compose.Service) []piece      { return fromVars(Label, s.Labels) }

func fromVars(kind string, vars []compose.Var) []piece {
	var list []piece
	for _, v := range vars {
		if v.Value != nil {
			list = append(list, piece{kind: kind, pos: v.Pos, key: v.Name, text: *v.Value})
		}
	}
	return list
}

func fromCommand(s *compose.Service) []piece {
	return fromWords(Command, s.At["command"], s.Command, len(s.Entrypoint) == 0)
}

func fromEntrypoint(s *compose.Service) []piece {
	return fromWords(Entrypoint, s.At["entrypoint"], s.Entrypoint, true)
}

// fromHealthcheck takes the test of a service apart, which runs inside of its container.
func fromHealthcheck(s *compose.Service) []piece {
	if s.Spec == nil || s.Spec.Healthcheck == nil || len(s.Spec.Healthcheck.Test) < 2 {
		return nil
	}
	test := s.Spec.Healthcheck.Test
	return fromWords(Health, s.At["healthcheck"], test[1:], test[0] == "CMD")
}

// fromWords takes the words of a command apart. The first one is a program, and no host.
func fromWords(kind string, pos compose.Pos, words []string, program bool) []piece {
	var list []piece
	for i, word := range words {
		p := piece{kind: kind, pos: pos, text: word, within: true}
		if i > 0 && isFlag(words[i-1]) {
			p.key = words[i-1]
		}
		if i == 0 && program && !strings.ContainsAny(word, " :") {
			continue
		}
		list = append(list, p)
	}
	return list
}

// isFlag reports whether a word is a flag whose value is the next one.
func isFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && !strings.ContainsAny(word, "= :/")
}

// fromFile takes a file apart into its lines. What is a comment is left out.
func fromFile(f File) []piece {
	var list []piece
	number := 0
	for line := range strings.Lines(f.Text) {
		number++
		text := strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimLeft(text, " \t")
		if trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, ";") || strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "<!--") {
			continue
		}
		pos := compose.Pos{File: f.Path, Line: number, Column: len(text) - len(trimmed) + 1}
		key, value, ok := setting(trimmed)
		list = append(list, piece{kind: Mounted, pos: pos, key: key, text: value, within: !ok})
	}
	return list
}

// setting takes a line such as host = db, host: db or host db; apart; ok is false where
// it has another form, and then the value is the line.
func setting(line string) (key, value string, ok bool) {
	i := strings.IndexFunc(line, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_.-\"'<>", r))
	})
	if i <= 0 {
		return "", line, false
	}
	key = strings.Trim(line[:i], `"'<>`)
	rest := strings.TrimLeft(line[i:], " \t")
	switch {
	case strings.HasPrefix(rest, "://"):
		return "", line, false
	case strings.HasPrefix(rest, "=>"):
		rest = rest[2:]
	case strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":"):
		if line[i] == ':' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9' { // host:port
			return "", line, false
		}
		rest = rest[1:]
	}
	value = strings.Trim(strings.TrimSpace(rest), `"',;`)
	return key, value, true
}

// evidence is what a mention at a place is evidence of.
func (p piece) evidence(level Level, what string) Evidence {
	e := Evidence{Kind: p.kind, Place: p.pos.String(), Level: level}
	switch {
	case p.key != "" && p.kind != Command && p.kind != Entrypoint && p.kind != Health:
		e.Text = fmt.Sprintf("%s %s: %s", p.kind, p.key, what)
	default:
		e.Text = fmt.Sprintf("%s: %s", p.kind, what)
	}
	return e
}

// sortEvidence puts the surest first.
func sortEvidence(list []Evidence) {
	slices.SortStableFunc(list, func(a, b Evidence) int { return cmp.Compare(b.Level.rank(), a.Level.rank()) })
}
