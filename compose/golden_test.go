package compose

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite what the files in testdata expect")

// memory is storage that holds files by their absolute paths.
type memory map[string][]byte

func (m memory) read(name string) ([]byte, error) {
	data, ok := m[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return readAll(bytes.NewReader(data))
}

func (m memory) isDir(name string) (bool, error) {
	if _, ok := m[name]; ok {
		return false, nil
	}
	for file := range m {
		if strings.HasPrefix(file, strings.TrimSuffix(name, "/")+"/") {
			return true, nil
		}
	}
	return false, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// The files in testdata are archives: what the case is about, the files of
// the directory /home/ann/project, and what comes of loading it, in "want" or
// in "errors". A part called "options" chooses flags, one on a line:
// file, dir, project-directory, project-name, env-file, env, stdin, skip-build-check, check-dockerfiles, strict.
func TestEveryFileOfTestdataLoadsAsItSays(t *testing.T) {
	for _, dir := range []string{"ok", "err", "files"} {
		names, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
		if err != nil || len(names) == 0 {
			t.Fatalf("no cases in %s: %v", dir, err)
		}
		for _, name := range names {
			t.Run(dir+"/"+strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { golden(t, name) })
		}
	}
}

const projectDir = "/home/ann/project"

func golden(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	disk, o, inputs := caseOf(t, archive)
	p, err := load(o, disk)
	var got []txtar.File
	var es Errors
	switch {
	case err == nil:
		got = append(got, txtar.File{Name: "want", Data: printProject(t, p)})
		if len(p.Notes) > 0 {
			got = append(got, txtar.File{Name: "notes", Data: printNotes(p.Notes)})
		}
		checkRoundTrip(t, p, o, disk)
	case errors.As(err, &es):
		if p != nil {
			t.Error("a project came together with an error")
		}
		got = append(got, txtar.File{Name: "errors", Data: printErrors(es)})
		checkPositions(t, es, disk)
	default:
		t.Fatal(err)
	}
	if *update {
		out := txtar.Archive{Comment: archive.Comment, Files: append(inputs, got...)}
		if err := os.WriteFile(name, txtar.Format(&out), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := archive.Files[len(inputs):]
	if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func lines(files []txtar.File) []string {
	return strings.Split(string(txtar.Format(&txtar.Archive{Files: files})), "\n")
}

// caseOf splits an archive into what is loaded and what is expected; the
// expectations stand last.
func caseOf(t *testing.T, a *txtar.Archive) (memory, Options, []txtar.File) {
	t.Helper()
	disk := memory{}
	o := Options{Dir: projectDir, Env: map[string]string{"HOME": "/home/ann"}}
	var inputs []txtar.File
	for _, f := range a.Files {
		switch f.Name {
		case "want", "notes", "errors":
			continue
		case "options":
			setOptions(t, &o, string(f.Data))
		case "stdin":
			o.Stdin = bytes.NewReader(f.Data)
		default:
			disk[path.Join(projectDir, f.Name)] = f.Data
		}
		inputs = append(inputs, f)
	}
	return disk, o, inputs
}

func setOptions(t *testing.T, o *Options, lines string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		key, val, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "file":
			o.Files = append(o.Files, val)
		case "dir":
			o.Dir = path.Join(projectDir, val)
		case "project-directory":
			o.ProjectDir = val
		case "project-name":
			o.ProjectName = val
		case "env-file":
			o.EnvFile = val
		case "name":
			o.Names = append(o.Names, val)
		case "env":
			k, v, _ := strings.Cut(val, "=")
			o.Env[k] = v
		case "check-dockerfiles":
			o.CheckDockerfiles = true
		case "strict":
			o.Strict = true
		case "skip-build-check":
			o.SkipBuildCheck = true
		default:
			t.Fatalf("no option %q", key)
		}
	}
}

// printProject is what a project says, in the form of a file, with what that
// form cannot say in comments.
func printProject(t *testing.T, p *Project) []byte {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "# project %s\n", p.Name)
	if p.Dir != projectDir {
		fmt.Fprintf(&b, "# directory %s\n", p.Dir)
	}
	for _, f := range p.Files {
		fmt.Fprintf(&b, "# file %s\n", strings.TrimPrefix(f, projectDir+"/"))
	}
	data, err := Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(data)
	return b.Bytes()
}

func printNotes(notes []Note) []byte {
	var b bytes.Buffer
	for _, n := range notes {
		fmt.Fprintln(&b, n)
	}
	return b.Bytes()
}

func printErrors(es Errors) []byte {
	var b bytes.Buffer
	for _, e := range es {
		fmt.Fprintln(&b, e)
		for _, h := range e.Hints {
			fmt.Fprintf(&b, "\thint: %s\n", h)
		}
	}
	return b.Bytes()
}

// checkRoundTrip loads what is printed of p, as YAML and as JSON.
func checkRoundTrip(t *testing.T, p *Project, o Options, disk memory) {
	t.Helper()
	for _, print := range []func(*Project) ([]byte, error){Marshal, MarshalJSON} {
		data, err := print(p)
		if err != nil {
			t.Fatal(err)
		}
		o.Files, o.Stdin, o.ProjectDir, o.EnvFile = []string{"-"}, bytes.NewReader(data), "", ""
		again, err := load(o, disk)
		if err != nil {
			t.Fatalf("what was printed does not load: %v\n%s", err, data)
		}
		if diff := cmp.Diff(p.Services, again.Services, meaning()...); diff != "" {
			t.Errorf("what was printed means something else (-before +after):\n%s\n%s", diff, data)
		}
		if diff := cmp.Diff(ownOf(p), ownOf(again)); diff != "" {
			t.Errorf("what was printed says something else under %s (-before +after):\n%s\n%s", OwnKey, diff, data)
		}
	}
}

// meaning compares services without the places they were written at.
func meaning() []cmp.Option {
	return []cmp.Option{
		cmpopts.IgnoreTypes(Pos{}),
		cmpopts.IgnoreFields(Service{}, "At"),
	}
}

// checkPositions looks whether each mistake stands inside its file.
func checkPositions(t *testing.T, es Errors, disk memory) {
	t.Helper()
	for _, e := range es {
		if len(e.Hints) > 2 {
			t.Errorf("more than two hints: %v", e)
		}
		if e.Pos.Line == 0 {
			continue
		}
		name := e.Pos.File
		if !path.IsAbs(name) {
			name = path.Join(projectDir, name)
		}
		data, ok := disk[name]
		if !ok {
			continue // standard input, or relative to another directory
		}
		lines := strings.Split(string(data), "\n")
		if e.Pos.Line > len(lines) || e.Pos.Column < 1 || e.Pos.Column > len([]rune(lines[e.Pos.Line-1]))+1 {
			t.Errorf("%v stands outside of its file", e)
		}
	}
}

func TestEveryKeyHasACaseOfItsOwn(t *testing.T) {
	for _, k := range Keys() {
		archive, err := txtar.ParseFile(filepath.Join("testdata", "ok", k.Name+".txtar"))
		if err != nil {
			t.Errorf("no case for the key %s: %v", k.Name, err)
			continue
		}
		if !bytes.Contains(txtar.Format(archive), []byte(k.Name+":")) {
			t.Errorf("the case for the key %s does not use it", k.Name)
		}
	}
}
