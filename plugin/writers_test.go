package plugin

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// mayWrite are the files and folders that may use the process's streams, or
// write to others: where streams are made, where docker gets them, what is a
// program of its own, and view.
var mayWrite = []string{
	"cmd/", "plugin/main.go", "plugin/docker.go", "plugin/dockerrun/child.go", "plugin/engine/enginetest/probe/", "plugin/scenario/realengine/standin/", "plugin/view/",
}

// mayFormat are folders that write into what is passed to them: a graph in its
// formats, and what an engine says to its clients.
var mayFormat = []string{"linking/graph/", "plugin/engine/enginetest/"}

var (
	streams  = []string{"os.Stdout", "os.Stderr"}
	printers = []string{"fmt.Print", "fmt.Printf", "fmt.Println"}
	fillers  = []string{"fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln", "io.WriteString"}
	loggers  = []string{"log", "log/slog"}
)

// What a person reads goes through view: nothing else prints, logs, knows the
// process's streams, or formats into anything but a text.
func TestOnlyViewWrites(t *testing.T) {
	within := func(folders []string, path string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(path, f) })
	}
	all := sources(t)
	for _, p := range program(t) {
		for _, name := range p.other {
			if path := p.name + "/" + name; all[path] != nil && !within(mayWrite, path) && couldWrite(all[path]) {
				t.Errorf("%s writes: only package view does", path)
			}
		}
		for i, file := range p.files {
			path := p.name + "/" + p.paths[i]
			if within(mayWrite, path) {
				continue
			}
			for _, word := range p.writes(file) {
				t.Errorf("%s uses %s: only package view writes", path, word)
			}
			if within(mayFormat, path) {
				continue
			}
			for _, word := range p.formats(file) {
				t.Errorf("%s writes by %s into what is no buffer: only package view writes", path, word)
			}
		}
	}
}

// writes names what a file uses of the process's streams, and what writes to
// them by itself.
func (p *compiled) writes(file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		o := p.info.Uses[id]
		if o == nil {
			return true
		}
		name := nameOf(o)
		_, builtin := o.(*types.Builtin)
		switch {
		case builtin && (name == "print" || name == "println"),
			o.Pkg() != nil && slices.Contains(loggers, o.Pkg().Path()),
			slices.Contains(streams, name), slices.Contains(printers, name):
			found = append(found, name)
		}
		return true
	})
	return found
}

// couldWrite reports whether a file that is for another system, and so is not
// compiled here, names anything that writes.
func couldWrite(file *ast.File) (found bool) {
	for _, i := range file.Imports {
		found = found || slices.Contains(loggers, strings.Trim(i.Path.Value, `"`))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && slices.Contains(slices.Concat(streams, printers, fillers), x.Name+"."+s.Sel.Name) {
				found = true
			}
		}
		return true
	})
	return found
}

// formats names the calls of a file that write a text into anything but a
// buffer.
func (p *compiled) formats(file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || p.info.Uses[f.Sel] == nil {
			return true
		}
		name := nameOf(p.info.Uses[f.Sel])
		if !slices.Contains(fillers, name) {
			return true
		}
		if into := p.info.Types[call.Args[0]].Type.String(); into != "*strings.Builder" && into != "*bytes.Buffer" {
			found = append(found, name)
		}
		return true
	})
	return found
}
