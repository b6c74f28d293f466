package compose

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Options selects the files of a project and what they may refer to.
type Options struct {
	Files       []string          // -f, in order; "-" is Stdin; none: COMPOSE_FILE, else look for Names in Dir and upwards
	Names       []string          // default file names, most wanted first; none: DefaultNames
	Dir         string            // the working directory, absolute
	ProjectDir  string            // --project-directory; empty: the first file's
	ProjectName string            // -p; empty: the environment, else the project directory's name
	EnvFile     string            // --env-file, which must exist; empty: .env, which may be missing
	Env         map[string]string // the process's environment
	Stdin       io.Reader

	// SkipBuildCheck leaves out the check that build directories exist, for
	// verbs that build nothing.
	SkipBuildCheck bool
}

// Load reads the files that o selects and resolves them to a Project. The
// error is of type Errors where the files are at fault; there is never a
// Project together with an error.
func Load(o Options) (*Project, error) { return load(o, disk{}) }

func load(o Options, from storage) (*Project, error) {
	if !filepath.IsAbs(o.Dir) {
		return nil, fmt.Errorf("the working directory %q is not absolute", o.Dir)
	}
	l := &loader{report: &report{}, disk: from, dir: filepath.Clean(o.Dir), env: o.Env, docs: map[version]*document{}}
	l.dotenv(o)
	chosen := l.choose(o)
	if err := l.err(); err != nil {
		return nil, err
	}
	l.base = l.projectDir(o, chosen)
	if chosen.found && o.EnvFile == "" && !l.read {
		l.envFile(filepath.Join(filepath.Dir(chosen.files[0]), ".env"), true)
	}
	l.reader = newReader(l.report, l.find)
	for i, path := range chosen.files {
		l.main = append(l.main, l.document(path, chosen.given[i], l.base, Pos{}, "", o.Stdin))
	}
	p := &Project{Dir: l.base, Name: l.projectName(o)}
	for _, path := range chosen.files {
		if path != "-" {
			p.Files = append(p.Files, path)
		}
	}
	if slices.ContainsFunc(l.main, func(d *document) bool { return len(d.services) == 0 }) {
		l.skim()
		return nil, l.err()
	}
	partials := l.partials()
	l.finish(partials, o.SkipBuildCheck)
	for _, s := range partials {
		p.Services = append(p.Services, &s.Service)
	}
	l.check(partials, p)
	if err := l.err(); err != nil {
		return nil, err
	}
	p.Notes = l.sorted()
	return p, nil
}

// skim reads services for their own mistakes alone, where others are missing
// because their file could not be read.
func (l *loader) skim() {
	for _, doc := range l.main {
		for _, p := range doc.services {
			l.service(p, doc.base)
		}
	}
}

// version is a file with the directory its paths start from: a file of the
// project may be extended, too, and then they start from its own.
type version struct{ path, base string }

// loader reads one project.
type loader struct {
	*report
	*reader
	disk storage
	dir  string            // the working directory
	base string            // the project's directory
	env  map[string]string // of the process
	file map[string]string // of .env
	read bool              // there is a .env
	main []*document       // the files that were chosen
	docs map[version]*document
}

// find looks a variable up: the process's environment beats .env. Values are
// text, because neither a file nor the engine's JSON can hold anything else.
func (l *loader) find(name string) (string, bool) {
	if v, ok := l.env[name]; ok {
		return strings.ToValidUTF8(v, "\ufffd"), true
	}
	v, ok := l.file[name]
	return v, ok
}

// dotenv reads --env-file, or the .env of the first file's directory; without
// -f that of the working directory.
func (l *loader) dotenv(o Options) {
	if o.EnvFile != "" {
		l.envFile(l.abs(o.EnvFile), false)
		return
	}
	dir := l.dir
	switch {
	case o.ProjectDir != "":
		dir = l.abs(o.ProjectDir)
	case len(o.Files) > 0 && o.Files[0] != "-":
		dir = filepath.Dir(l.abs(o.Files[0]))
	}
	l.envFile(filepath.Join(dir, ".env"), true)
}

// envFile reads variables for the files themselves.
func (l *loader) envFile(path string, mayMiss bool) {
	data, err := l.disk.read(path)
	if mayMiss && absent(err) {
		return
	}
	name := l.display(path)
	if err != nil {
		l.fail(Pos{File: name}, "", reason(err))
		return
	}
	outer := func(name string) (string, bool) { v, ok := l.env[name]; return v, ok }
	settings, errs := parseEnvFile(string(data), outer)
	for _, e := range errs {
		// Other programs read .env too, so what cannot be read is left out.
		pos := Pos{File: name, Line: e.line, Column: e.col}
		if mayMiss {
			l.note(pos, "", "not read: "+e.msg)
			continue
		}
		l.fail(pos, "", e.msg, e.hints...)
	}
	l.read, l.file = true, map[string]string{}
	for _, s := range settings {
		if s.value != nil {
			l.file[s.name] = *s.value
		}
	}
}

func (l *loader) projectDir(o Options, s selection) string {
	switch {
	case o.ProjectDir != "":
		return l.abs(o.ProjectDir)
	case len(s.files) == 0 || s.files[0] == "-":
		return l.dir
	}
	return filepath.Dir(s.files[0])
}

// document reads a file, once. What refers to it stands at pos.
func (l *loader) document(path, given, base string, pos Pos, at string, stdin io.Reader) *document {
	v := version{path, base}
	if d, ok := l.docs[v]; ok {
		return d
	}
	var data []byte
	var err error
	d := &document{file: given, path: path, base: base}
	l.docs[v] = d
	if path == "-" {
		d.path, d.file = "", "<stdin>"
		if stdin == nil {
			err = errors.New("there is no standard input")
		} else {
			data, err = readAll(stdin)
		}
	} else {
		data, err = l.disk.read(path)
	}
	switch {
	case err == nil:
		*d = *l.open(d.file, d.path, base, data)
	case pos.IsZero():
		l.fail(Pos{File: d.file}, "", reason(err))
	default:
		l.fail(pos, at, fmt.Sprintf("%s: %s", given, reason(err)))
	}
	return d
}
