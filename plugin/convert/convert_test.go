package convert_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/convert"
)

// converted reads a file of the first format, writes it as one of today, and reads that.
func converted(t *testing.T, path string) (was, is graph.Graph, before, after *compose.Project) {
	t.Helper()
	before, err := compose.Load(compose.Options{Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
	if err != nil {
		t.Skip("no file that loads: ", err)
	}
	links, err := linking.Resolve(before, linking.Options{})
	if err != nil {
		t.Skip("no links that can be resolved: ", err)
	}
	file, _ := convert.ToSpec(before, links)
	text, err := compose.MarshalMap(file)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "compose.yaml")
	if err := os.WriteFile(to, text, 0o644); err != nil {
		t.Fatal(err)
	}
	after, _, err = spec.Load(context.Background(), spec.Options{
		Files: []string{to}, Dir: filepath.Dir(to), Env: map[string]string{}, Display: func(string) string { return "compose.yaml" },
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	again, err := linking.Resolve(after, linking.Options{Isolation: linking.ByProject, NoDiscovery: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return graph.Of(before, links), graph.Of(after, again), before, after
}

func TestServicesReachTheSameWhenTheirFileIsConverted(t *testing.T) {
	for name, path := range realfiles.LayOut(t, "../..") {
		t.Run(name, func(t *testing.T) {
			was, is, before, after := converted(t, path)
			if len(before.Services) != len(after.Services) {
				t.Fatalf("%d services, were %d", len(after.Services), len(before.Services))
			}
			r, now := was.Reach(), is.Reach()
			for _, a := range before.Services {
				for _, b := range before.Services {
					if r.Reaches(a.Name, b.Name) != now.Reaches(a.Name, b.Name) {
						t.Errorf("%s reaches %s: %v, was %v", a.Name, b.Name, now.Reaches(a.Name, b.Name), r.Reaches(a.Name, b.Name))
					}
				}
				s := after.Service(a.Name)
				if s == nil {
					t.Fatalf("no service %s", a.Name)
				}
				if s.Image != a.Image || !slices.Equal(s.Command, a.Command) || s.User != a.User || len(s.Ports) < len(a.Ports) || len(s.Volumes)+len(s.Spec.Mounts) != len(a.Volumes) ||
					len(s.Environment) != len(a.Environment) || s.MemLimit != a.MemLimit || len(s.VolumesFrom) != len(a.VolumesFrom) {
					t.Errorf("%s has become %+v, was %+v", a.Name, s, a)
				}
			}
		})
	}
}

func TestWhatThereIsNoWordForIsWrittenOtherwise(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fig.yml")
	if err := os.WriteFile(path, []byte(`
web:
  image: x
  links: ["db:sql"]
  external_links: [other]
  log_driver: syslog
  log_opt: {tag: a$$b}
  volumes: ["data:/data", /anon]
db:
  build: .
  dockerfile: D
  pid: container:web
lone:
  image: x
  volumes_from: [web:ro]
side:
  image: x
  net: container:web
`), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := compose.Load(compose.Options{Files: []string{path}, Dir: dir, ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	links, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, notes := convert.ToSpec(p, links)
	text, err := compose.MarshalMap(file)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/compose.yaml", strings.ReplaceAll(string(text), dir, "DIR"))
	var told []string
	for _, n := range notes {
		told = append(told, strings.ReplaceAll(n.String(), dir+"/", ""))
	}
	if want := []string{
		"fig.yml:4:11: web.links: db:sql is left out: it closes a circle, which docker compose refuses; web finds db by that name, and no longer as sql",
		"fig.yml:5:3: web.external_links: docker compose attaches no containers of others: connect them to the network of the link by hand, docker network connect",
		"links bring no variables (DB_PORT, DB_NAME, ...) under docker compose: set those that programs read under environment",
	}; !slices.Equal(told, want) {
		t.Errorf("notes %q", told)
	}
	to := filepath.Join(dir, "compose.yaml")
	if err := os.WriteFile(to, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := spec.Load(context.Background(), spec.Options{Files: []string{to}, Dir: dir, Env: map[string]string{}, Display: func(s string) string { return s }}); err != nil {
		t.Error(err)
	}
}
