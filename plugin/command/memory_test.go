package command

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// memory is the command line on an engine in memory.
type memory struct{ host string }

func newMemory(t *testing.T) memory {
	t.Helper()
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{
		enginetest.Probe("probe"), enginetest.Probe("probe:2"),
	}})
	return memory{host: e.Host()}
}

func (m memory) environment(out, errs io.Writer) *session.Environment {
	return &session.Environment{
		In: strings.NewReader(""), Out: out, Err: errs,
		Vars:  map[string]string{"COMPOSE_PROJECT_NAME": "demo"},
		Hints: Hints,
		Connect: func(map[string]string) (engine.Client, error) {
			return client.NewClientWithOpts(client.WithHost(m.host), client.WithAPIVersionNegotiation())
		},
	}
}

// run runs a command in the current directory.
func (m memory) run(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root, options := New(m.environment(&stdout, &stderr), nil)
	root.SilenceErrors, root.SilenceUsage = true, true // as the Docker CLI's library has it
	root.SetArgs(args)
	code = exit.Code(root.ExecuteContext(t.Context()), options())
	return stdout.String(), stderr.String(), code
}

// do writes a file, runs a command on it that must succeed, and gives its
// standard output.
func (m memory) do(t *testing.T, file []byte, args ...string) string {
	t.Helper()
	write(t, "fig.yml", string(file))
	out, errs, code := m.run(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, errs)
	}
	return out
}

// docker does without the program what lines say: a word of the docker command and
// the name of a container.
func (m memory) docker(t *testing.T, lines string) {
	t.Helper()
	c, err := client.NewClientWithOpts(client.WithHost(m.host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for line := range strings.Lines(lines) {
		word, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "restart":
			err = c.ContainerRestart(t.Context(), name, container.StopOptions{})
		case "stop":
			err = c.ContainerStop(t.Context(), name, container.StopOptions{})
		case "rm":
			err = c.ContainerRemove(t.Context(), name, container.RemoveOptions{Force: true})
		default:
			t.Fatalf("no way to %s", word)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
