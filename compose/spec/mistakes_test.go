package spec_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/spec"
)

var update = flag.Bool("update", false, "rewrite what is said in testdata")

// loadIn reads compose.yaml of a folder.
func loadIn(dir string, env map[string]string) (*compose.Project, *spec.Model, error) {
	return spec.Load(context.Background(), spec.Options{
		Files: []string{filepath.Join(dir, "compose.yaml")}, Dir: dir, Name: "demo", Env: env,
		Display: func(path string) string { rel, _ := filepath.Rel(dir, path); return rel },
	})
}

// lay writes the files of an archive, but for what is said of them.
func lay(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range a.Files {
		if f.Name == "said" {
			continue
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMistakesAndNotesAreToldWithTheirPlaces(t *testing.T) {
	names, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := lay(t, a)
			var said strings.Builder
			p, _, err := loadIn(dir, nil)
			var mistakes compose.Errors
			switch {
			case err == nil:
				for _, n := range p.Notes {
					said.WriteString("note: " + n.String() + "\n")
				}
			case errors.As(err, &mistakes):
				for _, m := range mistakes {
					said.WriteString(m.Error() + "\n")
					for _, h := range m.Hints {
						said.WriteString("\thint: " + h + "\n")
					}
				}
			default:
				t.Fatal(err)
			}
			got := strings.ReplaceAll(said.String(), dir, "$DIR")
			for i, f := range a.Files {
				if f.Name != "said" {
					continue
				}
				if got != string(f.Data) && !*update {
					t.Errorf("got:\n%swant:\n%s", got, f.Data)
				}
				a.Files[i].Data = []byte(got)
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestVariablesCanBeLeftAsTheyAre(t *testing.T) {
	dir := lay(t, &txtar.Archive{Files: []txtar.File{{Name: "compose.yaml", Data: []byte("services:\n  web:\n    image: x:${TAG:?must be set}\n")}}})
	for asJSON, want := range map[bool]string{false: "image: x:${TAG:?must be set}", true: `"image": "x:${TAG:?must be set}"`} {
		text, err := spec.Written(context.Background(), spec.Options{
			Files: []string{filepath.Join(dir, "compose.yaml")}, Dir: dir, Display: func(path string) string { return path },
		}, asJSON)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s %v", text, err)
		}
	}
}

// What compose-go does not check by itself, and what it makes of several files.
func TestAModelCanBeReadAgain(t *testing.T) {
	dir := lay(t, &txtar.Archive{Files: []txtar.File{{Name: "compose.yaml", Data: []byte("services:\n  web:\n    image: x\n    command: echo $$HOME $$$$\n    links: [db:sql]\n  db:\n    image: y\n")}}})
	_, model, err := loadIn(dir, map[string]string{"HOME": "/root"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := model.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again := lay(t, &txtar.Archive{Files: []txtar.File{{Name: "compose.yaml", Data: text}}})
	p, same, err := loadIn(again, map[string]string{"HOME": "/root"})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := same.YAML(); string(got) != string(text) {
		t.Errorf("got:\n%swant:\n%s", got, text)
	}
	if got := strings.Join(p.Service("web").Command, " "); got != "echo $HOME $$" {
		t.Errorf("command %q", got)
	}
	if l := p.Service("web").Links; len(l) != 1 || l[0].Target != "db" || l[0].Alias != "sql" || l[0].Pos.Line == 0 {
		t.Errorf("links %+v", l)
	}
}

func TestCommandsInContainersAndRestartsAreTakenOver(t *testing.T) {
	dir := lay(t, &txtar.Archive{Files: []txtar.File{{Name: "compose.yaml", Data: []byte(`services:
  web:
    image: x
    links: [cache]
    depends_on:
      db: {condition: service_healthy, restart: true, required: false}
      other: {condition: service_started, restart: false}
    post_start:
      - command: echo "a b" $$HOME
      - command: [x]
        user: root
        working_dir: /d
        privileged: true
        environment: [A=b, C]
    pre_stop:
      - {command: y}
  db: {image: x}
  cache: {image: x}
  other: {image: x}
`)}}})
	p, _, err := loadIn(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	web, b := p.Service("web").Spec, "b"
	start := []compose.Hook{
		{Command: []string{"echo", "a b", "$HOME"}, Pos: compose.Pos{File: "compose.yaml", Line: 9, Column: 9}},
		{Command: []string{"x"}, User: "root", WorkingDir: "/d", Privileged: true, Environment: map[string]*string{"A": &b, "C": nil},
			Pos: compose.Pos{File: "compose.yaml", Line: 10, Column: 9}},
	}
	if !reflect.DeepEqual(web.PostStart, start) {
		t.Errorf("post_start: %+v", web.PostStart)
	}
	if len(web.PreStop) != 1 || web.PreStop[0].Command[0] != "y" {
		t.Errorf("pre_stop: %+v", web.PreStop)
	}
	restarts := map[string]bool{}
	for _, d := range web.DependsOn {
		restarts[d.Service] = d.Restart
	}
	if want := map[string]bool{"db": true, "other": false, "cache": false}; !maps.Equal(restarts, want) {
		t.Errorf("restarted with %v, want %v", restarts, want)
	}
	if len(p.Notes) > 0 {
		t.Errorf("notes: %v", p.Notes)
	}
}
