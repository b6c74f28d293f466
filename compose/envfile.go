package compose

import (
	"strings"
	"unicode/utf8"
)

// setting is one line of an env_file or of .env. A nil value is a name alone.
type setting struct {
	name  string
	value *string
	line  int
	col   int
}

// lineError is a mistake in a line of such a file.
type lineError struct {
	*invalid
	line, col int
}

// parseEnvFile reads NAME=VALUE lines as docker-compose 1.26 and later did:
// blank lines and lines that begin with # say nothing; "export " may stand in
// front; quotes around a value are taken off and may span lines; \n, \t, \",
// \' and \\ count inside double quotes; " #" begins a comment after an unquoted
// value; ${NAME} and ${NAME:-default} are replaced outside single quotes, by
// earlier lines of the file and then by find, unless that is nil. A bare $ is a
// dollar sign: passwords hold them. (The libraries for such files expand it.)
func parseEnvFile(data string, find lookup) ([]setting, []lineError) {
	p := envParser{s: strings.TrimPrefix(data, "\ufeff"), line: 1, outer: find, known: map[string]*string{}}
	if !utf8.ValidString(p.s) {
		return nil, []lineError{{invalidf("", "not text in UTF-8"), 1, 1}}
	}
	for p.s != "" {
		p.entry()
	}
	return p.out, p.errs
}

type envParser struct {
	s     string // what is left
	line  int
	outer lookup
	known map[string]*string
	out   []setting
	errs  []lineError
	grown int // bytes of all values with what stands for variables in them
}

func (p *envParser) entry() {
	line := p.line
	raw, rest := p.cut()
	body := strings.TrimLeft(raw, " \t\r\f\v")
	col := utf8.RuneCountInString(raw[:len(raw)-len(body)]) + 1
	if body = strings.TrimRight(body, " \t\r\f\v"); body == "" || body[0] == '#' {
		p.next(rest)
		return
	}
	if after, ok := strings.CutPrefix(body, "export"); ok && after != strings.TrimLeft(after, " \t") {
		body = strings.TrimLeft(after, " \t")
	}
	name, val, assigned := strings.Cut(body, "=")
	if i := comment(name); i >= 0 {
		name, assigned = name[:i], false
	}
	name = strings.TrimRight(name, " \t")
	if m := variableName(&Var{Name: strings.Trim(name, "'")}); m != nil {
		p.errs = append(p.errs, lineError{m, line, col})
		p.next(rest)
		return
	}
	set := setting{name: strings.Trim(name, "'"), line: line, col: col}
	if !assigned {
		p.next(rest)
	} else if v, m := p.value(strings.TrimLeft(val, " \t"), rest); m != nil {
		p.errs = append(p.errs, lineError{m, line, col})
		return
	} else if m := p.tooMuch(v); m != nil {
		p.errs = append(p.errs, lineError{m, line, col})
		return
	} else {
		set.value = &v
	}
	p.known[set.name] = set.value
	p.out = append(p.out, set)
}

// tooMuch reports a value that no variable has, or one too many: lines that name those
// above them twice each may stand for more than there is room for.
func (p *envParser) tooMuch(v string) *invalid {
	if strings.ContainsRune(v, 0) {
		return invalidf("", "the value contains a NUL character")
	}
	if p.grown += len(v); p.grown > maxText {
		p.s = "" // nothing more is read
		return invalidf("", "the variables of the file stand for more than %d MB of text", maxText>>20)
	}
	return nil
}

// cut splits off the current line.
func (p *envParser) cut() (line, rest string) {
	line, rest, _ = strings.Cut(p.s, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// next goes on with rest, which begins one line further down.
func (p *envParser) next(rest string) {
	p.s = rest
	p.line++
}

// value reads what follows the = of a line; rest is the lines below.
func (p *envParser) value(v, rest string) (string, *invalid) {
	if v != "" && (v[0] == '"' || v[0] == '\'') {
		all := v
		if rest != "" || strings.HasSuffix(p.s, "\n") {
			all += "\n" + rest
		}
		return p.quoted(all[0], all[1:], rest)
	}
	p.next(rest)
	if strings.HasPrefix(v, "#") {
		return "", nil
	}
	if i := comment(v); i >= 0 {
		v = v[:i]
	}
	return p.expand(strings.TrimRight(v, " \t")), nil
}

// comment is where a comment begins in s, or -1: at a # after a blank.
func comment(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			return i
		}
	}
	return -1
}

// quoted reads up to the closing quote, over as many lines as it takes. Where
// there is none, it goes on with rest, the next line.
func (p *envParser) quoted(quote byte, all, rest string) (string, *invalid) {
	var b strings.Builder
	for i := 0; i < len(all); i++ {
		switch c := all[i]; {
		case c == quote:
			tail, after, _ := strings.Cut(all[i+1:], "\n")
			p.line += strings.Count(all[:i], "\n")
			p.next(after)
			if tail = strings.TrimSpace(tail); tail != "" && tail[0] != '#' {
				return "", invalidf("put the whole value in quotes", "unexpected text after the closing quote: %q", tail)
			}
			if quote == '\'' {
				return b.String(), nil
			}
			return p.expand(b.String()), nil
		case c == '\\' && i+1 < len(all):
			i++
			b.WriteString(unescape(quote, all[i]))
		default:
			b.WriteByte(c)
		}
	}
	p.next(rest)
	return "", invalidf("close it, or put the value in the other kind of quotes", "the quote %c is not closed", quote)
}

func unescape(quote, c byte) string {
	if c == quote || c == '\\' {
		return string(c)
	}
	if quote == '"' {
		switch c {
		case 'n':
			return "\n"
		case 't':
			return "\t"
		case 'r':
			return "\r"
		case '\'':
			return "'"
		}
	}
	return `\` + string([]byte{c})
}

// expand replaces ${NAME} and ${NAME:-default}; all else stays as it is.
func (p *envParser) expand(s string) string {
	if p.outer == nil {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "${")
		inside, rest, closed := strings.Cut(after, "}")
		b.WriteString(before)
		if !found || !closed {
			b.WriteString(s[len(before):])
			return b.String()
		}
		name, fallback, _ := strings.Cut(inside, ":-")
		if v, ok := p.find(name); ok && v != "" {
			fallback = v
		}
		if b.WriteString(fallback); b.Len() > maxText {
			return b.String()
		}
		s = rest
	}
}

func (p *envParser) find(name string) (string, bool) {
	if v, ok := p.known[name]; ok && v != nil {
		return *v, true
	}
	return p.outer(name)
}
