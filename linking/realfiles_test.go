package linking_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose"
)

// realFiles lays out files of public repositories, which are not part of this
// one, each where its repository has it, and beside them what they refer to. It
// gives their paths. Where they are from is in compose/testdata/real.tsv.
func realFiles(t *testing.T) []string {
	t.Helper()
	from, named := os.LookupEnv("STACKLITE_REAL_FILES")
	if !named {
		from = "../../shared/corpus"
	}
	if _, err := os.Stat(from); !named && err != nil {
		t.Skip("no real files: fetch those that compose/testdata/real.tsv lists into a folder, and name it in STACKLITE_REAL_FILES")
	}
	list, err := os.ReadFile("../compose/testdata/real.tsv")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	var paths []string
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		f := strings.Split(line, "\t")
		data, err := os.ReadFile(filepath.Join(from, f[0]))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, f[1], f[2])
		put(t, path, data)
		paths = append(paths, path)
	}
	for _, path := range paths {
		addMissing(t, path)
	}
	return paths
}

// addMissing makes the env files and the files to extend that a file names and
// that are not there: empty, and with an image for each service.
func addMissing(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var services map[string]struct {
		EnvFile any `yaml:"env_file"`
		Extends struct{ File, Service string }
	}
	_ = yaml.Unmarshal(data, &services) // Load says what is wrong with it
	extended := map[string]string{}
	for _, s := range services {
		names, _ := s.EnvFile.([]any)
		for _, name := range append(names, s.EnvFile) {
			if name, ok := name.(string); ok {
				put(t, filepath.Join(filepath.Dir(path), name), nil)
			}
		}
		line := s.Extends.Service + ": {image: busybox}\n"
		if text := extended[s.Extends.File]; s.Extends.File != "" && !strings.Contains(text, line) {
			extended[s.Extends.File] = text + line
		}
	}
	for file, text := range extended {
		put(t, filepath.Join(filepath.Dir(path), file), []byte(text))
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

// loadReal loads one of the real files; nil where no reading saves it, which is
// compose's to test.
func loadReal(path string) *compose.Project {
	p, err := compose.Load(compose.Options{
		Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "p", SkipBuildCheck: true, Env: map[string]string{"HOME": "/root"},
	})
	if err != nil {
		return nil
	}
	return p
}
