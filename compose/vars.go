package compose

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode"
)

// variables is a field of names with values, as a list of NAME=VALUE or as a
// mapping. check may refuse a pair or fill in its value.
func variables(at func(*partial) *[]Var, check func(*scope, *Var) *invalid) field {
	return typed[[]Var]{
		at:   at,
		take: func(s *scope, v value) []Var { return sortVars(s.vars(v, "=", check)) },
		join: func(base, over []Var) []Var { return sortVars(joinVars(base, over)) },
		print: func(vs []Var) any {
			if len(vs) == 0 {
				return nil
			}
			out := make(map[string]*string, len(vs))
			for _, v := range vs {
				out[v.Name] = v.Value
			}
			return out
		},
	}
}

func joinVars(base, over []Var) []Var {
	return join(base, over, func(v Var) string { return v.Name })
}

// sortVars sorts by name; of two with one name, the later one stays.
func sortVars(vs []Var) []Var {
	if len(vs) == 0 {
		return nil
	}
	vs = joinVars(nil, vs)
	sort.Slice(vs, func(i, j int) bool { return vs[i].Name < vs[j].Name })
	return vs
}

// vars reads names with values, in file order.
func (s *scope) vars(v value, sep string, check func(*scope, *Var) *invalid) []Var {
	switch v.kind {
	case mapping:
		return s.varsOfMapping(v, check)
	case list:
		return s.varsOfList(v, sep, check)
	default:
		if tightDash(s, v) {
			return nil
		}
		if first := strings.Fields(v.text); len(first) > 0 && strings.Contains(first[0], sep) {
			s.errorAt(v, fmt.Sprintf("takes a mapping or a list, not %s", v.kind), fmt.Sprintf(`write "- %s", each on a line of its own with a dash`, first[0]))
			return nil
		}
		s.errorAt(v, fmt.Sprintf("takes a mapping or a list, not %s", v.kind), fmt.Sprintf(`write each item on a line of its own that begins with "- ", such as "- NAME%sVALUE"`, sep))
	}
	return nil
}

func (s *scope) varsOfMapping(v value, check func(*scope, *Var) *invalid) []Var {
	var out []Var
	for _, p := range v.pairs {
		c := s.part(p.key)
		if p.value.kind == list || p.value.kind == mapping {
			c.errorAt(p.value, fmt.Sprintf("takes text or a number, not %s", p.value.kind))
			continue
		}
		x := p.variable()
		if m := check(c, &x); m != nil {
			c.invalidAt(value{kind: text, text: p.key, pos: p.pos}, m)
			continue
		}
		out = append(out, x)
	}
	return out
}

// variable is a name with its value.
func (p pair) variable() Var {
	x := Var{Name: p.key, Pos: p.pos}
	if p.value.kind != null {
		x.Value = &p.value.text
	}
	return x
}

func (s *scope) varsOfList(v value, sep string, check func(*scope, *Var) *invalid) []Var {
	var out []Var
	first := map[string]int{}
	for i, item := range v.items {
		c := s.item(i)
		switch {
		case item.kind == mapping && !s.strict:
			out = append(out, c.varsOfItem(item, sep, check)...)
			continue
		case item.kind == mapping:
			c.errorAt(item, "is a mapping, not text")
			continue
		}
		if !c.isWord(item) || c.repeated(first, i, item) {
			continue
		}
		x := c.variable(item, sep)
		if m := check(c, &x); m != nil {
			c.invalidAt(item, m)
			continue
		}
		out = append(out, x)
	}
	return out
}

// assignment is a name with a value, written as in a mapping.
var assignment = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.-]*) *:( *)(.*)$`)

// variable reads NAME=VALUE, or what stands for it in a list.
func (s *scope) variable(item value, sep string) Var {
	x := Var{Name: item.text, Pos: item.pos}
	if name, val, ok := strings.Cut(item.text, sep); ok {
		x.Name, x.Value = name, &val
	}
	m := assignment.FindStringSubmatch(item.text)
	switch {
	case s.strict || s.at.Key != "environment" || m == nil || strings.Contains(m[1], sep):
	case m[2] != "":
		x.Name, x.Value = m[1], &m[3]
		s.noteAt(item, "is taken as %s=%s", m[1], m[3])
	case x.Value == nil:
		s.noteAt(item, "%q is taken for the name of a variable; write %s=%s for one with a value", item.text, m[1], m[3])
	}
	return x
}

// varsOfItem reads "- NAME: VALUE", which is a mapping in a list.
func (s *scope) varsOfItem(v value, sep string, check func(*scope, *Var) *invalid) []Var {
	var out []Var
	for _, p := range v.pairs {
		if p.value.kind == list || p.value.kind == mapping {
			s.errorAt(v, "is a mapping, not text")
			continue
		}
		x := p.variable()
		meant := value{kind: text, text: p.key, pos: p.pos}
		if name, val, ok := strings.Cut(p.key, sep); ok { // NAME=text: more text
			meant.text = strings.TrimRight(p.key+": "+p.value.text, " ")
			val += strings.TrimPrefix(meant.text, p.key)
			x.Name, x.Value = name, &val
		} else if x.Value != nil {
			meant.text += sep + *x.Value
		}
		if m := check(s, &x); m != nil {
			s.invalidAt(meant, m)
			continue
		}
		s.noteAt(meant, "is taken as %s", meant.text)
		out = append(out, x)
	}
	return out
}

// environmentVar checks one variable and takes the value of one that has none
// from the machine that reads the file. In a mapping any name was always taken.
func environmentVar(s *scope, v *Var) *invalid {
	m := variableName(v)
	if v.Name == "" {
		m = nameless(s)
	}
	if m != nil && m.kind == KindBadVariable && s.mapped {
		s.note(v.Pos, s.path, fmt.Sprintf("the name %q contains spaces and is taken as it is; few programs look for such a variable", v.Name))
		m = nil
	}
	if m != nil {
		return m
	}
	if v.Value == nil {
		if host, ok := s.find(v.Name); ok {
			v.Value = &host
		}
	}
	return nil
}

// assign is a name with a value as it is written here: in a list or in a mapping.
func assign(s *scope, name, sep, val string) string {
	if s.mapped {
		sep = ": "
	}
	return name + sep + val
}

func nameless(s *scope) *invalid {
	return invalidf("write "+assign(s, "NAME", "=", "VALUE"), "has no name")
}

func variableName(v *Var) *invalid {
	switch {
	case v.Name == "":
		return invalidf("write NAME=VALUE", "has no name")
	case strings.ContainsRune(v.Name, 0):
		return invalidf("", "the name %q contains a NUL character", v.Name)
	case strings.IndexFunc(v.Name, unicode.IsSpace) < 0:
		return nil
	}
	joined := strings.Join(strings.Fields(v.Name), "_")
	hint := fmt.Sprintf("write %q with = right after the name", joined)
	if name, val, ok := strings.Cut(v.Name, ": "); ok && v.Value == nil {
		hint = fmt.Sprintf("write %q", strings.Join(strings.Fields(name), "_")+"="+val)
	} else if v.Value != nil {
		hint = fmt.Sprintf("write %q", joined+"="+strings.TrimLeft(*v.Value, " "))
	}
	m := invalidf(hint, "the name %q contains spaces", v.Name)
	m.kind, m.text = KindBadVariable, v.Name
	return m
}

// label checks one label; one without a value is empty.
func label(s *scope, v *Var) *invalid {
	if v.Name == "" {
		return nameless(s)
	}
	if v.Value == nil {
		empty := ""
		v.Value = &empty
	}
	return nil
}
