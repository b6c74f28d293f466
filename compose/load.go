package compose

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
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

	// CheckDockerfiles looks in build directories for the Dockerfiles, too, though an
	// image that is there already can do without.
	CheckDockerfiles bool

	// Strict refuses what docker-compose 1.29.2 refused and what can only mean one
	// thing: keys that take a word with nothing behind them, and NAME: VALUE in a
	// list of variables.
	Strict bool

	// Directories takes a word in volumes, such as data:/data, for a directory of that
	// name beside the file where there is one, as Fig did, though Strict is set.
	Directories bool

	// Literal leaves variables as they are. A Project then lacks what they stand
	// in; see LoadWritten.
	Literal bool

	// Sketch reads the files for who only has to know which services there are:
	// variables stay as they are, as with Literal, and what services refer to on the
	// disk need not be there. With Strict env files need to be.
	Sketch bool
}

// Load reads the files that o selects and resolves them to a Project. The
// error is of type Errors where the files are at fault; there is never a
// Project together with an error.
func Load(o Options) (*Project, error) { return load(o, disk{}) }

// Variables are those with which Load reads the files that o selects: the
// process's and, below them, those of --env-file or .env. They also say what
// stands in a project's .env about the engine. What is wrong with the file, Load
// reports.
func Variables(o Options) map[string]string { return hostVariables(o, disk{}) }

// NameOf is the name of the project that o selects, which may be known though its
// files cannot be read; empty where no file is there and nothing else names it.
func NameOf(o Options) string {
	src := &sources{report: &report{}, disk: disk{}, dir: filepath.Clean(o.Dir)}
	host, chosen := src.variables(o)
	name := projectName(src.report, o, src.projectDir(o, chosen), host.find)
	if src.err() != nil {
		return ""
	}
	return name
}

func hostVariables(o Options, from storage) map[string]string {
	src := &sources{report: &report{}, disk: from, dir: filepath.Clean(o.Dir)}
	host, _ := src.variables(o)
	return host.all()
}

// LoadWritten is Load that also tells, for each service in the order of the
// project, how it is written.
func LoadWritten(o Options) (*Project, []Written, error) {
	var written []Written
	p, err := loadAs(o, disk{}, &written)
	return p, written, err
}

func load(o Options, from storage) (*Project, error) { return loadAs(o, from, nil) }

// loadAs is Load that also fills in how services are written, unless that is nil.
func loadAs(o Options, from storage, written *[]Written) (*Project, error) {
	if !filepath.IsAbs(o.Dir) {
		return nil, fmt.Errorf("the working directory %q is not absolute", o.Dir)
	}
	o.Literal = o.Literal || o.Sketch
	r := &report{}
	src := &sources{report: r, disk: &bounded{from, maxFiles}, dir: filepath.Clean(o.Dir)}
	host, chosen := src.variables(o)
	if err := r.err(); err != nil {
		return nil, err
	}
	base := src.projectDir(o, chosen)
	docs := newDocuments(src, o.Stdin)
	main := docs.chosen(chosen, base)
	p := &Project{Dir: base, Name: projectName(r, o, base, host.find)}
	for _, path := range chosen.files {
		if path != "-" {
			p.Files = append(p.Files, path)
		}
	}
	services := newReader(r, host.find)
	services.layers, services.literal, services.strict = written != nil, o.Literal, o.Strict
	services.directories = o.Directories
	if slices.ContainsFunc(main, func(d *document) bool { return len(d.services) == 0 }) {
		services.skim(main)
		return nil, r.err()
	}
	partials := readServices(services, docs, main)
	(&finisher{sources: src, find: host.find, base: base, skipBuild: o.SkipBuildCheck || o.Sketch, dockerfiles: o.CheckDockerfiles, sketch: o.Sketch && !o.Strict, literal: o.Literal}).finish(partials)
	for _, s := range partials {
		p.Services = append(p.Services, &s.Service)
	}
	p.Index()
	r.readOwn(p, main)
	(&checker{report: r, known: services.known, literal: o.Literal}).check(partials, p)
	if err := r.err(); err != nil {
		return nil, err
	}
	if written != nil {
		for _, s := range partials {
			*written = append(*written, Written{s.Name, s.layers})
		}
	}
	p.Notes = r.sorted()
	return p, nil
}
