package compose

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose/realfiles"
)

// broken are the real files that no reading saves: why, and what is said.
var broken = map[string]struct{ why, said string }{
	"083.yml": {"nothing tells whether the image or the build directory is meant; no release took both",
		`fig.yml:6:3: nginx.build: has both image and build`},
	"084.yml": {"the service behind the link was taken out of the file, and net: container:php of others does not tell which container that is",
		`docker-compose-v1.yml:49:5: web.links[0]: no service "php" (did you mean "pha"?)`},
	"104.yml": {"the file is half of a pair: the other half has the images, and the services behind the links",
		`docker-compose-dev.yml:36:7: uwsgi.links[0]: no service "smtp"
docker-compose-dev.yml:38:7: uwsgi.links[2]: no service "dbbackup"
docker-compose-dev.yml:39:7: uwsgi.links[3]: no service "sftppgbackup"
docker-compose-dev.yml:40:7: uwsgi.links[4]: no service "sftpmediabackup"
docker-compose-dev.yml:41:7: uwsgi.links[5]: no service "rabbitmq"
docker-compose-dev.yml:43:1: inasafe-worker: has neither image nor build
docker-compose-dev.yml:49:1: indicator-worker: has neither image nor build
docker-compose-dev.yml:55:1: web: has neither image nor build`},
	"116.yml": {"the link names a database that is not in the file; none of those that are is called alike",
		`fig-dev.yml:123:7: dev.links[0]: no service "devdb"`},
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func loadFile(path string) (*Project, error) {
	return Load(Options{Files: []string{path}, Dir: filepath.Dir(path), Env: map[string]string{"HOME": "/home/ann"}})
}

func TestRealFilesLoadUnlessNoReadingSavesThem(t *testing.T) {
	for name, path := range realfiles.LayOut(t, "..") {
		p, err := loadFile(path)
		if err == nil {
			printsBack(t, p)
		} else {
			err = errors.New(strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", ""))
		}
		if want := broken[name].said; want != "" && (err == nil || err.Error() != want) || want == "" && err != nil {
			t.Errorf("%s: got %v\nwant %s", name, err, want)
		}
	}
}

// printsBack loads what is printed of p and compares.
func printsBack(t *testing.T, p *Project) {
	for _, print := range []func(*Project) ([]byte, error){Marshal, MarshalJSON} {
		data, err := print(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Load(Options{Files: []string{"-"}, Stdin: bytes.NewReader(data), Dir: p.Dir, Env: map[string]string{"HOME": "/home/ann"}})
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(p.Services, again.Services, meaning()...); diff != "" {
			t.Errorf("%v (-before +after):\n%s", p.Files, diff)
		}
	}
}

// difference is one thing that docker-compose 1.29.2 takes otherwise.
type difference struct{ file, place, theirs, ours string }

// TestRealFilesMeanWhatDockerComposeTookThemFor compares every key of every
// service with docker-compose 1.29.2. Each difference stands in
// testdata/differences.tsv with the reason for it.
func TestRealFilesMeanWhatDockerComposeTookThemFor(t *testing.T) {
	const table = "testdata/differences.tsv"
	paths := realfiles.LayOut(t, "..")
	reference := dockerCompose(t, paths)
	reasons := map[difference]string{}
	data, err := os.ReadFile(table)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 5 && f[0] != "file" {
			reasons[difference{f[0], f[1], f[2], f[3]}] = f[4]
		}
	}
	var out strings.Builder
	out.WriteString("file\tplace\tdocker-compose 1.29.2\there\twhy\n")
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		for _, d := range compare(t, name, paths[name], reference[paths[name]]) {
			why := reasons[d]
			delete(reasons, d)
			if why == "" || why == "?" {
				why = "?"
				t.Errorf("a difference without a reason: %q", d)
			}
			out.WriteString(strings.Join([]string{d.file, d.place, d.theirs, d.ours, why}, "\t") + "\n")
		}
	}
	for d := range reasons {
		t.Errorf("no difference any more: %q", d)
	}
	if *update {
		if err := os.WriteFile(table, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// outcome is what docker-compose says of a file.
type outcome struct {
	Error    string
	Services map[string]map[string]any
}

func dockerCompose(t *testing.T, paths map[string]string) map[string]outcome {
	t.Helper()
	command, err := exec.LookPath("docker-compose")
	if err != nil {
		t.Skip("no docker-compose to compare with")
	}
	script, err := os.ReadFile(command)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(script), "\n")
	python, ok := strings.CutPrefix(first, "#!")
	if !ok || !strings.Contains(python, "python") {
		t.Skip("docker-compose is not the one in Python")
	}
	var in strings.Builder
	for _, p := range paths {
		in.WriteString(p + "\n")
	}
	cmd := exec.Command(strings.TrimSpace(python), "testdata/reference.py")
	cmd.Env = append(os.Environ(), "HOME=/home/ann")
	cmd.Stdin = strings.NewReader(in.String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	if strings.Contains(stderr.String(), "AssertionError") {
		t.Skip("docker-compose is not 1.29.2")
	} else if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var out map[string]outcome
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func compare(t *testing.T, name, path string, theirs outcome) []difference {
	t.Helper()
	p, err := loadFile(path)
	root := filepath.Dir(path)
	clean := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(b), root, ".")
	}
	if err != nil || theirs.Error != "" {
		if (err == nil) == (theirs.Error == "") {
			return nil
		}
		first, _, _ := strings.Cut(strings.ReplaceAll(theirs.Error, "invalid because:\n", "invalid because: "), "\n")
		if err != nil {
			return []difference{{name, "", "loads", strings.ReplaceAll(err.Error(), root, ".")}}
		}
		return []difference{{name, "", strings.ReplaceAll(first, root, "."), "loads"}}
	}
	var out []difference
	for _, s := range p.Services {
		ours := map[string]any{}
		for _, e := range s.Entries() {
			ours[e.Key] = e.Value
		}
		for _, k := range Keys() {
			x, y := sorted(k.Name, theirs.Services[s.Name][k.Name]), sorted(k.Name, ours[k.Name])
			if a, b := clean(apart(x, y)), clean(apart(y, x)); clean(x) != clean(y) {
				out = append(out, difference{name, s.Name + "." + k.Name, a, b})
			}
		}
	}
	if len(p.Services) != len(theirs.Services) {
		t.Errorf("%s: %d services, docker-compose has %d", name, len(p.Services), len(theirs.Services))
	}
	return out
}

// apart is x without what is in y too, where both are lists.
func apart(x, y any) any {
	xs, ok := x.([]string)
	ys, too := y.([]string)
	if !ok || !too {
		return x
	}
	return slices.DeleteFunc(slices.Clone(xs), func(s string) bool { return slices.Contains(ys, s) })
}

// sorted puts a list in order whose order says nothing.
func sorted(key string, v any) any {
	if key == "command" || key == "entrypoint" || reflect.ValueOf(v).Kind() != reflect.Slice {
		return v
	}
	var out []string
	switch v := v.(type) {
	case []string:
		out = slices.Clone(v)
	case []any:
		for _, x := range v {
			s, _ := x.(string)
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}
