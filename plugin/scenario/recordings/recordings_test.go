package recordings_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// rewriting is the flag -update. Tests inside package plugin may have made it.
var rewriting = func() flag.Getter {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write what the tests find into their files")
	}
	return flag.Lookup("update").Value.(flag.Getter)
}()

// recordingPrefix begins the name of a recorded part of a file. What comes
// before the first such part is written by hand.
const recordingPrefix = "recorded "

// TestRecordings runs the commands at the top of every file of
// testdata/recordings on engines of both kinds and compares what comes of each
// with the rest of the file: exit code, standard output, standard error, and
// every request that changes something. README.md there describes the form.
func TestRecordings(t *testing.T) {
	files, err := filepath.Glob("testdata/recordings/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recordings", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			old, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := string(record(t, txtar.Parse(old)))
			if rewriting.Get().(bool) {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(old), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s: recorded -, now +\n%s", file, diff)
			}
		})
	}
}

// record plays a file on both kinds of engine and gives the file with what was
// seen in place of its recorded parts.
func record(t *testing.T, archive *txtar.Archive) []byte {
	t.Helper()
	given := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, recordingPrefix) {
			given.Files = append(given.Files, f)
		}
	}
	seen := make([][]step, len(recordedVersions))
	var both sync.WaitGroup
	for i, version := range recordedVersions {
		p := newPlayer(t, version, given)
		both.Go(func() { seen[i] = p.play(string(given.Comment)) })
	}
	both.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for i := range seen[0] {
		given.Files = append(given.Files, txtar.File{
			Name: recordingPrefix + seen[0][i].name(i+1),
			Data: []byte(merge(seen[0][i], seen[1][i])),
		})
	}
	return txtar.Format(given)
}
