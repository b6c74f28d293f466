// Package golden holds what tests make of files to what archives in testdata say that comes
// of them.
package golden

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite what testdata says that comes of it")

// Updating reports whether tests are to rewrite what testdata says.
func Updating() bool { return *update }

// Case is an archive.
type Case struct {
	Name  string       // without the ending
	Files []txtar.File // of which something comes

	path     string
	comment  []byte
	expected []txtar.File
}

// Each runs a test for each archive that a pattern names. Parts of the names in results say
// what comes of the others.
func Each(t *testing.T, pattern string, results []string, test func(t *testing.T, c *Case)) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives ", pattern, err)
	}
	for _, path := range paths {
		path, err := filepath.Abs(path) // tests may go elsewhere
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c := &Case{Name: name, path: path, comment: a.Comment}
			for _, f := range a.Files {
				if slices.Contains(results, f.Name) {
					c.expected = append(c.expected, f)
				} else {
					c.Files = append(c.Files, f)
				}
			}
			test(t, c)
		})
	}
}

// Check fails unless what came of a case is what its archive says, or, where tests are to
// rewrite that, has it say so.
func (c *Case) Check(t *testing.T, got ...txtar.File) {
	t.Helper()
	if *update {
		a := &txtar.Archive{Comment: c.comment, Files: slices.Concat(c.Files, got)}
		if err := os.WriteFile(c.path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text := func(files []txtar.File) string { return string(txtar.Format(&txtar.Archive{Files: files})) }
	if diff := cmp.Diff(text(c.expected), text(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// LayOut writes files into a folder of the test's own.
func LayOut(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Check fails unless a text is that of a file, or, where tests are to rewrite what testdata
// says, writes it there.
func Check(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Set is a value as JSON has it, without what is not set.
func Set(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return pruned(plain)
}

func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if v[name] = pruned(value); v[name] == nil {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	default:
		if v == nil || reflect.ValueOf(v).IsZero() {
			return nil
		}
	}
	return v
}
