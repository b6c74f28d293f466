package session

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// written makes files in a directory of their own and goes there.
func written(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "demo")
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return dir
}

// environment has an engine that never answers.
func environment(errs io.Writer) *Environment {
	return &Environment{In: strings.NewReader(""), Out: io.Discard, Err: errs, Vars: map[string]string{}, Connect: func(map[string]string) (engine.Client, error) {
		return client.NewClientWithOpts(client.WithHost("unix:///none"))
	}}
}

const (
	good = "web:\n  image: x\n  links: [db]\ndb:\n  image: y\n"
	bad  = "web:\n  image: x\n  links: [bd]\n"
)

func TestNothingIsAskedOfTheEngineBeforeTheFilesAreRight(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string // how the error ends; empty: it is connected
	}{
		"a bad file":  {map[string]string{"fig.yml": bad}, `no service "bd"`},
		"a good file": {map[string]string{"fig.yml": good}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			written(t, c.files)
			connected := false
			e := environment(io.Discard)
			connect := e.Connect
			e.Connect = func(vars map[string]string) (engine.Client, error) { connected = true; return connect(vars) }
			s, err := Open(e, Options{}, false)
			if good := c.files["fig.yml"] == good; good != connected || good != (err == nil) {
				t.Fatalf("connected %v, error %v", connected, err)
			}
			if err != nil {
				if !strings.Contains(err.Error(), c.want) || s != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if s.Name != "demo" || s.Engine == nil || s.Images == nil || !slices.Equal(s.FileServices(), []string{"web", "db"}) {
				t.Errorf("got %+v", s)
			}
			if s.Topology == nil || len(s.Topology.Edges) != 1 {
				t.Errorf("links are not worked out: %+v", s.Topology)
			}
		})
	}
}

func TestFilesAreReadInTheOrderInWhichTheyAreNamed(t *testing.T) {
	dir := written(t, map[string]string{
		"fig.yml": "web:\n  image: fig\n", "docker-compose.yml": "web:\n  image: compose\n",
		"base.yml": "web:\n  image: base\n  command: a\n", "more.yml": "web:\n  image: more\n",
	})
	for name, c := range map[string]struct {
		options Options
		vars    map[string]string
		image   string
		project string
	}{
		"the names of compose":                  {Options{}, nil, "fig", "demo"},
		"other names":                           {Options{FileNames: []string{"docker-compose.yml", "fig.yml"}}, nil, "compose", "demo"},
		"one is named":                          {Options{Files: []string{"base.yml"}}, nil, "base", "demo"},
		"the last of several goes before":       {Options{Files: []string{"base.yml", "more.yml"}}, nil, "more", "demo"},
		"and the other way round":               {Options{Files: []string{"more.yml", "base.yml"}}, nil, "base", "demo"},
		"a variable names one":                  {Options{}, map[string]string{"COMPOSE_FILE": "more.yml"}, "more", "demo"},
		"an option goes before a variable":      {Options{Files: []string{"base.yml"}}, map[string]string{"COMPOSE_FILE": "more.yml"}, "base", "demo"},
		"a project is named":                    {Options{Project: "Shop"}, map[string]string{"COMPOSE_PROJECT_NAME": "other"}, "fig", "shop"},
		"a variable names the project":          {Options{}, map[string]string{"COMPOSE_PROJECT_NAME": "other"}, "fig", "other"},
		"the project's directory gives it name": {Options{Files: []string{"base.yml"}, ProjectDir: filepath.Dir(dir)}, nil, "base", compose.NormalizeName(filepath.Base(filepath.Dir(dir)))},
	} {
		e := environment(io.Discard)
		e.Vars = c.vars
		p, _, err := Load(e, c.options, false)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Name != c.project || p.Services[0].Image != c.image {
			t.Errorf("%s: project %s of image %s, want %s of %s", name, p.Name, p.Services[0].Image, c.project, c.image)
		}
	}
}

func TestAProjectIsFoundWithoutItsFilesWhereItIsNamed(t *testing.T) {
	written(t, map[string]string{"fig.yml": bad})
	s, err := Find(environment(io.Discard), Options{Project: "Shop"})
	if err != nil || s.Name != "shop" || s.Project != nil || s.Engine == nil {
		t.Fatalf("got %+v, %v", s, err)
	}
	if s.Broken() == nil || s.FileServices() != nil {
		t.Errorf("broken %v, services %v", s.Broken(), s.FileServices())
	}
	if s, err := Find(environment(io.Discard), Options{}); err == nil || s != nil {
		t.Errorf("nobody says which project: got %+v, %v", s, err)
	}
}

func TestNamesAreThoseOfTheFilesOrOfWhatRuns(t *testing.T) {
	files := &compose.Project{Name: "demo", Services: []*compose.Service{{Name: "web"}, {Name: "db"}}}
	broken := errors.New("fig.yml can't be read")
	for name, c := range map[string]struct {
		session       *Session
		args, running []string
		want          string // with the hints behind a bar
	}{
		"none":                       {session: &Session{Project: files}},
		"of the files":               {session: &Session{Project: files}, args: []string{"db", "web"}},
		"of what runs":               {session: &Session{Project: files}, args: []string{"old"}, running: []string{"old", "web"}},
		"of neither":                 {&Session{Project: files}, []string{"web", "x"}, []string{"old", "web"}, "no such service: x | there are: db, old, web"},
		"of nothing at all":          {&Session{}, []string{"x"}, nil, "no such service: x"},
		"broken files, nothing runs": {&Session{broken: broken}, nil, nil, "fig.yml can't be read"},
		"broken files, it runs":      {session: &Session{broken: broken}, args: []string{"web"}, running: []string{"web"}},
		"broken files, another runs": {&Session{broken: broken}, []string{"x"}, []string{"web"}, "no such service: x | there are: web"},
	} {
		err, got := c.session.checkNames(c.args, c.running), ""
		if err != nil {
			got = err.Error()
		}
		if hinted, ok := err.(interface{ Hints() []string }); ok {
			got = strings.Join(append([]string{got}, hinted.Hints()...), " | ")
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestChosenServicesAreThoseOfTheFiles(t *testing.T) {
	p := &compose.Project{Services: []*compose.Service{{Name: "web"}, {Name: "db"}}}
	if got, err := Chosen(p, nil); got != nil || err != nil {
		t.Errorf("all: got %v, %v", got, err)
	}
	if got, err := Chosen(p, []string{"db"}); !slices.Equal(got, []string{"db"}) || err != nil {
		t.Errorf("one: got %v, %v", got, err)
	}
	_, err := Chosen(p, []string{"x", "db", "y"})
	var usage exit.Usage
	if !errors.As(err, &usage) || usage.Msg != "no such service: x, y" || !slices.Equal(usage.Advice, []string{"there are: web, db"}) {
		t.Errorf("unknown: got %v", err)
	}
}

func TestAStackIsNotTakenForThatOfAnotherFolder(t *testing.T) {
	here := filepath.Join(t.TempDir(), "demo")
	other := filepath.Join(t.TempDir(), "demo")
	link := filepath.Join(t.TempDir(), "link")
	for _, dir := range []string{here, other} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(here, link); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dirs    []string // that its containers were made from
		options Options
		project string
		refused bool
	}{
		"it has no container":        {nil, Options{}, "demo", false},
		"it is of this folder":       {[]string{here, here}, Options{}, "demo", false},
		"by another path":            {[]string{link}, Options{}, "demo", false},
		"the folder was moved":       {[]string{here + "-before"}, Options{}, "demo", false},
		"the folder is not told":     {[]string{""}, Options{}, "demo", false},
		"one is of another folder":   {[]string{here, other}, Options{}, "demo", true},
		"but the name was asked for": {[]string{other}, Options{Project: "demo"}, "demo", false},
		"or said by a variable":      {[]string{other}, Options{}, "shop", false},
	} {
		var have plan.Have
		for _, dir := range c.dirs {
			have.Containers = append(have.Containers, plan.HaveContainer{Dir: dir})
		}
		have.Containers = append(have.Containers, plan.HaveContainer{Dir: other, MadeBy: "docker-compose 1.29.2"}) // a claim's business
		s := &Session{Options: c.options, Project: &compose.Project{Name: c.project, Dir: here}}
		err := s.sameFolder(have)
		if !c.refused {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var failure exit.Failure
		want := "a stack named demo exists already; it was made from " + other + ", and this is " + here
		advice := []string{"to give this one another name, add: -p demo2", "if the folder was moved, add: -p demo"}
		if !errors.As(err, &failure) || failure.Msg != want || !slices.Equal(failure.Advice, advice) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// locking is a session of a project on an engine that is never asked.
func locking(t *testing.T, errs io.Writer, name string, o Options) *Session {
	t.Helper()
	s, err := Connect(environment(errs), o)
	if err != nil {
		t.Fatal(err)
	}
	s.Name = name
	return s
}

func TestTheSecondRunOnAProjectWaitsForTheFirst(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	ctx := context.Background()
	release := locking(t, io.Discard, "demo", Options{}).Lock(ctx)

	locking(t, io.Discard, "shop", Options{}).Lock(ctx)() // another project does not wait
	var dry bytes.Buffer
	locking(t, &dry, "demo", Options{DryRun: true}).Lock(ctx)()
	if dry.Len() > 0 {
		t.Errorf("a dry run says %q", &dry)
	}

	var errs bytes.Buffer
	got := make(chan func())
	second := locking(t, &errs, "demo", Options{})
	go func() { got <- second.Lock(ctx) }()
	select {
	case <-got:
		t.Fatal("the second did not wait")
	case <-time.After(150 * time.Millisecond):
	}
	release()
	select {
	case release = <-got:
	case <-time.After(10 * time.Second):
		t.Fatal("the second still waits")
	}
	if errs.String() != "note: waiting for another command on project demo\n" {
		t.Errorf("the second says %q", &errs)
	}
	release()
	locking(t, io.Discard, "demo", Options{}).Lock(ctx)()
}

func TestWhoIsInterruptedWaitsNoLonger(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	release := locking(t, io.Discard, "demo", Options{}).Lock(context.Background())
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	locking(t, io.Discard, "demo", Options{}).Lock(ctx)()
	if ctx.Err() == nil {
		t.Error("the second did not wait")
	}
	// It never had the lock, so that it could not let it go.
	third, end := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer end()
	locking(t, io.Discard, "demo", Options{}).Lock(third)()
	if third.Err() == nil {
		t.Error("the lock was let go by one who had none")
	}
	release()
}

func TestARunWithoutAPlaceForLocksDoesWithout(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", file)
	t.Setenv("TMPDIR", file)
	locking(t, io.Discard, "demo", Options{}).Lock(context.Background())()
	locking(t, io.Discard, "demo", Options{}).Lock(context.Background())()
}

func TestAPlanThatBuildsIsRefusedWhereNothingIsToBeBuilt(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{{Action: plan.PullImage{}}}}
	if err := checkBuilt(p); err != nil {
		t.Error(err)
	}
	p.Steps = append(p.Steps, plan.Step{Action: plan.BuildImage{Image: plan.Image{Ref: "demo_web"}}})
	if err := checkBuilt(p); err == nil || err.Error() != "image demo_web does not exist, and --no-build forbids building it" {
		t.Errorf("got %v", err)
	}
}

func TestWhatAGoalIsNotAboutIsLeftAlone(t *testing.T) {
	have := plan.Have{Containers: []plan.HaveContainer{{Name: "demo_web_1", Service: "web"}, {Name: "demo_old_1", Service: "old"}}}
	if got := leftAlone(plan.Goal{Services: []string{"web"}}, have); !slices.Equal(got, []string{"demo_old_1"}) {
		t.Errorf("got %v", got)
	}
	if got := leftAlone(plan.Goal{}, have); got != nil {
		t.Errorf("a goal for all: got %v", got)
	}
}

// Also where the files are broken, and the shell has the last word.
func TestAnEnvFileHasASayInWhichEngineIsSpokenTo(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		shell map[string]string
		open  func(*Environment, Options) (*Session, error)
		want  string
	}{
		"the files are read":     {good, nil, func(e *Environment, o Options) (*Session, error) { return Open(e, o, false) }, "tcp://file"},
		"a project is meant":     {good, nil, Find, "tcp://file"},
		"the files are broken":   {bad, nil, Find, "tcp://file"},
		"the shell says other":   {good, map[string]string{"DOCKER_HOST": "tcp://shell"}, Find, "tcp://shell"},
		"it says to use none":    {good, map[string]string{"DOCKER_HOST": ""}, Find, ""},
		"no project is meant":    {good, nil, Connect, ""},
		"nor where it is broken": {bad, map[string]string{"DOCKER_HOST": "tcp://shell"}, Connect, "tcp://shell"},
	} {
		written(t, map[string]string{"fig.yml": c.file, ".env": "DOCKER_HOST=tcp://file\n"})
		e := environment(io.Discard)
		if e.Vars = c.shell; e.Vars == nil {
			e.Vars = map[string]string{}
		}
		connect, host := e.Connect, "nothing"
		e.Connect = func(vars map[string]string) (engine.Client, error) {
			host = vars["DOCKER_HOST"]
			return connect(vars)
		}
		if _, err := c.open(e, Options{Project: "demo"}); err != nil || host != c.want {
			t.Errorf("%s: connected to %q, want %q: %v", name, host, c.want, err)
		}
	}
}

func TestWhoExitsAtOnceIsWaitedForAsLongAsTheEngineNeedsToBegin(t *testing.T) {
	at := time.Unix(0, 0)
	start := plan.Step{Action: plan.StartContainer{Name: "demo_web_1"}}
	for took, want := range map[time.Duration]time.Duration{
		time.Millisecond: 20 * time.Millisecond, 200 * time.Millisecond: 25 * time.Millisecond, 5 * time.Second: 250 * time.Millisecond,
	} {
		var s starts
		s.note(plan.Event{Index: 1, Step: start, Phase: plan.Begun}, at)
		if len(s.ended) != 0 {
			t.Errorf("started before it is done: %v", s.ended)
		}
		s.note(plan.Event{Index: 1, Step: start, Phase: plan.Done}, at.Add(took))
		s.note(plan.Event{Index: 2, Step: plan.Step{Action: plan.StopContainer{Name: "demo_db_1"}}, Phase: plan.Done}, at.Add(time.Hour))
		if got := s.shown.Sub(at) - took; got != want || len(s.ended) != 1 || s.ended["demo_web_1"] != at.Add(took) {
			t.Errorf("a start of %v: %v, started %v", took, got, s.ended)
		}
	}
}
