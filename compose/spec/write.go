package spec

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Map is a part of a file that is written: keys with values, in this order.
type Map []Pair

// Pair is a key with its value: text, true or false, a number, a list of texts, texts by
// name, where nil stands for none, or a Map.
type Pair struct {
	Key   string
	Value any
}

// Write writes a file. Dollar signs are doubled, so that none begins a variable.
func Write(file Map) ([]byte, error) {
	root, err := node(file)
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

func node(value any) (*yaml.Node, error) {
	scalar := func(tag, text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text} }
	word := func(text string) *yaml.Node {
		n := &yaml.Node{}
		n.SetString(strings.ReplaceAll(text, "$", "$$"))
		return n
	}
	switch v := value.(type) {
	case nil:
		return scalar("!!null", "null"), nil
	case string:
		return word(v), nil
	case bool:
		return scalar("!!bool", strconv.FormatBool(v)), nil
	case int64:
		return scalar("!!int", strconv.FormatInt(v, 10)), nil
	case []string:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, s := range v {
			n.Content = append(n.Content, word(s))
		}
		return n, nil
	case map[string]*string:
		var all Map
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if v[name] == nil {
				all = append(all, Pair{name, nil})
			} else {
				all = append(all, Pair{name, *v[name]})
			}
		}
		return node(all)
	case map[string]any:
		var all Map
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, Pair{name, v[name]})
		}
		return node(all)
	case map[string]int64:
		var all Map
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, Pair{name, v[name]})
		}
		return node(all)
	case Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if len(v) == 0 {
			n.Style = yaml.FlowStyle
		}
		for _, p := range v {
			child, err := node(p.Value)
			if err != nil {
				return nil, err
			}
			key := &yaml.Node{}
			key.SetString(p.Key)
			n.Content = append(n.Content, key, child)
		}
		return n, nil
	}
	return nil, fmt.Errorf("%T is written in no file", value)
}
