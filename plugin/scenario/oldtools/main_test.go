// Package oldtools_test drives docker-compose 1.29.2, where it is installed, and
// this program under its name with the same words, and compares what scripts look
// at: which engine they speak to, what they complain about, exit codes.
package oldtools_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }

// tool is a program that is called as docker-compose, or another way to call
// this one.
type tool struct {
	path  string
	stdin string
}

// run types words in a folder, with a home and variables but those of this
// process that are about engines and files.
func (p tool) run(t *testing.T, dir string, vars []string, words ...string) (out, said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, words...)
	cmd.Dir = dir
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "DOCKER_") && !strings.HasPrefix(name, "COMPOSE_") && !strings.HasPrefix(name, "STACKLITE_") && name != "HOME" &&
			name != "REQUESTS_CA_BUNDLE" && name != "CURL_CA_BUNDLE" { // which Python takes for docker-compose's own
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(append(cmd.Env, "HOME="+dir, "DOCKER_CONFIG="+filepath.Join(dir, ".docker")), vars...)
	cmd.Stdin = strings.NewReader(p.stdin)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			t.Fatal(err)
		}
		code = exit.ExitCode()
	}
	return stdout.String(), stderr.String(), code
}

// folder makes files in a folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// called gives this program under the name of docker-compose.
func called(t *testing.T) tool {
	return tool{path: filepath.Join(scenario.Program(t, "docker-compose"), "docker-compose")}
}

// installed is docker-compose where it is installed, or nil. In a short test it is
// not asked, because each time takes a second: what it said of files is recorded.
func installed(t *testing.T) *tool {
	t.Helper()
	if testing.Short() && !*update {
		return nil
	}
	path, missing := scenario.DockerCompose()
	if missing != "" {
		t.Log(missing)
		return nil
	}
	return &tool{path: path}
}
