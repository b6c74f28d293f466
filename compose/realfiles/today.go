package realfiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// File is a real file of the Compose specification, with those that belong to it.
type File struct {
	ID, Repository string
	Dir            string   // absolute
	Files          []string // absolute, the main one first
}

// Today lists the files that INDEX.tsv of STACKLITE_MODERN_FILES has and docker compose
// 5.6 loads. root is the folder of this repository. The test is skipped where the
// variable names none and they are not beside the repository.
func Today(t *testing.T, root string) []File {
	t.Helper()
	folder, named := os.LookupEnv("STACKLITE_MODERN_FILES")
	if !named {
		folder = filepath.Join(root, "../shared/corpus-modern")
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(folder, "INDEX.tsv"))
	if !named && errors.Is(err, fs.ErrNotExist) {
		t.Skip("no real files: name a folder with INDEX.tsv in STACKLITE_MODERN_FILES")
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(index)), "\n")
	columns := strings.Split(lines[0], "\t")
	var list []File
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		cell := func(name string) string { return cells[slices.Index(columns, name)] }
		if cell("compose-5.6.0") != "loads" {
			continue
		}
		f := File{ID: cell("id"), Repository: cell("repository"), Dir: filepath.Join(folder, cell("id"))}
		for _, name := range append([]string{cell("file")}, strings.Fields(cell("with"))...) {
			f.Files = append(f.Files, filepath.Join(f.Dir, name))
		}
		list = append(list, f)
	}
	return list
}
