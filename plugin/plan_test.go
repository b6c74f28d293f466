package plugin

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the tests find into their files")

// Each file tells a change: before.yml is brought up, after.yml is planned and
// compared with plan, then brought up too, after which nothing may be left to
// do. "command" holds the words of the command where it is not plan.
func TestPlansForChanges(t *testing.T) {
	files, err := filepath.Glob("testdata/plans/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no plans", err)
	}
	for _, file := range files {
		file, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]*txtar.File{}
			for i := range archive.Files {
				parts[archive.Files[i].Name] = &archive.Files[i]
			}
			t.Chdir(t.TempDir())
			a := memoryApp(t)
			if before := parts["before.yml"]; before != nil {
				a.do(t, before.Data, "up", "-d")
			}
			command := []string{"plan", "--format", "steps"}
			if c := parts["command"]; c != nil {
				command = strings.Fields(string(c.Data))
			}
			got := a.do(t, parts["after.yml"].Data, command...)
			want := parts["plan"]
			if diff := cmp.Diff(string(want.Data), got); diff != "" && !*update {
				t.Errorf("plan differs (-want +got):\n%s", diff)
			}
			want.Data = []byte(got)
			a.do(t, parts["after.yml"].Data, "up", "-d", "--remove-orphans")
			if again := a.do(t, parts["after.yml"].Data, "plan", "--format", "steps"); again != "" && !strings.HasPrefix(again, "note: ") {
				t.Errorf("after up there is still to do:\n%s", again)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// memory is the command line on an engine in memory.
type memory struct{ host string }

func memoryApp(t *testing.T) *memory {
	t.Helper()
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{
		enginetest.Probe("probe"), enginetest.Probe("probe:2"),
	}})
	return &memory{host: e.Host()}
}

// app connects to the engine in memory.
func (m *memory) app(out, errs io.Writer) *app {
	a := newApp(strings.NewReader(""), out, errs)
	a.env = map[string]string{"COMPOSE_PROJECT_NAME": "demo"}
	a.connect = func() (engine.Client, error) {
		return client.NewClientWithOpts(client.WithHost(m.host), client.WithAPIVersionNegotiation())
	}
	return a
}

// do writes a file, runs a command on it and gives its standard output.
func (m *memory) do(t *testing.T, file []byte, args ...string) string {
	t.Helper()
	if err := os.WriteFile("fig.yml", file, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	root := newRoot(m.app(&out, &errs))
	root.SetOut(io.Discard)
	root.SetErr(&errs)
	root.SetArgs(args)
	if err := root.ExecuteContext(context.Background()); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, &errs)
	}
	return out.String()
}
