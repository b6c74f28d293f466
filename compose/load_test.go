package compose

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAProjectLoadsFromTheDisk(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "app", "fig.yml"), []byte("web:\n  build: web\n  env_file: web.env\n  links: [db]\ndb:\n  image: postgres:$TAG\n"))
	write(t, filepath.Join(dir, "app", "web", "Dockerfile"), nil)
	write(t, filepath.Join(dir, "app", "web.env"), []byte("A=1\n"))
	write(t, filepath.Join(dir, "app", ".env"), []byte("TAG=9.4\n"))
	write(t, filepath.Join(dir, "app", "sub", "x"), nil)
	p, err := Load(Options{Dir: filepath.Join(dir, "app", "sub")})
	if err != nil {
		t.Fatal(err)
	}
	app := filepath.Join(dir, "app")
	if p.Name != "app" || p.Dir != app || !cmp.Equal(p.Files, []string{filepath.Join(app, "fig.yml")}) {
		t.Errorf("name %s, dir %s, files %s", p.Name, p.Dir, p.Files)
	}
	web := p.Service("web")
	if web.Build != filepath.Join(app, "web") || len(web.Environment) != 1 || p.Service("db").Image != "postgres:9.4" || p.Service("x") != nil {
		t.Errorf("%+v", web)
	}
	if got := web.Pos.String(); got != "../fig.yml:1:1" {
		t.Errorf("web stands at %s", got)
	}
	if got := web.At["links"]; got != (Pos{"../fig.yml", 4, 3}) {
		t.Errorf("its links stand at %s", got)
	}
}

func TestFilesThatCannotBeReadAreErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "huge.yml"), []byte(strings.Repeat("#", maxFile+1)))
	if err := os.Mkdir(filepath.Join(dir, "dir.yml"), 0o755); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"huge.yml":    "huge.yml: larger than 1 MB",
		"dir.yml":     "dir.yml: is a directory",
		"nosuch.yml":  "nosuch.yml: no such file",
		"huge.yml/x":  "huge.yml/x: no such file",
		"no\x00such.": "no\x00such.: invalid argument",
	} {
		p, err := Load(Options{Dir: dir, Files: []string{file}})
		var es Errors
		if p != nil || !errors.As(err, &es) || err.Error() != want {
			t.Errorf("%q: got %v, want %s", file, err, want)
		}
	}
}

func TestAWorkingDirectoryMustBeAbsolute(t *testing.T) {
	var es Errors
	if _, err := Load(Options{Dir: "."}); err == nil || errors.As(err, &es) {
		t.Errorf("got %v", err)
	}
}

func TestManyMistakesAreAllReported(t *testing.T) {
	const n = 2000
	var file strings.Builder
	for i := range n {
		fmt.Fprintf(&file, "s%d:\n  image: busybox\n  imag: x\n  links: [t%d]\n", i, i)
	}
	_, err := load(Options{Dir: projectDir}, memory{projectDir + "/fig.yml": []byte(file.String())})
	var es Errors
	if !errors.As(err, &es) || len(es) != 2*n {
		t.Errorf("%d mistakes told, want %d", len(es), 2*n)
	}
}

func TestAValueOfTheMachineThatIsNoTextIsMadeText(t *testing.T) {
	p, err := load(Options{Dir: projectDir, Env: map[string]string{"X": "a\xffb"}},
		memory{projectDir + "/fig.yml": []byte("web: {image: busybox, environment: [X, \"Y=$X\"]}")})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Services[0].Environment {
		if *v.Value != "a\ufffdb" {
			t.Errorf("%s is %q", v.Name, *v.Value)
		}
	}
}

func TestNamesOfProjectsAreNormalised(t *testing.T) {
	for in, want := range map[string]string{
		"My_App.dir-1 x": "my_appdir-1x",
		"web":            "web",
		"-_-web":         "web",
		"ÄÖ":             "",
		"Ünix":           "nix",
		"0day":           "0day",
		"":               "",
	} {
		if got := NormalizeName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestVariablesAreThoseThatTheFilesAreReadWith(t *testing.T) {
	disk := memory{
		"/p/fig.yml": nil, "/p/.env": []byte("A=file\nB=file\nC=${A}\nnot read\n"), "/p/sub/x": nil,
		"/q/a.yml": nil, "/q/.env": []byte("A=beside\n"), "/q/other.env": []byte("A=named\n"),
	}
	for name, c := range map[string]struct {
		options Options
		want    map[string]string
	}{
		"the process's go before those of .env": {
			Options{Dir: "/p", Env: map[string]string{"B": "", "X": "x"}}, map[string]string{"A": "file", "B": "", "C": "file", "X": "x"}},
		"below the file":           {Options{Dir: "/p/sub"}, map[string]string{"A": "file", "B": "file", "C": "file"}},
		"beside the first file":    {Options{Dir: "/p", Files: []string{"../q/a.yml", "fig.yml"}}, map[string]string{"A": "beside"}},
		"beside standard input":    {Options{Dir: "/q", Files: []string{"-", "../p/fig.yml"}}, map[string]string{"A": "beside"}},
		"beside a variable's":      {Options{Dir: "/p", Env: map[string]string{"COMPOSE_FILE": "/q/a.yml:fig.yml"}}, map[string]string{"A": "beside", "COMPOSE_FILE": "/q/a.yml:fig.yml"}},
		"beside Fig's":             {Options{Dir: "/p", Env: map[string]string{"FIG_FILE": "../q/a.yml"}}, map[string]string{"A": "beside", "FIG_FILE": "../q/a.yml"}},
		"another name":             {Options{Dir: "/p", EnvFile: "../q/other.env"}, map[string]string{"A": "named"}},
		"no such file":             {Options{Dir: "/p", EnvFile: "nothing"}, map[string]string{}},
		"another project's folder": {Options{Dir: "/p", ProjectDir: "../q"}, map[string]string{"A": "beside"}},
	} {
		if diff := cmp.Diff(c.want, hostVariables(c.options, disk)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// written loads files of a directory and gives, as JSON, how services are written.
func written(t *testing.T, o Options, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), []byte(text))
	}
	o.Dir, o.Env = dir, map[string]string{"TAG": "3"}
	_, services, err := LoadWritten(o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(services)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), dir, "DIR")
}

func TestAServiceIsToldAsItsFilesSayIt(t *testing.T) {
	files := map[string]string{
		"a.yml":     "web:\n  extends: {file: sub/c.yml, service: base}\n  image: 'x:$TAG'\n  tty: true\n  environment: {A: 1.50, B: , C: $$x}\ndb: {build: sub, dockerfile: D}\n",
		"b.yml":     "db: {image: y}\n",
		"sub/c.yml": "base:\n  image: old\n  links: [gone]\n  dns: 1.2.3.4\ngone: {image: z}\n",
	}
	got := written(t, Options{Files: []string{"a.yml", "b.yml"}}, files)
	want := `[{"Name":"web","Layers":[{"Dir":"DIR/sub","Keys":{"dns":"1.2.3.4","image":"old"}},` +
		`{"Dir":"DIR","Keys":{"environment":{"A":"1.50","B":null,"C":"$x"},"image":"x:3","tty":true}}]},` +
		`{"Name":"db","Layers":[{"Dir":"DIR","Keys":{}},{"Dir":"DIR","Keys":{"image":"y"}}]}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestVariablesCanStayAndWhatTheyStandInIsNotChecked(t *testing.T) {
	file := "web:\n  image: 'x:${NONE}'\n  mem_limit: $M\n  memswap_limit: 1g\n  ports: ['$P:80', '81:81']\n  env_file: e.env\n  ulimits: {nofile: $N}\n  command: [a, $$b]\n"
	files := map[string]string{"fig.yml": file, "e.env": "A=${B} $C\n"}
	got := written(t, Options{Literal: true}, files)
	want := `[{"Name":"web","Layers":[{"Dir":"DIR","Keys":{"command":["a","$$b"],"env_file":"e.env","image":"x:${NONE}","mem_limit":"$M","memswap_limit":"1g",` +
		`"ports":["$P:80","81:81"],"ulimits":{"nofile":"$N"}}}]}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	dir := t.TempDir()
	load := func(text string) (*Project, error) {
		write(t, filepath.Join(dir, "fig.yml"), []byte(text))
		write(t, filepath.Join(dir, "e.env"), []byte("A=${B} $C\n"))
		return Load(Options{Dir: dir, Literal: true})
	}
	p, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Notes) > 0 || len(p.Services[0].Ports) != 1 || *p.Services[0].Environment[0].Value != "${B} $C" {
		t.Errorf("got %+v", p.Services[0])
	}
	for text, want := range map[string]string{
		"web: {image: x, ports: ['$P:80', 'z']}":  `web.ports[0]: "z" is not a port`,
		"web: {image: '$I', imgae: '$I'}":         `no key "imgae"`,
		"web: {image: '$I', links: [gone, '$L']}": `no service "gone"`,
		"web: {extends: $E}":                      `no service "$E"`,
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestAnOldToolSaysNothingOfFilesThatItDidNotKnow(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"fig.yml", "docker-compose.yml"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("web:\n  image: probe\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, names := range map[int][]string{
		0: {"docker-compose.yml", "docker-compose.yaml", "fig.yml"},
		1: nil,
	} {
		p, err := Load(Options{Dir: dir, Names: names})
		if err != nil || len(p.Notes) != want {
			t.Errorf("%q: %v, %v", names, p.Notes, err)
		}
	}
}
