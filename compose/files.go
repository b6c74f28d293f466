package compose

import (
	"fmt"
	"path/filepath"
	"strings"
)

// DefaultNames are the names under which a project's file is looked for, most
// wanted first: Fig's, docker-compose's, and those of its last releases.
func DefaultNames() []string {
	return []string{"fig.yml", "fig.yaml", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"}
}

// overrides are the files that are read on top of a file that was found under
// a default name, by the name's first part.
func overrides(name string) []string {
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if stem == "fig" {
		return nil // Fig had no second file
	}
	return []string{stem + ".override.yml", stem + ".override.yaml"}
}

// selection is what the flags and the environment choose.
type selection struct {
	files []string // absolute, or "-"
	given []string // the same as messages name them
	found bool     // under a default name
}

// choose selects the files: flags, then COMPOSE_FILE or FIG_FILE, then what is
// found in the working directory or the nearest one above it.
func (l *loader) choose(o Options) selection {
	if len(o.Files) > 0 {
		return l.named(o.Files)
	}
	if list, ok := l.find("COMPOSE_FILE"); ok && list != "" {
		sep, ok := l.find("COMPOSE_PATH_SEPARATOR")
		if !ok || sep == "" {
			sep = string(filepath.ListSeparator)
		}
		return l.named(strings.Split(list, sep))
	}
	if file, ok := l.find("FIG_FILE"); ok && file != "" {
		return l.named([]string{file})
	}
	return l.search(o)
}

func (l *loader) named(files []string) selection {
	var s selection
	for _, f := range files {
		if f == "" {
			continue
		}
		path := f
		if f != "-" {
			path = l.abs(f)
		}
		s.files = append(s.files, path)
		s.given = append(s.given, f)
	}
	return s
}

func (l *loader) search(o Options) selection {
	names := o.Names
	if len(names) == 0 {
		names = DefaultNames()
	}
	for dir := l.dir; ; dir = filepath.Dir(dir) {
		if found := l.present(dir, names); len(found) > 0 {
			s := l.withOverride(dir, found)
			s.found = true
			return s
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	l.fail(Pos{}, "", fmt.Sprintf("no file in %s or a directory above it", l.dir),
		"name the file with -f", "without -f these are looked for: "+strings.Join(names, ", "))
	return selection{}
}

// withOverride takes the first of the files found in a directory, and what
// overrides it.
func (l *loader) withOverride(dir string, found []string) selection {
	var s selection
	add := func(name string) {
		path := filepath.Join(dir, name)
		s.files, s.given = append(s.files, path), append(s.given, l.display(path))
	}
	add(found[0])
	if len(found) > 1 {
		l.note(Pos{File: s.given[0]}, "", fmt.Sprintf("read instead of %s beside it; choose another with -f", strings.Join(found[1:], ", ")))
	}
	over := l.present(dir, overrides(found[0]))
	if len(over) > 1 {
		l.fail(Pos{File: l.display(filepath.Join(dir, over[1]))}, "", fmt.Sprintf("there is %s too, and only one of them can override %s", over[0], found[0]),
			"remove one of them, or name the files with -f")
	}
	if len(over) > 0 {
		add(over[0])
	}
	return s
}

// present are those of the names that are files in dir.
func (l *loader) present(dir string, names []string) []string {
	var out []string
	for _, n := range names {
		if isDir, err := l.disk.isDir(filepath.Join(dir, n)); (err == nil || !absent(err)) && !isDir {
			out = append(out, n)
		}
	}
	return out
}

// abs resolves what the user named, from the working directory.
func (l *loader) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(l.dir, path)
}

// display is a path as messages name it: from the working directory where
// that is shorter.
func (l *loader) display(path string) string {
	if rel, err := filepath.Rel(l.dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
