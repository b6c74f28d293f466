package plugin

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// pure are the packages that decide. From the same values they make the same,
// and change nothing else.
var pure = []string{
	"compose/printable", "compose/slips", "linking", "linking/cover", "linking/graph", "plugin/balance", "plugin/labels", "plugin/observed", "plugin/desired", "plugin/plan", "plugin/reach",
	"plugin/adhoc", "plugin/convert", "plugin/deployed", "plugin/front", "plugin/front/pool", "plugin/probe", "plugin/refusal",
	"plugin/suggest", "plugin/trace",
}

// impure are the packages of which pure ones use nothing: networks, processes,
// files, logs and chance.
var impure = []string{
	"crypto/rand", "io/ioutil", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec", "os/signal", "os/user",
	"syscall",
}

// impureParts are what is not pure in packages that are: the clock, the current
// folder and the disk.
var impureParts = []string{
	"time.After", "time.AfterFunc", "time.NewTicker", "time.NewTimer", "time.Now", "time.Since", "time.Sleep", "time.Tick", "time.Until",
	"context.WithDeadline", "context.WithDeadlineCause", "context.WithTimeout", "context.WithTimeoutCause",
	"path/filepath.Abs", "path/filepath.EvalSymlinks", "path/filepath.Glob", "path/filepath.Walk", "path/filepath.WalkDir",
}

// pureParts are what is pure in packages that are not.
var pureParts = []string{"net.JoinHostPort", "net.ParseIP", "net.ParseMAC"}

func isImpure(o types.Object) bool {
	name := nameOf(o)
	return o.Pkg() != nil && slices.Contains(impure, o.Pkg().Path()) && !slices.Contains(pureParts, name) || slices.Contains(impureParts, name)
}

// Compose holds the values that the deciding packages are about, and reads
// files. So what counts is not what is imported but what is used, however far
// away in this module.
func TestPurePackagesUseNothingImpure(t *testing.T) {
	uses := map[types.Object][]types.Object{}
	var queue []types.Object
	var seen []string
	from := map[types.Object]types.Object{} // by what is used, for messages
	for _, p := range program(t) {
		decides := slices.Contains(pure, p.name)
		if decides {
			seen = append(seen, p.name)
		} else if p.saysPure() {
			t.Errorf("%s says that it is pure and is not listed as such", p.name)
		}
		for o, used := range p.uses() {
			uses[o] = append(uses[o], used...)
			if decides {
				queue, from[o] = append(queue, o), nil
			}
		}
		if decides && len(p.other) > 0 {
			t.Errorf("%s decides and has files for other systems: %v", p.name, p.other)
		}
	}
	if len(seen) != len(pure) {
		t.Errorf("of the pure packages there are only %v", seen)
	}
	for len(queue) > 0 {
		o := queue[0]
		queue = queue[1:]
		for _, used := range uses[o] {
			if _, known := from[used]; known {
				continue
			}
			from[used] = o
			if isImpure(used) {
				t.Errorf("pure packages use %s", way(from, used))
			}
			queue = append(queue, used)
		}
	}
}

// saysPure reports whether the package's comment speaks of it as pure.
func (p *compiled) saysPure() bool {
	return slices.ContainsFunc(p.files, func(f *ast.File) bool { return strings.Contains(f.Doc.Text(), " is pure") })
}

// way says by which functions something is used.
func way(from map[types.Object]types.Object, o types.Object) string {
	text := nameOf(o)
	for o = from[o]; o != nil; o = from[o] {
		text += ", in " + nameOf(o)
	}
	return text
}

// uses lists what each function, type, constant and variable of a package uses
// of packages. A type uses its methods.
func (p *compiled) uses() map[types.Object][]types.Object {
	uses := map[types.Object][]types.Object{}
	declared := func(name *ast.Ident, in ast.Node) {
		o := p.info.Defs[name]
		uses[o] = append(uses[o], p.usedIn(in)...)
		if t, ok := o.(*types.TypeName); ok {
			if named, ok := t.Type().(*types.Named); ok {
				for m := range named.Methods() {
					uses[o] = append(uses[o], m)
				}
			}
		}
	}
	for _, file := range p.files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				declared(f.Name, f)
				continue
			}
			for _, s := range d.(*ast.GenDecl).Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					declared(s.Name, s)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						declared(name, s)
					}
				}
			}
		}
	}
	return uses
}

func (p *compiled) usedIn(n ast.Node) []types.Object {
	var used []types.Object
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch o := p.info.Uses[id].(type) {
		case *types.Func:
			used = append(used, o.Origin())
		case *types.TypeName, *types.Const:
			used = append(used, o)
		case *types.Var:
			if isGlobal(o) {
				used = append(used, o)
			}
		}
		return true
	})
	return used
}

func TestPurePackagesImportOnlyPureOnes(t *testing.T) {
	for _, name := range pure {
		for _, other := range mayImport[name] {
			if other != "compose" && !slices.Contains(pure, other) {
				t.Errorf("%s decides and may not import %s, which is not pure", name, other)
			}
		}
	}
}

func TestPurePackagesHaveNoState(t *testing.T) {
	for _, p := range program(t) {
		if !slices.Contains(pure, p.name) {
			continue
		}
		for _, file := range p.files {
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s has an init function", p.name)
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, e := range p.changed(n) {
					if o := p.root(e); o != nil && isGlobal(o) {
						t.Errorf("%s changes the variable %s of a package", p.name, nameOf(o))
					}
				}
				return true
			})
		}
	}
}

// changed lists the expressions whose variables a node changes, or lets others
// change.
func (p *compiled) changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok {
			if b, ok := p.info.Uses[id].(*types.Builtin); ok && slices.Contains([]string{"clear", "copy", "delete"}, b.Name()) {
				return n.Args[:1]
			}
		}
	case *ast.SelectorExpr: // a method with a pointer to the variable
		s := p.info.Selections[n]
		if s == nil || s.Kind() != types.MethodVal {
			return nil
		}
		_, takes := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
		_, has := s.Recv().(*types.Pointer)
		if takes && !has {
			return []ast.Expr{n.X}
		}
	}
	return nil
}

// root is the variable of which an expression is a part.
func (p *compiled) root(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		return p.info.Uses[e]
	case *ast.ParenExpr:
		return p.root(e.X)
	case *ast.StarExpr:
		return p.root(e.X)
	case *ast.IndexExpr:
		return p.root(e.X)
	case *ast.SliceExpr:
		return p.root(e.X)
	case *ast.SelectorExpr:
		if p.info.Selections[e] == nil { // of another package
			return p.info.Uses[e.Sel]
		}
		return p.root(e.X)
	}
	return nil
}
