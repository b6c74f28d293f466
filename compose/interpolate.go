package compose

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// lookup finds a variable's value.
type lookup func(name string) (string, bool)

// interpolate replaces the variables in every text of v, which is part of
// what where names and of what at does. Keys and service names stay as they are.
func interpolate(r *report, find lookup, where string, at About, keep bool, v value) value {
	if !v.hasDollar() {
		return v
	}
	switch v.kind {
	case text:
		e := expansion{s: v.text, find: find, blank: func(name string) { r.blank(name, v.pos) }, keep: keep, grown: &r.grown}
		s := e.text(true, 0)
		if e.err != nil {
			at.Text = v.text
			r.fail(v.pos, where, e.err.msg, e.err.hints...).as(KindBadDollar, at)
			r.allTold(v.pos)
		}
		if len(e.kept) > 0 {
			r.note(v.pos, where, fmt.Sprintf("%s stays as it is for the shell in the container, as in Fig; write $$ for a dollar sign in every release", strings.Join(e.kept, " ")))
		}
		v.text = s
	case list:
		items := make([]value, len(v.items))
		for i, item := range v.items {
			items[i] = interpolate(r, find, fmt.Sprintf("%s[%d]", where, i), at, keep, item)
		}
		v.items = items
	case mapping:
		pairs := make([]pair, len(v.pairs))
		for i, p := range v.pairs {
			of := at
			if at.Key == "" {
				of.Key, keep = p.key, p.ofFig()
			}
			p.value = interpolate(r, find, where+"."+p.key, of, keep, p.value)
			pairs[i] = p
		}
		v.pairs = pairs
	}
	return v
}

// shell is a command that a shell in the container reads.
var shell = regexp.MustCompile(`(^|[\s"/])(ba|da|z|k|a)?sh"?,?\s+"?-\w*c\b|\$\(`)

// ofFig reports whether a key is a command for a shell in a file of Fig, which
// replaced no variables there (compose-v1.md 1.6): a dollar sign is one of that shell.
// Where a variable is set on this machine it is one for later releases, which read
// such files, too.
func (p pair) ofFig() bool {
	name := path.Base(filepath.ToSlash(p.pos.File))
	ext := path.Ext(name)
	switch {
	case p.key != "command" && p.key != "entrypoint", !strings.HasPrefix(name, "fig"), ext != ".yml" && ext != ".yaml":
		return false
	case p.value.kind == list:
		return shell.MatchString(strings.ReplaceAll(p.value.json(), "$(", ""))
	}
	return shell.MatchString(p.value.text)
}

// expand replaces the variables in s: $X and ${X} as docker-compose 1.5 took
// them, $$ for a dollar sign, and the shell's ${X-y}, ${X:-y}, ${X+y},
// ${X:+y}, ${X?y} and ${X:?y}, whose y may hold variables too. It calls blank
// for each variable that is replaced by nothing because it is not set.
func expand(s string, find lookup, blank func(string)) (string, *invalid) {
	e := expansion{s: s, find: find, blank: blank, grown: new(int)}
	out := e.text(true, 0)
	if e.err != nil {
		return "", e.err
	}
	return out, nil
}

// expansion walks once over a string.
type expansion struct {
	s     string
	i     int
	find  lookup
	blank func(string)
	grown *int // bytes that variables stood for so far, in all texts
	err   *invalid

	keep bool     // what is no variable that is set stays as it is
	kept []string // what did
}

const maxNested = 16 // ${A:-${B:-…}}

// text reads up to the end, or up to the } that closes the word it is in.
// What is not live is read for its mistakes alone.
func (e *expansion) text(live bool, depth int) string {
	var b strings.Builder
	for e.i < len(e.s) && e.err == nil {
		c := e.s[e.i]
		if c == '}' && depth > 0 {
			break
		}
		if c != '$' {
			b.WriteByte(c)
			e.i++
			continue
		}
		start := e.i
		val := e.variable(live, depth)
		if *e.grown += len(val); *e.grown > maxText && e.err == nil {
			e.fail(start, fmt.Sprintf("the variables of the files stand for more than %d MB of text", maxText>>20))
		}
		b.WriteString(val)
	}
	return b.String()
}

// variable reads what begins with a dollar sign.
func (e *expansion) variable(live bool, depth int) string {
	start := e.i
	e.i++
	if e.i < len(e.s) && e.s[e.i] == '$' {
		e.i++
		return "$"
	}
	braced := e.i < len(e.s) && e.s[e.i] == '{'
	if braced {
		e.i++
	}
	name := e.name()
	if _, set := e.find(name); e.keep && !set && (!braced || name == "" || e.i < len(e.s) && e.s[e.i] == '}') {
		return e.stay(start)
	}
	if name == "" {
		return e.fail(start, "a dollar sign must be followed by a name")
	}
	val, set := e.find(name)
	if !braced {
		return e.plain(name, val, set, live)
	}
	op := e.operator()
	if op == "" {
		if !e.closed() {
			return e.fail(start, "${ is not closed, or holds more than a name")
		}
		return e.plain(name, val, set, live)
	}
	if depth >= maxNested {
		return e.fail(start, fmt.Sprintf("variables nested more than %d deep", maxNested))
	}
	good := set && (op[0] != ':' || val != "")
	useWord := good == (op[len(op)-1] == '+')
	word := e.text(live && useWord, depth+1)
	if e.err != nil {
		return ""
	}
	if !e.closed() {
		return e.fail(start, "${ is not closed")
	}
	switch {
	case !useWord && good:
		return val
	case !useWord:
		return ""
	case op[len(op)-1] == '?':
		if live {
			e.err = needed(name, word, set)
		}
		return ""
	}
	return word
}

func needed(name, word string, set bool) *invalid {
	what := "is not set"
	if set {
		what = "is empty"
	}
	if word != "" {
		what += ": " + word
	}
	return invalidf(fmt.Sprintf("set it: export %s=…, or a line %s=… in .env", name, name),
		"the variable %s is required and %s", name, what)
}

func (e *expansion) plain(name, val string, set, live bool) string {
	if !set && live {
		e.blank(name)
	}
	return val
}

// stay leaves a dollar sign as it is, and gives it with the name behind it.
func (e *expansion) stay(start int) string {
	s := e.s[start:e.i]
	if strings.HasPrefix(s, "${") && e.closed() {
		s = e.s[start:e.i]
	}
	seen := s
	if _, size := utf8.DecodeRuneInString(e.s[e.i:]); s == "$" {
		seen = e.s[start : e.i+size]
	}
	if !slices.Contains(e.kept, seen) {
		e.kept = append(e.kept, seen)
	}
	return s
}

func (e *expansion) name() string {
	start := e.i
	for e.i < len(e.s) && isName(e.s[e.i], e.i > start) {
		e.i++
	}
	return e.s[start:e.i]
}

func isName(c byte, digits bool) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digits && '0' <= c && c <= '9'
}

func (e *expansion) operator() string {
	rest := e.s[e.i:]
	for _, op := range [...]string{":-", ":+", ":?", "-", "+", "?"} {
		if strings.HasPrefix(rest, op) {
			e.i += len(op)
			return op
		}
	}
	return ""
}

func (e *expansion) closed() bool {
	if e.i < len(e.s) && e.s[e.i] == '}' {
		e.i++
		return true
	}
	return false
}

func (e *expansion) fail(start int, msg string) string {
	e.err = invalidf("write $$ where the container is to get a dollar sign", "%s: %q", msg, excerpt(e.s[start:]))
	return ""
}

// excerpt is the beginning of a text, for a message.
func excerpt(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

// escape is the opposite of expand: it makes text that stands for itself.
func escape(s string) string { return strings.ReplaceAll(s, "$", "$$") }
