package spec_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/compose/spec"
)

// loadIn reads compose.yaml of a folder.
func loadIn(dir string, env map[string]string) (*compose.Project, *spec.Model, error) {
	return spec.Load(context.Background(), spec.Options{
		Files: []string{filepath.Join(dir, "compose.yaml")}, Dir: dir, Name: "demo", Env: env,
		Display: func(path string) string { rel, _ := filepath.Rel(dir, path); return rel },
	})
}

func TestMistakesAndNotesAreToldWithTheirPlaces(t *testing.T) {
	golden.Each(t, "testdata/mistakes/*.txtar", []string{"said"}, func(t *testing.T, c *golden.Case) {
		dir := golden.LayOut(t, c.Files)
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
		c.Check(t, txtar.File{Name: "said", Data: []byte(got)})
	})
}

func TestVariablesCanBeLeftAsTheyAre(t *testing.T) {
	dir := golden.LayOut(t, []txtar.File{{Name: "compose.yaml", Data: []byte("services:\n  web:\n    image: x:${TAG:?must be set}\n")}})
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
	dir := golden.LayOut(t, []txtar.File{{Name: "compose.yaml", Data: []byte("services:\n  web:\n    image: x\n    command: echo $$HOME $$$$\n    links: [db:sql]\n  db:\n    image: y\n")}})
	_, model, err := loadIn(dir, map[string]string{"HOME": "/root"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := model.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again := golden.LayOut(t, []txtar.File{{Name: "compose.yaml", Data: text}})
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
	dir := golden.LayOut(t, []txtar.File{{Name: "compose.yaml", Data: []byte(`services:
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
`)}})
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
