package compose

import (
	"fmt"
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
	case null:
		s.noteAt(v, "is empty and has no effect")
	default:
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
		x := Var{Name: p.key, Pos: p.pos}
		if t := p.value.text; p.value.kind != null {
			x.Value = &t
		}
		if m := check(c, &x); m != nil {
			c.invalidAt(value{kind: text, text: p.key, pos: p.pos}, m)
			continue
		}
		out = append(out, x)
	}
	return out
}

func (s *scope) varsOfList(v value, sep string, check func(*scope, *Var) *invalid) []Var {
	var out []Var
	first := map[string]int{}
	for i, item := range v.items {
		c := s.item(i)
		if item.kind == mapping {
			c.errorAt(item, "is a mapping, not text", pairHints(item, sep)...)
			continue
		}
		if !c.isWord(item) || c.repeated(first, i, item) {
			continue
		}
		name, val, assigned := strings.Cut(item.text, sep)
		x := Var{Name: name, Pos: item.pos}
		if assigned {
			x.Value = &val
		}
		if m := check(c, &x); m != nil {
			c.invalidAt(item, m)
			continue
		}
		out = append(out, x)
	}
	return out
}

// pairHints says how to write what "- NAME: value" was meant to be.
func pairHints(v value, sep string) []string {
	if len(v.pairs) != 1 || v.pairs[0].value.kind == list || v.pairs[0].value.kind == mapping {
		return nil
	}
	p := v.pairs[0]
	return []string{
		fmt.Sprintf(`write "- %s%s%s"`, p.key, sep, p.value.text),
		fmt.Sprintf(`or "%s: %s" without the dash, here and on every line of the list`, p.key, p.value.text),
	}
}

// environmentVar checks one variable and takes the value of one that has none
// from the machine that reads the file.
func environmentVar(s *scope, v *Var) *invalid {
	if m := variableName(v.Name); m != nil {
		return m
	}
	if v.Value == nil {
		if host, ok := s.find(v.Name); ok {
			v.Value = &host
		}
	}
	return nil
}

func variableName(name string) *invalid {
	switch {
	case name == "":
		return invalidf("write NAME=VALUE", "has no name")
	case strings.ContainsRune(name, 0):
		return invalidf("", "the name %q contains a NUL character", name)
	case strings.IndexFunc(name, unicode.IsSpace) >= 0:
		if n, v, ok := strings.Cut(name, ": "); ok {
			m := invalidf(fmt.Sprintf(`write "%s=%s"`, n, v), "the name %q contains spaces", name)
			m.kind, m.text = KindBadVariable, name
			return m
		}
		m := invalidf(fmt.Sprintf(`write "%s" with = right after the name`, strings.Join(strings.Fields(name), "_")), "the name %q contains spaces", name)
		m.kind, m.text = KindBadVariable, name
		return m
	}
	return nil
}

// label checks one label; one without a value is empty.
func label(s *scope, v *Var) *invalid {
	if v.Name == "" {
		return invalidf("write NAME=VALUE", "has no name")
	}
	if v.Value == nil {
		empty := ""
		v.Value = &empty
	}
	return nil
}
