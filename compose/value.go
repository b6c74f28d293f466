package compose

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// kind says what a value of a file is, before a key gives it a meaning.
type kind int

const (
	null kind = iota
	boolean
	number
	text
	list
	mapping
)

// String names the kind as messages do.
func (k kind) String() string {
	return [...]string{"nothing", "true or false", "a number", "text", "a list", "a mapping"}[k]
}

// value is one node of a file, with anchors and merge keys followed. It keeps
// scalars as they are written: "0755", "1.10" and "yes" mean what they look
// like until the key they stand under says otherwise.
type value struct {
	kind  kind
	text  string  // of a scalar, as written, without quotes
	items []value // of a list
	pairs []pair  // of a mapping, in file order
	pos   Pos
}

// pair is one key of a mapping with its value.
type pair struct {
	key   string
	pos   Pos
	value value
}

// scalar reports whether v is one word: neither a list nor a mapping nor empty.
func (v value) scalar() bool { return v.kind == boolean || v.kind == number || v.kind == text }

// hasDollar reports whether there is anything to replace in v.
func (v value) hasDollar() bool {
	return v.kind == text && strings.IndexByte(v.text, '$') >= 0 ||
		slices.ContainsFunc(v.items, value.hasDollar) ||
		slices.ContainsFunc(v.pairs, func(p pair) bool { return p.value.hasDollar() })
}

// json is the value as JSON, with numbers as they are written.
func (v value) json() string {
	switch v.kind {
	case null:
		return "null"
	case boolean:
		if on, known := switched(v.text); known {
			return strconv.FormatBool(on)
		}
	case number:
		return v.text
	case list:
		items := make([]string, len(v.items))
		for i, item := range v.items {
			items[i] = item.json()
		}
		return "[" + strings.Join(items, ", ") + "]"
	case mapping:
		pairs := make([]string, len(v.pairs))
		for i, p := range v.pairs {
			pairs[i] = quote(p.key) + ": " + p.value.json()
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return quote(v.text)
}

func quote(s string) string {
	b, _ := json.Marshal(s) // text always can
	return string(b)
}

// literal is v without the items and pairs in which there is something to replace.
func (v value) literal() value {
	v.items = slices.DeleteFunc(slices.Clone(v.items), value.hasDollar)
	v.pairs = slices.DeleteFunc(slices.Clone(v.pairs), func(p pair) bool { return p.value.hasDollar() })
	return v
}

// plain is v in the types of Layer.
func (v value) plain() any {
	switch v.kind {
	case null:
		return nil
	case boolean:
		return strings.EqualFold(v.text, "true")
	case number:
		return Number(v.text)
	case list:
		out := make([]any, len(v.items))
		for i, item := range v.items {
			out[i] = item.plain()
		}
		return out
	case mapping:
		out := make(map[string]any, len(v.pairs))
		for _, p := range v.pairs {
			out[p.key] = p.value.plain()
		}
		return out
	}
	return v.text
}

// same reports whether two values say the same, in the same order; where they
// stand does not matter.
func (v value) same(w value) bool {
	return v.kind == w.kind && v.text == w.text &&
		slices.EqualFunc(v.items, w.items, value.same) &&
		slices.EqualFunc(v.pairs, w.pairs, func(a, b pair) bool { return a.key == b.key && a.value.same(b.value) })
}

// size is the number of values in v, itself included.
func (v value) size() int {
	n := 1
	for _, item := range v.items {
		n += item.size()
	}
	for _, p := range v.pairs {
		n += p.value.size()
	}
	return n
}

// get returns the value of a key of a mapping.
func (v value) get(key string) (pair, bool) {
	for _, p := range v.pairs {
		if p.key == key {
			return p, true
		}
	}
	return pair{}, false
}

// place is where a path below a value stands, as far as there is one: of a mapping the key.
func (v value) place(path []string) Pos {
	if len(path) == 0 {
		return v.pos
	}
	pos, next := v.pos, value{}
	if entry, ok := v.get(path[0]); ok {
		pos, next = entry.pos, entry.value
		next.pos = pos
	} else if i, err := strconv.Atoi(path[0]); err == nil && i < len(v.items) {
		pos, next = v.items[i].pos, v.items[i]
	} else {
		return pos
	}
	if len(path) == 1 {
		return pos
	}
	return next.place(path[1:])
}

// scalarKind sorts a scalar by what YAML takes it for. Dates are text: no key
// takes a date, and 2015-01-01 means itself in an environment.
func scalarKind(n *yaml.Node) kind {
	switch n.ShortTag() {
	case "!!null":
		return null
	case "!!bool":
		return boolean
	case "!!int", "!!float":
		return number
	}
	return text
}
