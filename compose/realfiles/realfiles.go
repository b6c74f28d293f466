// Package realfiles lays out files of public repositories for tests. The files are
// not part of this repository, for most of theirs come without a licence.
package realfiles

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// LayOut puts the files that compose/testdata/real.tsv lists into a folder, each
// where its repository has it, with what it refers to and the collection lacks:
// build directories, env files without a variable, and files to extend whose
// services have an image and nothing else. It gives the paths by the names in the
// list. root is the folder of this repository. The test is skipped where
// STACKLITE_REAL_FILES does not name the files and they are not beside the
// repository.
func LayOut(t *testing.T, root string) map[string]string {
	t.Helper()
	from, named := os.LookupEnv("STACKLITE_REAL_FILES")
	if !named {
		from = filepath.Join(root, "../shared/corpus")
	}
	if _, err := os.Stat(from); !named && errors.Is(err, fs.ErrNotExist) {
		t.Skip("no real files: fetch those that compose/testdata/real.tsv lists into a folder, and name it in STACKLITE_REAL_FILES")
	}
	list, err := os.ReadFile(filepath.Join(root, "compose/testdata/real.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	dir, paths := t.TempDir(), map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		f := strings.Split(line, "\t")
		data, err := os.ReadFile(filepath.Join(from, f[0]))
		if err != nil {
			t.Fatal(err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(data)); sum != f[3] {
			t.Fatalf("%s of %s is of another commit: its SHA-256 is %s, not %s", f[2], f[1], sum, f[3])
		}
		paths[f[0]] = filepath.Join(dir, f[1], f[2])
		put(t, paths[f[0]], data)
	}
	for _, path := range paths {
		addReferenced(t, path)
	}
	return paths
}

// addReferenced makes what a file refers to and what is not there.
func addReferenced(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var services map[string]struct {
		Build   string
		EnvFile yaml.Node `yaml:"env_file"`
		Extends struct{ File, Service string }
	}
	_ = yaml.Unmarshal(data, &services) // what can't be read refers to nothing
	dir, extended := filepath.Dir(path), map[string]string{}
	for _, s := range services {
		if s.Build != "" && !strings.Contains(s.Build, "://") {
			put(t, filepath.Join(dir, s.Build, ".keep"), nil)
		}
		for _, n := range append(s.EnvFile.Content, &s.EnvFile) {
			if n.Kind == yaml.ScalarNode {
				put(t, filepath.Join(dir, n.Value), nil)
			}
		}
		line := s.Extends.Service + ": {image: busybox}\n"
		if text := extended[s.Extends.File]; s.Extends.File != "" && !strings.Contains(text, line) {
			extended[s.Extends.File] = text + line
		}
	}
	for file, text := range extended {
		put(t, filepath.Join(dir, file), []byte(text))
	}
}

// put writes a file unless there is one.
func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
