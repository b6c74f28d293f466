package plugin

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/stack-lite/stack-lite/"

// mayImport says which packages of this module each package may import. A
// package that is not listed may import none, so a new package needs a line
// here.
var mayImport = map[string][]string{
	"cmd/docker-stacklite": {"plugin"},
	"linking":              {"compose", "linking/cover"},
	"compose":              {"compose/printable", "compose/slips"},
	"compose/spec":         {"compose"},
	"linking/graph":        {"compose", "compose/printable", "linking"},
	"linking/linkingtest":  {"compose", "linking"},
	"plugin":               {"plugin/classic", "plugin/command", "plugin/dockerrun", "plugin/engine", "plugin/exit", "plugin/front", "plugin/front/server", "plugin/image", "plugin/probe", "plugin/probe/prober", "plugin/probe/watcher", "plugin/session", "plugin/view"},
	"plugin/command": {
		"compose", "compose/printable", "linking", "linking/graph", "plugin/adhoc", "plugin/balance", "plugin/classic", "plugin/convert", "plugin/desired", "plugin/dockerrun", "plugin/engine", "plugin/exit", "plugin/follow", "plugin/image", "plugin/interrupt", "plugin/observed", "plugin/plan", "plugin/profile", "plugin/reach", "plugin/refusal", "plugin/session", "plugin/suggest", "plugin/tasks", "plugin/view", "plugin/watch",
	},
	"plugin/session": {
		"compose", "compose/spec", "linking", "linking/graph", "plugin/adhoc", "plugin/balance", "plugin/deployed", "plugin/desired", "plugin/engine", "plugin/exit", "plugin/image", "plugin/interrupt", "plugin/observed", "plugin/plan",
		"plugin/profile", "plugin/refusal", "plugin/suggest", "plugin/swarm", "plugin/view",
	},
	"plugin/profile":   {"plugin/engine", "plugin/exit", "plugin/plan", "plugin/trace"},
	"plugin/trace":     {"compose/printable", "plugin/plan"},
	"plugin/convert":   {"compose", "linking", "plugin/desired"},
	"plugin/deployed":  {"compose", "linking", "plugin/balance", "plugin/convert", "plugin/desired", "plugin/labels", "plugin/observed", "plugin/plan"},
	"plugin/dockerrun": {"plugin/adhoc", "plugin/exit", "plugin/follow", "plugin/interrupt", "plugin/labels", "plugin/observed", "plugin/plan", "plugin/session", "plugin/view"},
	"plugin/follow":    {"compose", "plugin/engine", "plugin/exit", "plugin/interrupt", "plugin/observed", "plugin/plan", "plugin/refusal", "plugin/view"},
	"plugin/classic":   {"compose", "plugin/desired", "plugin/engine", "plugin/exit", "plugin/observed", "plugin/plan", "plugin/view"},
	"plugin/exit":      {"compose", "plugin/desired", "plugin/interrupt", "plugin/refusal", "plugin/view"},
	"plugin/interrupt": {},
	"plugin/refusal":   {"compose"},
	"plugin/labels":    {"compose", "linking", "plugin/balance", "plugin/plan"},
	"plugin/balance":   {"compose", "linking", "plugin/front"},
	"plugin/observed":  {"compose", "linking", "plugin/plan"},
	"plugin/desired":   {"compose", "linking", "plugin/balance", "plugin/labels", "plugin/observed", "plugin/plan"},
	"plugin/plan":      {},
	"plugin/engine":    {"compose", "linking", "plugin/desired", "plugin/front", "plugin/labels", "plugin/observed", "plugin/plan", "plugin/refusal"},
	"plugin/swarm":     {"linking", "plugin/deployed", "plugin/engine", "plugin/labels", "plugin/observed", "plugin/plan", "plugin/refusal"},
	"plugin/image":     {"plugin/desired", "plugin/image/dockerfile", "plugin/plan", "plugin/refusal"},
	"plugin/reach": {
		"compose", "linking", "linking/graph", "plugin/desired", "plugin/labels", "plugin/observed", "plugin/plan", "plugin/probe",
	},
	"plugin/probe/prober":  {"plugin/probe"},
	"plugin/probe/watcher": {"plugin/probe"},
	"plugin/suggest":       {"compose", "linking", "plugin/observed", "plugin/probe"},
	"plugin/watch":         {"plugin/engine", "plugin/observed", "plugin/probe", "plugin/suggest"},
	"plugin/front":         {},
	"plugin/front/pool":    {"plugin/front"},
	"plugin/front/server":  {"plugin/front", "plugin/front/pool"},
	"plugin/adhoc":         {"linking", "plugin/desired", "plugin/labels", "plugin/observed", "plugin/plan"},
	"plugin/tasks": {
		"compose", "linking/graph", "plugin/deployed", "plugin/desired", "plugin/engine", "plugin/exit", "plugin/interrupt", "plugin/labels", "plugin/observed", "plugin/plan", "plugin/refusal",
		"plugin/session", "plugin/swarm", "plugin/view",
	},
	"plugin/view": {"compose", "compose/printable", "plugin/plan", "plugin/refusal"},

	"plugin/engine/enginetest":            {"compose", "plugin/engine/enginetest/api", "plugin/engine/enginetest/build", "plugin/engine/enginetest/process", "plugin/engine/enginetest/swarm", "plugin/front"},
	"plugin/engine/enginetest/api":        {},
	"plugin/engine/enginetest/swarm":      {"plugin/engine/enginetest/api"},
	"plugin/engine/enginetest/process":    {"plugin/front"},
	"plugin/engine/enginetest/build":      {"compose"},
	"plugin/engine/enginetest/realengine": {},
	"plugin/scenario/composev1":           {"compose"},
	"plugin/scenario/faulty":              {"plugin/engine/enginetest"},
	"plugin/scenario/realengine/standin":  {"plugin/probe/prober"},
	"plugin/scenario":                     {"plugin", "plugin/scenario/composev1", "plugin/scenario/faulty", "plugin/engine/enginetest", "plugin/engine/enginetest/realengine", "plugin/probe"},
	"scripts/balance":                     {"plugin/engine", "plugin/front"},
	"scripts/release":                     {"plugin"},
}

// testsMayImport says what tests of a package may import besides what it may
// import itself: a test that reaches further belongs somewhere else.
var testsMayImport = map[string][]string{
	"compose/spec":    {"compose/golden"},
	"compose":         {"compose/realfiles"},
	"linking":         {"compose/realfiles", "linking/graph", "linking/linkingtest"},
	"linking/graph":   {"linking/linkingtest"},
	"plugin/balance":  {"compose/realfiles", "linking/graph"},
	"plugin/convert":  {"compose/golden", "compose/realfiles", "compose/spec", "linking/graph"},
	"plugin/deployed": {"compose/golden", "compose/realfiles", "compose/spec"},
	"plugin/desired":  {"linking/linkingtest"},
	"plugin/reach":    {"linking/linkingtest", "plugin/adhoc", "plugin/engine", "plugin/engine/enginetest"}, // what check demands, an engine has
	"plugin/engine":   {"plugin/engine/enginetest"},
	"plugin/swarm":    {"plugin/engine/enginetest", "plugin/engine/enginetest/realengine"},
	"plugin/image":    {"compose", "plugin/engine/enginetest"},
	"plugin/session":  {"plugin/engine/enginetest"},
	"plugin/follow":   {"plugin/engine/enginetest", "plugin/labels"},
	"plugin/suggest":  {"compose/golden", "compose/realfiles", "compose/spec", "linking/graph", "plugin/plan"},
	"plugin/tasks":    {"plugin/engine/enginetest"},
	"plugin/watch":    {"plugin/plan"},
	"plugin/command":  {"plugin/engine/enginetest"},
	"plugin/scenario": {"plugin/labels"},

	"plugin/scenario/faulty": {"plugin/engine/enginetest/realengine"},

	"plugin/scenario/composev1": {"plugin/engine/enginetest"},

	"plugin/engine/enginetest": {"plugin/engine/enginetest/realengine"},
}

// keptTo names the only packages that may import what all others must not.
var keptTo = map[string][]string{
	"github.com/docker/cli/cli":         {"plugin"},
	"github.com/docker/cli/cli-plugins": {"plugin"},
	"github.com/docker/cli/opts":        {"plugin/dockerrun"}, // for what docker run itself reads with it
	"github.com/docker/cli/templates":   {"plugin/view"},
	"github.com/docker/docker/client": {
		"plugin/engine", "plugin/image",
		"plugin/engine/enginetest", "plugin/engine/enginetest/realengine", "plugin/scenario", "plugin/scenario/composev1", "plugin/scenario/faulty",
		"scripts/balance", "scripts/vhosts",
	},
	"go.opentelemetry.io/otel":            {"plugin", "plugin/engine"}, // by which the docker client tells of its calls
	"github.com/spf13/cobra":              {"plugin", "plugin/command", "scripts/release"},
	"gopkg.in/yaml.v3":                    {"compose", "compose/spec", "compose/slips", "compose/realfiles"},
	"github.com/compose-spec/compose-go/": {"compose/spec"},
}

type goPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func TestDependenciesPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, i := range p.Imports {
			if other, ok := strings.CutPrefix(i, module); ok && !slices.Contains(mayImport[name], other) {
				t.Errorf("%s may not import %s", name, other)
			}
			for kept, who := range keptTo {
				if (i == strings.TrimSuffix(kept, "/") || strings.HasPrefix(i, strings.TrimSuffix(kept, "/")+"/")) && !slices.Contains(who, name) {
					t.Errorf("%s may not import %s, which is for %v", name, i, who)
				}
			}
			if slices.Contains(pure, name) && slices.Contains(impure, i) {
				t.Errorf("%s decides and may not import %s", name, i)
			}
			if name == "plugin/plan" && strings.Contains(i, ".") {
				t.Errorf("the planner stands on the standard library alone, and imports %s", i)
			}
		}
	}
}

func TestTestsReachNoFurtherThanTheyMust(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if _, listed := mayImport[name]; !listed || name == "plugin" {
			continue
		}
		for _, i := range slices.Concat(p.TestImports, p.XTestImports) {
			other, ours := strings.CutPrefix(i, module)
			if ours && other != name && !slices.Contains(mayImport[name], other) && !slices.Contains(testsMayImport[name], other) {
				t.Errorf("a test of %s may not import %s", name, other)
			}
		}
	}
}

func TestTheDockerCLIIsImportedByOneFile(t *testing.T) {
	var files []string
	for path, file := range sources(t) {
		for _, i := range file.Imports {
			if strings.HasPrefix(strings.Trim(i.Path.Value, `"`), "github.com/docker/cli/cli") && !slices.Contains(files, path) {
				files = append(files, path)
			}
		}
	}
	if !slices.Equal(files, []string{"plugin/docker.go"}) {
		t.Errorf("imported by %v", files)
	}
}

// Above these numbers a struct or a package has become more than one thing.
const (
	mostMethods = 25 // of a struct
	mostFiles   = 40 // of a package, without tests
	mostShared  = 12 // files of command that are not a verb's
)

func TestNothingIsTooBigToBeOneThing(t *testing.T) {
	methods, files := map[string]int{}, map[string]int{}
	for path, file := range sources(t) {
		dir := filepath.ToSlash(filepath.Dir(path))
		files[dir]++
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[dir+"."+receiver(f)]++
			}
		}
	}
	for name, n := range methods {
		if n > mostMethods {
			t.Errorf("%s has %d methods: what does it know too much of?", name, n)
		}
	}
	for name, n := range files {
		most := mostFiles
		if name == "plugin/command" { // a file a verb
			most = len(verbFiles(t)) + mostShared
		}
		if n > most {
			t.Errorf("%s has %d files: one idea each?", name, n)
		}
	}
}

// verbFiles lists the files of command that hold a verb.
func verbFiles(t *testing.T) []string {
	t.Helper()
	var verbs []string
	for path, file := range sources(t) {
		if filepath.Dir(path) != "plugin/command" {
			continue
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && strings.HasPrefix(f.Name.Name, "new") && strings.HasSuffix(f.Name.Name, "Command") && !slices.Contains(verbs, path) {
				verbs = append(verbs, path)
			}
		}
	}
	return verbs
}

func receiver(f *ast.FuncDecl) string {
	switch x := f.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if id, ok := x.X.(*ast.Ident); ok {
			return id.Name
		}
	case *ast.Ident:
		return x.Name
	}
	return "?"
}

// sources parses all files of the program and of its scripts, without tests, by
// path from the top.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	all := map[string]*ast.File{}
	for _, top := range []string{"cmd", "compose", "linking", "plugin", "scripts"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel("..", path)
			all[filepath.ToSlash(name)] = file
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// packages lists the packages of this module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 20 {
		t.Fatalf("found only %d packages", len(list))
	}
	return list
}
