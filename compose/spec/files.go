package spec

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose"
)

// files are the files that a project is read from, to find the places of what they say.
// compose-go does not know places.
type files struct {
	o    Options
	main []*file
	more []*file // that those include, or whose services they extend
}

type file struct {
	path    string
	content []byte
	root    *yaml.Node // nil where it is no YAML
}

// readFiles reads the files that are named. The error is of type compose.Errors.
func readFiles(o Options) (*files, error) {
	all := &files{o: o}
	for _, path := range o.Files {
		f := &file{path: path, content: o.Stdin}
		if path != stdin {
			content, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil, compose.Errors{{Pos: compose.Pos{File: o.Display(path)}, Msg: "no such file"}}
			}
			if err != nil {
				return nil, compose.Errors{{Pos: compose.Pos{File: o.Display(path)}, Msg: "can't be read: " + reason(err)}}
			}
			f.content = content
		}
		f.parse()
		all.main = append(all.main, f)
	}
	for _, f := range all.main {
		all.follow(f, filepath.Dir(f.path))
	}
	return all, nil
}

// reason is an error of the system without the path.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return text
}

// parse reads a file as far as that is possible; what is wrong with it compose-go finds.
func (f *file) parse() {
	var root yaml.Node
	if yaml.Unmarshal(f.content, &root) == nil && len(root.Content) > 0 {
		f.root = root.Content[0]
	}
}

// mostFiles is how many files are looked at for places.
const mostFiles = 1000

// follow adds the files that one includes, or whose services it extends, as far as their
// names have no variables.
func (all *files) follow(f *file, dir string) {
	if include := child(f.root, "include"); include != nil {
		for _, item := range include.Content {
			for _, path := range texts(item, "path") {
				all.add(path, dir)
			}
		}
	}
	services := child(f.root, "services")
	if services == nil || services.Kind != yaml.MappingNode {
		return
	}
	for i := 1; i < len(services.Content); i += 2 {
		if extends := child(services.Content[i], "extends"); extends != nil && extends.Kind == yaml.MappingNode {
			for _, path := range texts(child(extends, "file"), "") {
				all.add(path, dir)
			}
		}
	}
}

// texts are the texts that a node is, or that its key has.
func texts(n *yaml.Node, key string) []string {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.ScalarNode:
		return []string{n.Value}
	case n.Kind == yaml.MappingNode && key != "":
		return texts(child(n, key), "")
	case n.Kind == yaml.SequenceNode:
		var list []string
		for _, item := range n.Content {
			list = append(list, texts(item, "")...)
		}
		return list
	}
	return nil
}

// add reads one more file, once.
func (all *files) add(path, dir string) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	known := func(f *file) bool { return f.path == path }
	if slices.ContainsFunc(all.main, known) || slices.ContainsFunc(all.more, known) || len(all.more) >= mostFiles {
		return
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return // compose-go says so, or the name has a variable
	}
	f := &file{path: path, content: content}
	f.parse()
	all.more = append(all.more, f)
	all.follow(f, filepath.Dir(path))
}

// listen is told by compose-go which files it includes and whose services it extends,
// with their names as they are after variables.
func (all *files) listen(event string, about map[string]any) {
	dir, _ := about["workingdir"].(string)
	if dir == "" {
		dir = all.o.Dir
	}
	if paths, ok := about["path"].(types.StringList); ok {
		for _, path := range paths {
			all.add(path, dir)
		}
	}
	if path, ok := about["file"].(string); ok && event == "extends" {
		all.add(path, dir)
	}
}

// named reports whether one of the files that were named says what the project is called.
func (all *files) named() bool {
	return slices.ContainsFunc(all.main, func(f *file) bool { return child(f.root, "name") != nil })
}

// names lists the keys below a path in all files, each once, as they stand there.
func (all *files) names(path ...string) []string {
	var list []string
	for _, f := range slices.Concat(all.main, all.more) {
		n := f.root
		for _, key := range path {
			n = child(n, key)
		}
		if n = resolved(n); n == nil || n.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if name := n.Content[i].Value; !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// sayMode reports whether the files say how a port of a service is published.
func (all *files) sayMode(service string, target uint32) bool {
	for _, f := range slices.Concat(all.main, all.more) {
		ports := child(child(child(f.root, "services"), service), "ports")
		if ports == nil || ports.Kind != yaml.SequenceNode {
			continue
		}
		for _, item := range ports.Content {
			if of := child(item, "target"); of != nil && child(item, "mode") != nil && of.Value == strconv.FormatUint(uint64(target), 10) {
				return true
			}
		}
	}
	return false
}

// inOrder are all files, those that have the last word first.
func (all *files) inOrder() []*file {
	list := slices.Clone(all.main)
	slices.Reverse(list)
	return append(list, all.more...)
}

// place is where a path stands: services, web, ports, 0. Where there is no such place, it
// is that of the longest part that there is one of; of none, the first file.
func (all *files) place(path ...string) compose.Pos {
	pos, _ := all.find(path)
	return pos
}

// find is place that also says how much of the path was found.
func (all *files) find(path []string) (pos compose.Pos, found int) {
	if len(all.main) > 0 {
		pos = compose.Pos{File: all.o.Display(all.main[0].path)}
	}
	for _, f := range all.inOrder() {
		at, n := f.at(path)
		if n > found {
			found, pos = n, compose.Pos{File: all.o.Display(f.path), Line: at.Line, Column: at.Column}
		}
	}
	return pos, found
}

// at is the node that a path leads to as far as it can be followed: of a mapping the key.
func (f *file) at(path []string) (at *yaml.Node, found int) {
	n := resolved(f.root)
	for _, key := range path {
		var next *yaml.Node
		switch {
		case n == nil:
		case n.Kind == yaml.MappingNode:
			if k, v := entry(n, key); k != nil {
				at, next = k, v
			}
		case n.Kind == yaml.SequenceNode:
			if next = item(n, key); next != nil {
				at = next
			}
		}
		if next == nil {
			return at, found
		}
		n, found = resolved(next), found+1
	}
	return at, found
}

// item is an item of a list by its number, or the one that is, or begins with, a word.
func item(n *yaml.Node, key string) *yaml.Node {
	if i, err := strconv.Atoi(key); err == nil {
		if i < len(n.Content) {
			return n.Content[i]
		}
		return nil
	}
	for _, c := range n.Content {
		if c = resolved(c); c.Kind == yaml.ScalarNode && (c.Value == key || strings.HasPrefix(c.Value, key+":") || strings.HasPrefix(c.Value, key+"=")) {
			return c
		}
		if c.Kind != yaml.MappingNode {
			continue
		}
		for _, name := range []string{"source", "target", "name"} {
			if v := child(c, name); v != nil && v.Value == key {
				return v
			}
		}
	}
	return nil
}

// resolved follows aliases.
func resolved(n *yaml.Node) *yaml.Node {
	for range 100 {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// child is the value of a key of a mapping; nil where there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n = resolved(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	_, v := entry(n, key)
	return resolved(v)
}

// entry is a key of a mapping with its value, also where it is merged in (<<).
func entry(n *yaml.Node, key string) (k, v *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		merged := resolved(n.Content[i+1])
		if merged == nil {
			continue
		}
		parts := []*yaml.Node{merged}
		if merged.Kind == yaml.SequenceNode {
			parts = merged.Content
		}
		for _, part := range parts {
			if part = resolved(part); part != nil && part.Kind == yaml.MappingNode && part != n {
				if k, v := entry(part, key); k != nil {
					return k, v
				}
			}
		}
	}
	return nil, nil
}
