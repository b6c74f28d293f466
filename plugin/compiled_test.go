package plugin

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compiled is a package of the program, without tests, and what the compiler
// knows of it. Objects of one package are the same in all that use them.
type compiled struct {
	name  string // without the module's
	files []*ast.File
	paths []string // of files, in the package
	types *types.Package
	info  *types.Info
	other []string // files that are for other systems
}

// imports finds packages of this module among those that were compiled before,
// and all others in what the go command has built of them.
type imports struct {
	ours map[string]*types.Package
	rest types.Importer
}

func (i imports) Import(path string) (*types.Package, error) {
	if p := i.ours[path]; p != nil {
		return p, nil
	}
	return i.rest.Import(path)
}

// program compiles the packages of the program, each after those that it
// imports.
func program(t *testing.T) []*compiled {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,IgnoredGoFiles",
		"./cmd/...", "./compose/...", "./linking/...", "./plugin/...")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	built := map[string]string{} // by import path, a file
	found := imports{ours: map[string]*types.Package{}, rest: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(built[path])
	})}
	var list []*compiled
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles, IgnoredGoFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		built[p.ImportPath] = p.Export
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		c := &compiled{name: name, paths: p.GoFiles, other: p.IgnoredGoFiles, info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
			Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		}}
		for _, file := range p.GoFiles {
			parsed, err := parser.ParseFile(fset, filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			c.files = append(c.files, parsed)
		}
		if c.types, err = (&types.Config{Importer: found}).Check(p.ImportPath, fset, c.files, c.info); err != nil {
			t.Fatal(err)
		}
		found.ours[p.ImportPath] = c.types
		list = append(list, c)
	}
}

// isGlobal reports whether an object is a variable of a package.
func isGlobal(o types.Object) bool {
	v, ok := o.(*types.Var)
	return ok && !v.IsField() && v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
}

// nameOf is an object by its package: time.Now, plugin/plan.Make.
func nameOf(o types.Object) string {
	if f, ok := o.(*types.Func); ok {
		return strings.ReplaceAll(f.FullName(), module, "")
	}
	if o.Pkg() == nil {
		return o.Name()
	}
	return strings.TrimPrefix(o.Pkg().Path(), module) + "." + o.Name()
}
