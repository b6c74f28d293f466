package plugin

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/stack-lite/stack-lite/"

// ours says which packages of this module each package may import. Who is not
// listed may import none: a new package needs a line here, and so a thought.
var ours = map[string][]string{
	"cmd/docker-stacklite": {"plugin"},
	"plugin":               {"plugin/probe", "plugin/view", "plugin/engine", "plugin/image", "plugin/desired", "plugin/plan", "linking", "linking/graph", "compose"},
	"plugin/view":          {"plugin/plan", "compose"},
	"plugin/labels":        {"linking", "compose"},
	"plugin/engine":        {"plugin/desired", "plugin/labels", "plugin/plan", "linking", "linking/graph", "compose"},
	"plugin/image":         {"plugin/image/dockerfile", "plugin/desired", "plugin/plan"},
	"plugin/desired":       {"plugin/labels", "plugin/plan", "compose"},
	"linking":              {"linking/cover", "compose"},
	"linking/graph":        {"linking", "compose"},
}

// theirs says who alone may import what is kept out of the rest.
var theirs = map[string][]string{
	"github.com/docker/cli/cli":         {"plugin"},
	"github.com/docker/cli/cli-plugins": {"plugin"},
	"github.com/docker/cli/opts":        {"plugin"},
	"github.com/docker/cli/templates":   {"plugin/view"},
	"github.com/docker/docker/client":   {"plugin/engine", "plugin/image"},
	"gopkg.in/yaml.v3":                  {"compose"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestDependenciesPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, i := range p.Imports {
			if other, ok := strings.CutPrefix(i, module); ok && !slices.Contains(ours[name], other) {
				t.Errorf("%s may not import %s", name, other)
			}
			for kept, who := range theirs {
				if (i == kept || strings.HasPrefix(i, kept+"/")) && !slices.Contains(who, name) {
					t.Errorf("%s may not import %s, which is for %v", name, i, who)
				}
			}
			if name == "plugin/plan" && strings.Contains(i, ".") {
				t.Errorf("the planner stands on the standard library alone, and imports %s", i)
			}
		}
	}
}

func TestTheDockerCLIIsImportedByOneFile(t *testing.T) {
	cmd := exec.Command("grep", "-l", `"github.com/docker/cli/cli`, "-r", "--include=*.go", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range strings.Fields(string(out)) {
		if !strings.HasSuffix(f, "_test.go") {
			files = append(files, filepath.Base(f))
		}
	}
	if !slices.Equal(files, []string{"docker.go"}) {
		t.Errorf("imported by %v", files)
	}
}

// packages lists the packages of this module that go into the program.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports", "./cmd/docker-stacklite")
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
		if strings.HasPrefix(p.ImportPath, module) {
			list = append(list, p)
		}
	}
	if len(list) < 6 {
		t.Fatalf("found only %d packages", len(list))
	}
	return list
}
