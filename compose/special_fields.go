package compose

import (
	"fmt"
	"strconv"
	"strings"
)

// The fields of keys that are like no other key.

// commandField is a program with arguments. Where empty says something of its
// own it stays apart from "not set".
func commandField(at func(*partial) *[]string, empty bool) field {
	return typed[[]string]{
		at: at,
		take: func(s *scope, v value) []string {
			c := s.command(v)
			if len(c) == 0 && !empty {
				return nil
			}
			return c
		},
		print: func(c []string) any {
			if c == nil {
				return nil
			}
			return c
		},
	}
}

// oneOrMore is a list of which one word alone was always taken.
func oneOrMore(at func(*partial) *[]string, check func(string) (string, *invalid)) field {
	f := wordList(at, check)
	take := f.take
	f.take = func(s *scope, v value) []string {
		notes := len(s.notes)
		out := take(s, v)
		if v.scalar() {
			s.notes = s.notes[:notes]
		}
		return out
	}
	return f
}

func buildField() field {
	f := checked(func(p *partial) *string { return &p.Build }, buildPath).(typed[string])
	take := f.take
	f.take = func(s *scope, v value) string {
		if v.kind != mapping {
			return take(s, v)
		}
		dir := "."
		if p, ok := v.get("context"); ok && p.value.scalar() {
			dir = p.value.text
		}
		s.errorAt(v, "takes a directory or a URL, not a mapping",
			fmt.Sprintf(`write "build: %s", and "dockerfile:" beside it where it has another name`, dir))
		return ""
	}
	return f
}

// securityOpt is a list whose profiles are read when everything is merged.
type securityOpt struct{ typed[[]located] }

func securityField() field {
	text := func(l located) string { return l.text }
	return securityOpt{sequence(func(p *partial) *[]located { return &p.security }, security, text, text)}
}

func (securityOpt) entry(p *partial) any {
	if len(p.SecurityOpt) == 0 {
		return nil
	}
	return p.SecurityOpt
}

func restartField() field {
	return typed[Restart]{
		at:    func(p *partial) *Restart { return &p.Restart },
		take:  readRestart,
		print: func(r Restart) any { return printText(r.String()) },
	}
}

func netField() field {
	return typed[Namespace]{
		at:    func(p *partial) *Namespace { return &p.Net },
		take:  readNet,
		print: func(n Namespace) any { return printText(n.String()) },
	}
}

func ulimitsField() field {
	return typed[[]Ulimit]{
		at:   func(p *partial) *[]Ulimit { return &p.Ulimits },
		take: readUlimits,
		join: func(base, over []Ulimit) []Ulimit {
			return sortUlimits(join(base, over, func(u Ulimit) string { return u.Name }))
		},
		print: printUlimits,
	}
}

func extraHostsField() field {
	return typed[[]Var]{
		at:   func(p *partial) *[]Var { return &p.ExtraHosts },
		take: func(s *scope, v value) []Var { return joinVars(nil, s.vars(v, ":", host)) },
		join: joinVars,
		print: func(hs []Var) any {
			if len(hs) == 0 {
				return nil
			}
			out := make([]string, len(hs))
			for i, h := range hs {
				out[i] = h.Name + ":" + *h.Value
			}
			return out
		},
	}
}

// logOptField is a mapping that an override replaces as a whole.
func logOptField() field {
	f := variables(func(p *partial) *[]Var { return &p.LogOpt }, label).(typed[[]Var])
	f.join = nil
	take := f.take
	f.take = func(s *scope, v value) []Var {
		if v.kind == list {
			s.errorAt(v, "takes a mapping, not a list", `write "max-size: 10m" on a line of its own, without a dash`)
			return nil
		}
		return take(s, v)
	}
	return f
}

// envFileField names files that are read when everything is merged.
func envFileField() field {
	return typed[[]located]{
		at: func(p *partial) *[]located { return &p.envFiles },
		take: func(s *scope, v value) []located {
			var out []located
			if tightDash(s, v) {
				return nil
			}
			for i, item := range s.items(v) {
				c := s.of(v, i)
				if !c.isWord(item) {
					continue
				}
				if item.text == "" {
					c.errorAt(item, "is empty", "write a path, or remove the line")
					continue
				}
				out = append(out, located{text: s.absolute(item.text), pos: item.pos})
			}
			return out
		},
		join: func(base, over []located) []located { return append(base[:len(base):len(base)], over...) },
	}
}

// extendsField names the service to take over.
func extendsField() field {
	return typed[extension]{
		at:   func(p *partial) *extension { return &p.extends },
		take: readExtends,
	}
}

func readExtends(s *scope, v value) extension {
	e := extension{pos: v.pos, base: s.base}
	if v.kind != mapping {
		if s.isText(v) {
			e.service = v.text
		}
		return e
	}
	for _, p := range filled(s, v) {
		c := s.part(p.key)
		switch p.key {
		case "service", "file":
			if c.isText(p.value) && p.value.text == "" {
				c.errorAt(p.value, "is empty")
			}
			if p.key == "service" {
				e.service, e.pos = p.value.text, p.value.pos
			} else {
				e.file, e.filePos = p.value.text, p.value.pos
			}
		default:
			c.fail(p.pos, c.path, fmt.Sprintf("no key %q here: there are service and file", p.key)).as(KindUnknownPart, s.about(p.key))
		}
	}
	if _, ok := v.get("service"); !ok {
		s.errorAt(v, "service is missing", "write the service's name after service:").as(KindMissingPart, s.about("service"))
	}
	return e
}

var policies = []string{"no", "always", "unless-stopped", "on-failure"}

// readRestart reads restart: no, always, unless-stopped or on-failure[:TIMES].
func readRestart(s *scope, v value) Restart {
	const allowed = "write no, always, unless-stopped, on-failure or on-failure:TIMES"
	if v.kind == boolean {
		s.errorAt(v, fmt.Sprintf("no restart policy %q", v.text), allowed)
		return Restart{}
	}
	if !s.isText(v) {
		return Restart{}
	}
	policy, times, counted := strings.Cut(v.text, ":")
	for _, p := range policies {
		if p != policy {
			continue
		}
		r := Restart{Policy: p}
		if !counted {
			return r
		}
		if p != "on-failure" {
			s.errorAt(v, fmt.Sprintf("%s takes no number of times", p), fmt.Sprintf("write %s, or on-failure:%s", p, times)).Kind = KindBadRestart
			return r
		}
		n, err := strconv.ParseUint(times, 10, 31)
		if err != nil {
			s.errorAt(v, fmt.Sprintf("%q is not a number of times", times), "write on-failure:5 for five times, on-failure for any number")
		}
		r.Max = int(n)
		return r
	}
	s.errorAt(v, fmt.Sprintf("no restart policy %q%s", policy, DidYouMean(policy, policies)), allowed).Kind = KindBadRestart
	return Restart{}
}

// String is the policy as a file says it, empty where none is set.
func (r Restart) String() string {
	if r.Max > 0 {
		return fmt.Sprintf("%s:%d", r.Policy, r.Max)
	}
	return r.Policy
}
