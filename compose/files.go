package compose

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// DefaultNames are the names under which a project's file is looked for, most
// wanted first: Fig's, and those of docker compose in its order.
func DefaultNames() []string {
	return []string{"fig.yml", "fig.yaml", "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
}

// overrides are the files that are read on top of a file that was found under
// a default name, most wanted first. Any tool takes any of them for any file; Fig had
// no second one. Old is what docker-compose 1.x wanted.
func overrides(name string, old bool) []string {
	if strings.HasPrefix(name, "fig.") {
		return nil
	}
	today, before := []string{"compose.override.yml", "compose.override.yaml"}, []string{"docker-compose.override.yml", "docker-compose.override.yaml"}
	if old {
		return slices.Concat(before, today)
	}
	return slices.Concat(today, before)
}

// selection is what the flags and the environment choose.
type selection struct {
	files []string // absolute, or "-"
	given []string // the same as messages name them
	found bool     // under a default name
}

// choose selects the files: flags, then COMPOSE_FILE or FIG_FILE, then what is
// found in the working directory or the nearest one above it.
func (s *sources) choose(o Options, find lookup) selection {
	if files := namedFiles(o, find); len(files) > 0 {
		return s.named(files)
	}
	return s.search(o)
}

// namedFiles are the files that flags or variables name.
func namedFiles(o Options, find lookup) []string {
	if len(o.Files) > 0 {
		return o.Files
	}
	if list, ok := find("COMPOSE_FILE"); ok && list != "" {
		sep, ok := find("COMPOSE_PATH_SEPARATOR")
		if !ok || sep == "" {
			sep = string(filepath.ListSeparator)
		}
		return strings.Split(list, sep)
	}
	if file, ok := find("FIG_FILE"); ok && file != "" {
		return []string{file}
	}
	return nil
}

func (s *sources) named(files []string) selection {
	var out selection
	for _, f := range files {
		if f == "" {
			continue
		}
		path := f
		if f != "-" {
			path = s.abs(f)
		}
		out.files = append(out.files, path)
		out.given = append(out.given, f)
	}
	return out
}

func (s *sources) search(o Options) selection {
	names := o.Names
	if len(names) == 0 {
		names = DefaultNames()
	}
	for dir := s.dir; ; dir = filepath.Dir(dir) {
		if found := s.present(dir, names); len(found) > 0 {
			old := len(o.Names) > 0
			if old { // an old tool had never heard of the other's
				found = sameFamily(found)
			}
			out := s.withOverride(dir, s.emptyLast(dir, found), old)
			out.found = true
			return out
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	s.fail(Pos{}, "", fmt.Sprintf("no file in %s or a directory above it", s.dir),
		"name the file with -f", "without -f these are looked for: "+strings.Join(names, ", ")).as(KindNoFiles, About{Names: names})
	return selection{}
}

// sameFamily leaves the names that are Fig's, or those that are not, as the first is.
func sameFamily(names []string) []string {
	ofFig := func(n string) bool { return strings.HasPrefix(n, "fig.") }
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return ofFig(n) != ofFig(names[0]) })
}

// emptyLast puts a file without a byte behind the others: a shell has made it, for what
// a command is to write there that reads the others.
func (s *sources) emptyLast(dir string, found []string) []string {
	var empty []string
	for len(found) > 1 {
		if data, err := s.disk.read(filepath.Join(dir, found[0])); err != nil || len(data) > 0 {
			break
		}
		empty, found = append(empty, found[0]), found[1:]
	}
	return append(slices.Clone(found), empty...)
}

// withOverride takes the first of the files found in a directory, and what
// overrides it. The old tools refused two of these, docker compose takes the first.
func (s *sources) withOverride(dir string, found []string, old bool) selection {
	var out selection
	add := func(name string) {
		path := filepath.Join(dir, name)
		out.files, out.given = append(out.files, path), append(out.given, s.display(path))
	}
	beside := func(read string, others []string) {
		if len(others) > 0 {
			s.note(Pos{File: read}, "", fmt.Sprintf("read instead of %s beside it; choose another with -f", strings.Join(others, ", ")))
		}
	}
	add(found[0])
	beside(out.given[0], found[1:])
	over := s.present(dir, overrides(found[0], old))
	if len(over) == 0 {
		return out
	}
	if old && len(over) > 1 {
		s.fail(Pos{File: s.display(filepath.Join(dir, over[1]))}, "", fmt.Sprintf("there is %s too, and only one of them can override %s", over[0], found[0]),
			"remove one of them, or name the files with -f").as(KindTwoOverrides, About{Names: []string{s.display(filepath.Join(dir, over[0])), s.display(filepath.Join(dir, over[1]))}})
	}
	add(over[0])
	beside(out.given[1], over[1:])
	return out
}

// projectDir is --project-directory, else the directory of the first file.
func (s *sources) projectDir(o Options, chosen selection) string {
	switch {
	case o.ProjectDir != "":
		return s.abs(o.ProjectDir)
	case len(chosen.files) == 0 || chosen.files[0] == "-":
		return s.dir
	}
	return filepath.Dir(chosen.files[0])
}

// Selection says which files a project is read from.
type Selection struct {
	Files   []string // absolute, in order; "-" is standard input
	Dir     string   // the project's directory, absolute
	EnvFile string   // that must exist, absolute; empty: .env in Dir, which may be missing
	Notes   []Note   // which files beside them are not read
}

// Select chooses the files of a project as Load does, and reads none of them. The error is
// of type Errors.
func Select(o Options) (Selection, error) {
	r := &report{}
	src := &sources{report: r, disk: disk{}, dir: filepath.Clean(o.Dir)}
	_, chosen := src.variables(o)
	if len(chosen.files) == 0 {
		return Selection{}, r.err()
	}
	selected := Selection{Files: chosen.files, Dir: src.projectDir(o, chosen)}
	for _, n := range r.notes { // and none on .env, which is read again with the files
		if slices.Contains(chosen.given, n.Pos.File) {
			selected.Notes = append(selected.Notes, n)
		}
	}
	if o.EnvFile != "" {
		selected.EnvFile = src.abs(o.EnvFile)
	}
	return selected, nil
}

// topServices is a line that begins the services of a file of the specification.
var topServices = regexp.MustCompile(`(?m)^(services|include)[ \t]*:[ \t]*(#.*)?\r?$`)

// FormatOf says which language a file is in. Of one that is no YAML its lines tell.
func FormatOf(content []byte) Format {
	root, ok := parse(&report{}, "", content)
	services, has := root.get("services")
	include, includes := root.get("include")
	switch {
	case !ok && topServices.Match(content),
		hasServices(root), has && (services.value.kind == null || services.value.kind == list),
		includes && include.value.kind == list:
		return Spec
	}
	return V1
}
