package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// secondDocument is what About.Text of NoYAML says where there are two: the
// reader itself takes only the first.
const secondDocument = "a second document"

const (
	maxDepth  = 32     // a v1 file needs five levels
	maxValues = 200000 // values after aliases are followed; 500 services need 20000
	maxKey    = 1024   // characters of a key: those without "? " in front cannot be longer in YAML

	// maxText is the number of bytes of all texts of a file after aliases are
	// followed, and of all that variables stand for in the files of a project.
	maxText = 8 << 20
)

// parse reads YAML as far as a compose file needs it. It returns false where
// there is nothing to go on with; a key that is written twice with two values
// is a mistake of which the first one stands.
func parse(r *report, file string, data []byte) (value, bool) {
	top := Pos{File: file, Line: 1, Column: 1}
	if !utf8.Valid(data) {
		r.fail(badEncoding(file, data), "", "not text in UTF-8", otherEncoding(data)...)
		return value{}, false
	}
	if r.lines == nil {
		r.lines = map[string][]string{}
	}
	r.lines[file] = strings.Split(string(data), "\n")
	t := tree{report: r, file: file, widths: widths(string(data))}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		r.fail(top, "", "the file is empty", `write a service, such as "web:" with "image: busybox" indented below it`).as(KindNoMapping, About{Written: "null"})
		return value{}, false
	} else if err != nil {
		failSyntax(r, file, data, err)
		return value{}, false
	}
	if err := d.Decode(&next); err == nil {
		r.fail(t.place(&next), "", "a second document begins here, but a file has only one", `remove the line "---", or put the second part into a file of its own`).as(KindNoYAML, About{Text: secondDocument})
		return value{}, false
	} else if !errors.Is(err, io.EOF) {
		failSyntax(r, file, data, err)
		return value{}, false
	}
	v := t.value(doc.Content[0], 0)
	return v, !t.full
}

// tree turns nodes into values.
type tree struct {
	*report
	file   string
	widths []int // of the lines, in characters
	count  int
	bytes  int          // of text
	open   []*yaml.Node // the aliases being followed, against cycles
	full   bool         // a bomb was reported; nothing more is read
}

// place is where a node stands. What the YAML reader puts behind the end, or
// behind a line break that no editor knows, is put at the end of a line.
func (t *tree) place(n *yaml.Node) Pos {
	line := min(max(n.Line, 1), len(t.widths))
	return Pos{File: t.file, Line: line, Column: min(max(n.Column, 1), t.widths[line-1]+1)}
}

func widths(text string) []int {
	lines := strings.Split(text, "\n")
	out := make([]int, len(lines))
	for i, line := range lines {
		out[i] = utf8.RuneCountInString(line)
	}
	return out
}

func (t *tree) value(n *yaml.Node, depth int) value {
	pos := t.place(n)
	t.count++
	t.bytes += len(n.Value)
	if most := t.tooMuch(depth); most != "" && !t.full {
		t.full = true
		t.fail(pos, "", most)
	}
	if t.full {
		return value{pos: pos}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return t.alias(n, depth)
	case yaml.SequenceNode:
		v := value{kind: list, pos: pos, items: make([]value, 0, len(n.Content))}
		for _, c := range n.Content {
			v.items = append(v.items, t.value(c, depth+1))
		}
		return v
	case yaml.MappingNode:
		return t.mapping(n, depth)
	}
	v := value{kind: scalarKind(n), text: n.Value, pos: pos}
	if n.ShortTag() == "!!binary" || strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") && n.Tag != "!" {
		t.fail(pos, "", fmt.Sprintf("unknown tag %s", n.Tag), "remove the tag, or put text that begins with ! in quotes").as(KindUnknownTag, About{Text: n.Tag})
		t.allTold(pos)
	}
	return v
}

// tooMuch says which bound was passed.
func (t *tree) tooMuch(depth int) string {
	switch {
	case depth > maxDepth:
		return fmt.Sprintf("nested more than %d levels deep", maxDepth)
	case t.count > maxValues:
		return fmt.Sprintf("more than %d values: the file is too large, or its anchors multiply", maxValues)
	case t.bytes > maxText:
		return fmt.Sprintf("more than %d MB of text: the file's anchors multiply", maxText>>20)
	}
	return ""
}

// alias follows *name. The value stands where the alias stands, but what is
// inside keeps the place where it was written.
func (t *tree) alias(n *yaml.Node, depth int) value {
	for _, o := range t.open {
		if o == n.Alias {
			t.fail(t.place(n), "", fmt.Sprintf("*%s contains itself", n.Value))
			return value{pos: t.place(n)}
		}
	}
	t.open = append(t.open, n.Alias)
	v := t.value(n.Alias, depth+1)
	t.open = t.open[:len(t.open)-1]
	v.pos = t.place(n)
	return v
}

func (t *tree) mapping(n *yaml.Node, depth int) value {
	if len(n.Content) == 2 && n.Style&yaml.FlowStyle != 0 && n.Content[0].Kind == yaml.MappingNode {
		return t.template(n)
	}
	v := value{kind: mapping, pos: t.place(n), pairs: make([]pair, 0, len(n.Content)/2)}
	seen := make(map[string]Pos, len(n.Content)/2)
	index := make(map[string]int, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = &yaml.Node{Kind: k.Alias.Kind, Tag: k.Alias.Tag, Value: k.Alias.Value, Line: k.Line, Column: k.Column}
		}
		pos := t.place(k)
		switch {
		case k.Kind != yaml.ScalarNode || k.ShortTag() == "!!null":
			t.fail(pos, "", "a key must be a word").as(KindNoWord, About{})
		case len(k.Value) > maxKey && utf8.RuneCountInString(k.Value) > maxKey:
			t.fail(pos, "", fmt.Sprintf("a key of more than %d characters: %q", maxKey, excerpt(k.Value))).as(KindNoWord, About{})
		case k.ShortTag() == "!!merge":
			merges = append(merges, c)
		default:
			x := t.value(c, depth+1)
			if first, ok := seen[k.Value]; ok {
				t.twice(k.Value, first, pos, v.pairs[index[k.Value]].value.same(x))
				continue
			}
			seen[k.Value], index[k.Value] = pos, len(v.pairs)
			v.pairs = append(v.pairs, pair{key: k.Value, pos: pos, value: x})
		}
	}
	for _, m := range merges {
		t.merge(&v, seen, t.value(m, depth+1))
	}
	return v
}

// template reports {{ name }}, which programs replace that write such files.
func (t *tree) template(n *yaml.Node) value {
	pos := t.place(n)
	t.fail(pos, "", "{{ is a mapping in a mapping to YAML", "put text that begins with { in quotes, or let the program that knows what it stands for write the file").as(KindNoWord, About{})
	t.allTold(pos)
	return value{kind: text, text: "template", pos: pos}
}

// twice tells of a key that is written again. Only where both say the same does
// it not matter which of them is meant.
func (t *tree) twice(key string, first, again Pos, same bool) {
	if same {
		t.note(again, "", fmt.Sprintf("%q is written twice, first at %s, with the same value: once is enough", key, first))
		return
	}
	t.fail(again, "", fmt.Sprintf("%q is written twice, first at %s", key, first), "keep one of the two")
}

// merge adds what "<<: *name" brings: keys that are written in the mapping
// itself, or came from an earlier source, win.
func (t *tree) merge(into *value, seen map[string]Pos, from value) {
	if t.full {
		return
	}
	switch from.kind {
	case mapping:
		for _, p := range from.pairs {
			if _, ok := seen[p.key]; !ok {
				seen[p.key] = p.pos
				into.pairs = append(into.pairs, p)
			}
		}
	case list:
		for _, f := range from.items {
			if f.kind != mapping {
				t.fail(f.pos, "", "<< takes mappings")
				continue
			}
			t.merge(into, seen, f)
		}
	default:
		t.fail(from.pos, "", fmt.Sprintf("<< takes a mapping, this is %s", from.kind))
	}
}

// CheckYAML returns what keeps a file from being read as YAML, or nil.
func CheckYAML(file string, data []byte) *Error {
	r := &report{}
	if _, ok := parse(r, file, data); ok || len(r.errs) == 0 {
		return nil
	}
	return r.errs[0]
}
