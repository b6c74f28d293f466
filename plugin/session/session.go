package session

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/swarm"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Session is one command at work: its options, its project, and the engine that
// it talks to.
type Session struct {
	Options Options
	View    view.Options
	Engine  *engine.Engine
	Images  *image.Store
	Swarm   *swarm.Manager // of the swarm that the project is in; nil: it is on one engine

	Name     string            // of the project; empty: none is meant
	Project  *compose.Project  // nil where the files can't be read
	Topology *linking.Topology // of Project, at its latest; nil likewise
	Model    *Model            // of files of the specification; nil: they are others
	files    *compose.Project  // Project as the files say it, without fronts; nil likewise, and where only names were read
	asked    balance.Asked     // what commands ask for besides the files
	broken   error             // why the files can't be read; beside a Project: what is missing in it

	Claim  observed.Claim  // which containers of other tools are the project's
	noted  map[string]bool // by notedOnce
	untold []compose.Note  // see TellOfFiles
	words  []compose.Note  // how words in volumes were taken, at the latest look

	started starts
	slow    bool // it was told that the links take long to work out

	manager   *swarm.Manager // at the engine, whether it is one or not
	elsewhere bool           // it was asked whether the project is in its swarm

	named []observed.Container // what the engine has of the project's name, until that is listed; nil: it was not asked

	environment *Environment
	vars        map[string]string // the process's and, below them, those of the project's .env
	desired     desired.Options
}

// Load reads the project that the options and the environment name. With
// checkBuilds build directories have to be there.
func Load(e *Environment, o Options, checkBuilds bool) (*compose.Project, *Model, error) {
	defer o.Profile.Phase("read the files")()
	selected, err := o.files(e)
	if err != nil {
		return nil, nil, err
	}
	selected.SkipBuildCheck, selected.CheckDockerfiles = !checkBuilds, checkBuilds && o.Dockerfiles
	p, model, err := loadSpec(e, o, selected)
	if p == nil && err == nil {
		selected.Stdin = e.file() // from its beginning
		p, err = compose.Load(selected)
	}
	if err != nil {
		return nil, nil, err
	}
	_, err = balance.Expand(p, nil)
	return p, model, err
}

// files say which files are read, and with what.
func (o Options) files(e *Environment) (compose.Options, error) {
	dir, err := WorkingDir()
	return compose.Options{
		Names:       o.FileNames,
		Files:       o.Files,
		Strict:      o.Strict,
		Directories: o.Directories,
		Dir:         dir,
		ProjectDir:  o.ProjectDir,
		ProjectName: o.Project,
		EnvFile:     o.EnvFile,
		Env:         e.Vars,
		Stdin:       e.file(),
	}, err
}

// OpenFiles reads the files and works out their links. No engine is asked.
func OpenFiles(e *Environment, o Options, checkBuilds bool) (*Session, error) {
	s, err := ofProject(e, o)
	if err != nil {
		return nil, err
	}
	p, model, err := Load(e, o, checkBuilds)
	if err != nil {
		return nil, err
	}
	s.Model = model
	named(s, p.Name)
	s.Claim = newClaim(s.vars, o, s.Name, p)
	if err := loaded(s, p); err != nil {
		return nil, err
	}
	view.Print(s.View, view.Debug, "Using configuration files: "+strings.Join(s.Project.Files, ","))
	if s.desired, err = o.desired(e.Version, s.vars, s.Project); err != nil {
		return nil, err
	}
	if s.desired.Swarm, _, err = asksForSwarm(o, s.vars, s.Project); err != nil {
		return nil, err
	}
	return s, s.Resolve(desired.Have{}, nil)
}

// Open reads the files and connects to the engine. Nothing is asked of the
// engine before the files are known to be right.
func Open(e *Environment, o Options, checkBuilds bool) (*Session, error) {
	s, err := OpenFiles(e, o, checkBuilds)
	if err != nil {
		return nil, err
	}
	if !s.desired.Swarm { // what files mean in a swarm is told with the plan
		s.untold = slices.Concat(s.Project.Notes, desired.Notes(s.Project), s.Topology.Notes)
	}
	err = s.connect()
	if _, said, _ := asksForSwarm(o, s.vars, s.Project); said || err != nil {
		TellOfFiles(s)
	}
	return s, err
}

// TellOfFiles tells what the files mean on one engine, where that was not told yet: it is
// for later while a look may show that the project is in a swarm.
func TellOfFiles(s *Session) {
	if s.Swarm == nil {
		view.PrintNotes(s.View, s.untold)
	}
	s.untold = nil
}

// named gives a session its project's name.
func named(s *Session, name string) {
	s.Name = name
	s.View.Prefix = name + "_"
}

// Find finds out which project is meant and connects to the engine.
func Find(e *Environment, o Options) (*Session, error) {
	return find(e, o, false)
}

// FindServices is Find for who looks at containers, stops them or takes them away:
// of the files only the names of services matter, so that they may refer to
// variables and files that are not there. The user is told.
func FindServices(e *Environment, o Options) (*Session, error) {
	return find(e, o, true)
}

func find(e *Environment, o Options, sketched bool) (*Session, error) {
	s, err := ofProject(e, o)
	if err != nil {
		return nil, err
	}
	project, _, err := Load(e, o, false)
	if err != nil && sketched {
		if sketch := sketchOf(e, o); sketch != nil {
			project, s.broken, err = sketch, err, nil
			noteUnneeded(s.View, s.broken)
		}
	}
	switch {
	case err == nil:
		s.Project = project
		named(s, project.Name)
		view.Print(s.View, view.Debug, "Using configuration files: "+strings.Join(s.Project.Files, ","))
	case o.Project != "":
		s.broken = err
		named(s, compose.NormalizeName(o.Project))
	default:
		return nil, err
	}
	s.Claim = newClaim(s.vars, o, s.Name, s.Project)
	if s.Project != nil && s.broken == nil {
		if err := loaded(s, s.Project); err != nil {
			return nil, err
		}
	}
	return s, s.connect()
}

// sketchOf reads only which services there are; nil where that cannot be read.
func sketchOf(e *Environment, o Options) *compose.Project {
	selected, err := o.files(e)
	if err != nil {
		return nil
	}
	selected.Sketch = true
	p, err := compose.Load(selected)
	if err != nil {
		return nil
	}
	return p
}

// noteUnneeded tells what is wrong with files of which that is not needed.
func noteUnneeded(o view.Options, err error) {
	var mistakes compose.Errors
	if !errors.As(err, &mistakes) {
		return
	}
	var notes []compose.Note
	for _, m := range mistakes {
		n := compose.Note{Pos: m.Pos, Path: m.Path, Text: m.Msg + "; that does not matter here"}
		if m.About.Unset != "" {
			n.Text = "the variable " + m.About.Unset + " is not set; that does not matter here"
		}
		notes = append(notes, n)
	}
	view.PrintNotes(o, notes)
}

// NameOf is the name of the project that is meant, where that is known though its
// files cannot be read; else empty.
func NameOf(e *Environment, o Options) string {
	selected, err := o.files(e)
	if err != nil {
		return ""
	}
	return compose.NameOf(selected)
}

// Connect connects to the engine. No project is meant, and no .env read.
func Connect(e *Environment, o Options) (*Session, error) {
	s := newSession(e, o)
	return s, s.connect()
}

// ConnectProject connects to the engine of the project that is meant, whether or
// not its files can be read. They are not.
func ConnectProject(e *Environment, o Options) (*Session, error) {
	s, err := ofProject(e, o)
	if err != nil {
		return nil, err
	}
	return s, s.connect()
}

func newSession(e *Environment, o Options) *Session {
	v := e.View(o.Color)
	v.Level, v.Again = o.Level, o.Again
	return &Session{Options: o, View: v, environment: e, vars: e.Vars}
}

// ofProject is a session with the variables of the project that is meant,
// whether or not its files can be read.
func ofProject(e *Environment, o Options) (*Session, error) {
	s := newSession(e, o)
	selected, err := o.files(e)
	if err == nil {
		s.vars = compose.Variables(selected)
	}
	return s, err
}

// connect connects to the engine that the Docker CLI is set to, or the project's
// variables name.
func (s *Session) connect() error {
	defer s.Options.Profile.Phase("connect")()
	builder, err := chooseBuilder(s.Options.Builder, s.vars)
	if err != nil {
		return err
	}
	var o engine.Options
	if o.Pool, err = parsePool(cmp.Or(s.Options.Pool, s.vars["STACKLITE_POOL"])); err != nil {
		return err
	}
	if s.desired, err = s.Options.desired(s.environment.Version, s.vars, s.Project); err != nil {
		return err
	}
	if s.Options.Parallel, err = parseParallel(s.Options.Parallel, s.vars["COMPOSE_PARALLEL_LIMIT"]); err != nil {
		return err
	}
	c, err := s.environment.Connect(s.vars)
	if err != nil {
		return err
	}
	if s.environment.Host != nil {
		o.Host = s.environment.Host()
	}
	view.Print(s.View, view.Debug, fmt.Sprintf("Stack Lite %s, engine at %s, API %s", s.Version(), cmp.Or(o.Host, c.DaemonHost()), c.ClientVersion()))
	if strings.HasPrefix(c.DaemonHost(), "unix://") { // it runs on this machine
		o.Avoid = localRoutes()
	}
	if o.Program = s.vars["STACKLITE_PROBER"]; o.Program == "" {
		if o.Program, err = os.Executable(); err != nil {
			return err
		}
	}
	c = engine.Awaited(c, func(after time.Duration) {
		view.PrintAmid(s.View, fmt.Sprintf("the docker engine at %s has not answered for %d s; still waiting, Ctrl-C ends", s.Engine.Host(), int(after.Seconds())))
	})
	s.Engine = engine.New(c, o)
	s.manager = swarm.New(c, swarm.Options{Host: s.Engine.Host(), RegistryAuth: s.environment.RegistryAuth})
	in, _, err := asksForSwarm(s.Options, s.vars, s.Project)
	if err != nil {
		return err
	}
	if in {
		enterSwarm(s)
	}
	s.Images = image.New(c, image.Options{
		RegistryAuth: s.environment.RegistryAuth, Builder: builder, Verbose: s.Options.Level == view.Debug, Habits: s.Options.Habits, Buildx: s.environment.Buildx,
		Explain: func(err error) error { return engine.Explain(err, s.Engine.Host()) },
	})
	return nil
}

// Note prints something that is neither a result nor an error.
func (s *Session) Note(text string) {
	if s.Options.Note != nil {
		s.Options.Note(s.View, text)
		return
	}
	view.PrintNotes(s.View, []compose.Note{{Text: text}})
}

// Broken is why the files can't be read; nil: they can.
func (s *Session) Broken() error { return s.broken }

// Version is that of Stack Lite, for labels.
func (s *Session) Version() string { return s.environment.Version }
