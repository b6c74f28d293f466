package command

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the tests find into their files")

// Each file describes a change: before.yml is brought up, after.yml is planned
// and compared with plan, then brought up too, after which nothing may be left
// to do. "command" holds the words of the command where it is not plan, and
// "meanwhile" what is done to the containers before it without the program: a word
// and a name a line, as docker has them; "Dockerfile" is what images are built from.
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
			m := newMemory(t)
			if d := parts["Dockerfile"]; d != nil {
				write(t, d.Name, string(d.Data))
			}
			if before := parts["before.yml"]; before != nil {
				m.do(t, before.Data, "up", "-d")
			}
			if meanwhile := parts["meanwhile"]; meanwhile != nil {
				m.docker(t, string(meanwhile.Data))
			}
			command := []string{"plan", "--format", "steps"}
			if c := parts["command"]; c != nil {
				command = strings.Fields(string(c.Data))
			}
			got := m.do(t, parts["after.yml"].Data, command...)
			want := parts["plan"]
			if diff := cmp.Diff(string(want.Data), got); diff != "" && !*update {
				t.Errorf("plan differs (-want +got):\n%s", diff)
			}
			want.Data = []byte(got)
			m.do(t, parts["after.yml"].Data, "up", "-d", "--remove-orphans")
			if again := m.do(t, parts["after.yml"].Data, "plan", "--format", "steps"); again != "" && !strings.HasPrefix(again, "note: ") {
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
