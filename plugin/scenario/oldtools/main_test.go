// Package oldtools_test drives docker-compose 1.29.2, where it is installed, and
// this program under its name with the same words, and compares what scripts look
// at: which engine they speak to, what they complain about, exit codes.
package oldtools_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m) }

// tool is a program that is called as docker-compose, or another way to call
// this one.
type tool struct {
	path   string
	copies *copies // of docker-compose; nil: path is run
	stdin  string
}

// run types words in a folder, with a home and variables but those of this
// process that are about engines and files.
func (p tool) run(t *testing.T, dir string, vars []string, words ...string) (out, said string, code int) {
	t.Helper()
	env := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "DOCKER_") && !strings.HasPrefix(name, "COMPOSE_") && !strings.HasPrefix(name, "STACKLITE_") &&
			name != "REQUESTS_CA_BUNDLE" && name != "CURL_CA_BUNDLE" { // which Python takes for docker-compose's own
			env[name] = value
		}
	}
	env["HOME"], env["DOCKER_CONFIG"] = dir, filepath.Join(dir, ".docker")
	for _, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		env[name] = value
	}
	if p.copies != nil {
		return p.copies.run(t, dir, env, words, p.stdin)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, words...)
	cmd.Dir = dir
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
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

// copies is a process that runs docker-compose in copies of itself.
type copies struct {
	to   *json.Encoder
	from *bufio.Scanner
}

// run runs docker-compose once.
func (c *copies) run(t *testing.T, dir string, env map[string]string, words []string, stdin string) (out, said string, code int) {
	t.Helper()
	files := folder(t, map[string]string{"stdin": stdin, "out": "", "err": ""})
	path := func(name string) string { return filepath.Join(files, name) }
	if words == nil {
		words = []string{}
	}
	asked := map[string]any{"dir": dir, "env": env, "words": words, "stdin": path("stdin"), "out": path("out"), "err": path("err")}
	if err := c.to.Encode(asked); err != nil {
		t.Fatal(err)
	}
	if !c.from.Scan() {
		t.Fatal("docker-compose has gone", c.from.Err())
	}
	code, err := strconv.Atoi(c.from.Text())
	if err != nil {
		t.Fatal(err)
	}
	text := func(name string) string {
		data, err := os.ReadFile(path(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return text("out"), text("err"), code
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

// installed is docker-compose where it is installed, or nil. Where a part is enough it is
// not asked: what it said of files is recorded.
func installed(t *testing.T) *tool {
	t.Helper()
	if scenario.Part() && !*update {
		return nil
	}
	path, missing := scenario.DockerCompose()
	if missing != "" {
		t.Log(missing)
		return nil
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(script), "\n")
	python, ok := strings.CutPrefix(first, "#!")
	if !ok || !strings.Contains(python, "python") {
		return &tool{path: path}
	}
	cmd := exec.Command(strings.TrimSpace(python), "testdata/ask.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &tool{path: path, copies: &copies{json.NewEncoder(in), bufio.NewScanner(out)}}
}
