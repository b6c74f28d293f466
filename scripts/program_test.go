// Package scripts_test tests the installed program: with the installer, with the
// docker commands that are here, and in the shells of its users.
package scripts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// build builds the program once for all tests, as the Makefile does but for its
// size; TestMain says where.
var build func() (program string, err error)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "stacklite")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	build = sync.OnceValues(func() (string, error) {
		program := filepath.Join(dir, "docker-stacklite")
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", program, "../cmd/docker-stacklite")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build: %w\n%s", err, out)
		}
		return program, openSources()
	})
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// openSources opens what the program is made of in this module. go test keeps a
// result while the files and folders that a test has opened stay as they are, and
// can't see what go build reads.
func openSources() error {
	const files = `{{with .Module}}{{if .Main}}{{.GoMod}}
{{$.Dir}}{{range $.EmbedFiles}}
{{$.Dir}}/{{.}}{{end}}{{end}}{{end}}`
	out, err := exec.Command("go", "list", "-deps", "-f", files, "../cmd/docker-stacklite").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	opened := 0
	for line := range strings.Lines(string(out)) {
		if name := strings.TrimSpace(line); name != "" {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			f.Close()
			opened++
		}
	}
	if opened < 10 {
		return fmt.Errorf("go list names %d files of the program", opened)
	}
	return nil
}

// built gives the program.
func built(t *testing.T) string {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// home gives a script a home of its own with one docker first on PATH, and no
// engine: a script that wants one says which.
func home(env *testscript.Env, docker string) error {
	dir := filepath.Join(env.WorkDir, "home")
	bin := filepath.Join(dir, "bin")
	env.Setenv("HOME", dir)
	env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("DOCKER_HOST", "unix://"+filepath.Join(env.WorkDir, "no-engine.sock"))
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	return os.Symlink(docker, filepath.Join(bin, "docker"))
}

// dockers finds every docker on PATH, for a machine may have an old and a new
// one. /bin is often another name of /usr/bin.
func dockers(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(dir, "docker"))
		if err != nil {
			continue
		}
		if path, err = filepath.EvalSymlinks(path); err == nil && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("there is no docker command on PATH")
	}
	return found
}

func dockerVersion(t *testing.T, docker string) string {
	t.Helper()
	out, err := exec.Command(docker, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune(" ,\n", r) })
	if len(words) < 3 {
		t.Fatalf("docker --version prints %q", out)
	}
	return words[2]
}
