package compose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose/printable"
)

// Marshal writes the services of p, and what it says under OwnKey, as a v1 file in which
// everything is resolved. Load reads it back to the same services from any directory;
// dollar signs are doubled for that. What is not printable is in quotes, as
// "\u202e".
func Marshal(p *Project) ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	if own := ownOf(p); own != nil {
		root.Content = append(root.Content, scalar(OwnKey), node(own))
	}
	for _, s := range p.Services {
		body := &yaml.Node{Kind: yaml.MappingNode}
		for _, e := range s.Entries() {
			body.Content = append(body.Content, scalar(e.Key), node(e.Value))
		}
		root.Content = append(root.Content, scalar(s.Name), body)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return []byte(printable.Escape(b.String())), nil
}

// MarshalJSON writes what Marshal writes as JSON, the services in file order.
// It is a file that Load reads, too.
func MarshalJSON(p *Project) ([]byte, error) {
	var b bytes.Buffer
	own, first := ownOf(p), 0
	if own != nil {
		first = 1
	}
	err := object(&b, first+len(p.Services), func(i int) (string, error) {
		if i < first {
			var v bytes.Buffer
			err := encode(&v, doubled(own))
			return member(OwnKey, v.String()), err
		}
		s := p.Services[i-first]
		entries := s.Entries()
		var body bytes.Buffer
		err := object(&body, len(entries), func(j int) (string, error) {
			var v bytes.Buffer
			err := encode(&v, doubled(entries[j].Value))
			return member(entries[j].Key, v.String()), err
		})
		return member(s.Name, body.String()), err
	})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// object writes n members in their order, which a map would not keep.
func object(b *bytes.Buffer, n int, member func(int) (string, error)) error {
	b.WriteByte('{')
	for i := range n {
		m, err := member(i)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(m)
	}
	b.WriteByte('}')
	return nil
}

// member is a member of an object; names of keys and services need no more
// than Go's own quoting.
func member(name, value string) string { return strconv.Quote(name) + ":" + value }

// encode writes a value as JSON without making < and > unreadable, but with
// what is not printable, which YAML would not read as it stands.
func encode(b *bytes.Buffer, v any) error {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.WriteString(printable.Escape(raw.String()))
	return nil
}

// doubled is a value of an Entry with its dollar signs doubled.
func doubled(v any) any {
	switch v := v.(type) {
	case string:
		return escape(v)
	case []string:
		out := make([]string, len(v))
		for i, s := range v {
			out[i] = escape(s)
		}
		return out
	case map[string]*string:
		out := make(map[string]any, len(v))
		for name, s := range v {
			if out[name] = nil; s != nil {
				out[name] = escape(*s)
			}
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, of := range v {
			out[name] = doubled(of)
		}
		return out
	}
	return v
}

// node is a value of an Entry as YAML.
func node(v any) *yaml.Node {
	switch v := v.(type) {
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case string:
		return scalar(escape(v))
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case int64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(v, 10)}
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(v, 'f', -1, 64)}
	case []string:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if len(v) == 0 {
			n.Style = yaml.FlowStyle
		}
		for _, s := range v {
			n.Content = append(n.Content, scalar(escape(s)))
		}
		return n
	case map[string]*string:
		return sortedMapping(v, func(s *string) *yaml.Node {
			if s == nil {
				return node(nil)
			}
			return scalar(escape(*s))
		})
	case map[string]int64:
		return sortedMapping(v, func(n int64) *yaml.Node { return node(n) })
	case map[string]any:
		return sortedMapping(v, node)
	}
	panic("an entry of a type that no field prints")
}

func sortedMapping[T any](m map[string]T, value func(T) *yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		n.Content = append(n.Content, scalar(name), value(m[name]))
	}
	return n
}

// plain is text that every YAML reader, old or new, takes for text.
var (
	plain   = regexp.MustCompile(`^[a-zA-Z/._][a-zA-Z0-9/._@+-]*(?:[ =:][a-zA-Z0-9/._@+-]+)*$`)
	oldBool = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|nan|\.nan|\.inf)$`)
)

// scalar is text, in quotes unless it is plain.
func scalar(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if !plain.MatchString(s) || oldBool.MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// Entry is one key of a service with its value in the form in which the file
// format says it: a string, a bool, an int64, a []string, a map[string]*string
// or, for ulimits, a map[string]any. Maps print in the order of their keys.
type Entry struct {
	Key   string
	Value any
}

// Entries returns the keys that are set, in the order of Keys. Where and how a
// service was written does not show in them: places, env_file and extends are
// gone, sizes are bytes, defaults are left out; lists keep their order. Load
// reads them back to the same service, but for a dollar sign, which a file has
// to double.
func (s *Service) Entries() []Entry {
	p := &partial{Service: *s}
	var out []Entry
	for _, k := range keyTable() {
		if v := k.field.entry(p); v != nil {
			out = append(out, Entry{k.Name, v})
		}
	}
	return out
}

// Map is a part of a file of the specification: keys with values, in this order. A value
// is one that an Entry may have, nil, a float64, a Map, or a list of values.
type Map []Entry

// MarshalMap writes a file of the specification. Dollar signs are doubled, so that none begins a variable.
func MarshalMap(file Map) ([]byte, error) {
	root, err := mapNode(file)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func mapNode(value any) (*yaml.Node, error) {
	plain := func(tag, text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text} }
	word := func(text string) *yaml.Node { return wordNode(strings.ReplaceAll(text, "$", "$$")) }
	switch v := value.(type) {
	case nil:
		return plain("!!null", "null"), nil
	case string:
		return word(v), nil
	case bool:
		return plain("!!bool", strconv.FormatBool(v)), nil
	case int64:
		return plain("!!int", strconv.FormatInt(v, 10)), nil
	case []string:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if len(v) == 0 {
			n.Style = yaml.FlowStyle
		}
		for _, s := range v {
			n.Content = append(n.Content, word(s))
		}
		return n, nil
	case map[string]*string:
		var all Map
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if v[name] == nil {
				all = append(all, Entry{name, nil})
			} else {
				all = append(all, Entry{name, *v[name]})
			}
		}
		return mapNode(all)
	case map[string]any:
		var all Map
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, Entry{name, v[name]})
		}
		return mapNode(all)
	case map[string]int64:
		var all Map
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, Entry{name, v[name]})
		}
		return mapNode(all)
	case float64:
		return plain("!!float", strconv.FormatFloat(v, 'g', -1, 64)), nil
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			child, err := mapNode(item)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		return n, nil
	case Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if len(v) == 0 {
			n.Style = yaml.FlowStyle
		}
		for _, p := range v {
			child, err := mapNode(p.Value)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, wordNode(p.Key), child)
		}
		return n, nil
	}
	return nil, fmt.Errorf("%T is written in no file", value)
}

// wordNode is a text. yaml.v3 writes one of several lines as a block, in which it loses
// line ends and blanks that the text begins with, and returns that it can't say.
func wordNode(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	if n.Style == yaml.LiteralStyle && (strings.TrimLeft(text, " \t\n") != text || strings.ContainsAny(text, "\r\t\u0085\u2028\u2029\uFEFF")) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
