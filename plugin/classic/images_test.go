package classic

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func pullStep(ref string) plan.Step {
	return plan.Step{Action: plan.PullImage{Image: plan.Image{Ref: ref}}, Cause: "missing", Task: plan.Task{Verb: plan.Pull, Kind: "image", Name: ref}}
}

func buildStep(service, cause string) plan.Step {
	ref := "demo_" + service
	return plan.Step{
		Action: plan.BuildImage{Image: plan.Image{Ref: ref, Build: true, Spec: desired.BuildSpec{Service: service}}}, Cause: cause,
		Task: plan.Task{Verb: plan.Build, Kind: "image", Name: ref},
	}
}

func createStep(service, image string) plan.Step {
	c := plan.Container{Name: "demo_" + service + "_1", Service: service, Image: image}
	return plan.Step{Action: plan.CreateContainer{Container: c, As: c.Name}, Task: plan.Task{Verb: plan.Create, Kind: "container", Name: c.Name}}
}

// engineError is an error in the words of an engine.
type engineError string

func (e engineError) Error() string       { return "in our words" }
func (e engineError) EngineWords() string { return string(e) }

// play shows a plan with events: "0 begun", "0 failed" with an engine's error, and
// "0 PART: TEXT" or "0 : TEXT" for what it advances.
func play(t *testing.T, progress view.Progress, p *plan.Plan, events ...string) {
	t.Helper()
	progress.Start(p)
	for _, event := range events {
		i := int(event[0] - '0')
		e := plan.Event{Index: i, Step: p.Steps[i], Phase: plan.Phase(event[2:])}
		switch e.Phase {
		case plan.Begun, plan.Done, plan.Skipped:
		case plan.Failed:
			e.Err = engineError("no manifest")
		default:
			part, text, ok := strings.Cut(event[2:], ": ")
			if !ok {
				t.Fatalf("no event: %q", event)
			}
			e.Phase, e.Progress = plan.Advanced, plan.Progress{Part: part, Text: text}
			if strings.HasPrefix(text, "Downloading") {
				e.Progress.Current, e.Progress.Total = 1, 3
			}
		}
		progress.Event(e)
	}
	progress.End()
}

// marks writes what goes to standard output and error into one text.
func marks() (*bytes.Buffer, view.Options) {
	var b bytes.Buffer
	return &b, view.Options{Out: marked{&b, "out "}, Err: marked{&b, "err "}, Color: "never"}
}

type marked struct {
	b    *bytes.Buffer
	mark string
}

func (m marked) Write(text []byte) (int, error) {
	for line := range strings.Lines(string(text)) {
		m.b.WriteString(m.mark + line)
	}
	return len(text), nil
}

func compared(t *testing.T, got *bytes.Buffer, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(got.String(), "\n"), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestPullsOfOtherVerbsSayTheServiceAndWhatTheEngineSays(t *testing.T) {
	redis := project("api>db db web")
	for _, s := range redis.Services {
		s.Image, s.Build = "redis", ""
	}
	p := &plan.Plan{Steps: []plan.Step{pullStep("redis"), createStep("web", "redis"), createStep("api", "redis")}, Notes: []string{"be careful"}}
	got, o := marks()
	progress, err := Images{Project: redis}.Progress("auto", o)
	if err != nil {
		t.Fatal(err)
	}
	play(t, progress, p, "0 begun", "0 latest: Pulling from library/redis", "0 0123: Pulling fs layer", "0 0123: Downloading",
		"0 : trying again: EOF", "0 : Digest: sha256:1", "0 : Status: Downloaded newer image for redis:latest", "0 done", "1 begun", "1 done", "2 skipped")
	compared(t, got,
		"err note: be careful",
		"err Pulling api (redis:)...",
		"out latest: Pulling from library/redis",
		"err trying again: EOF",
		"out Digest: sha256:1",
		"out Status: Downloaded newer image for redis:latest",
		"err Creating demo_web_1 ... ",
		"err Creating demo_web_1 ... done",
		"err Creating demo_api_1 ... skipped")

	got, o = marks()
	progress, _ = Images{Project: redis, QuietPulls: true}.Progress("auto", o)
	play(t, progress, &plan.Plan{Steps: p.Steps}, "0 begun", "0 : Digest: sha256:1", "0 done", "1 begun", "1 done")
	compared(t, got, "err Creating demo_web_1 ... ", "err Creating demo_web_1 ... done")
}

func TestBuildsSayTheServiceAndOneAfterTheOtherWhatTheySay(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{buildStep("web", "missing"), buildStep("db", "asked for"), buildStep("api", "missing")}}
	events := []string{
		"0 begun", "1 begun", "1 : Step 1/1 : FROM b\n", "0 : Step 1/1 : FROM a\n", "2 begun", "2 : Step 1/1 : FROM c\n ---> 3\n", "1 failed",
		"0 : \n", "0 : Successfully built 1\n", "0 done", "2 : Successfully built 3\n", "2 done",
	}
	const note = "Image for service %s was built because it did not already exist. To rebuild this image you must use " +
		"`docker-compose build` or `docker-compose up --build`."
	got, o := marks()
	progress, _ := Images{Project: project("web db api")}.Progress("auto", o)
	play(t, progress, p, events...)
	compared(t, got,
		"err Building web", "out Step 1/1 : FROM a", "out ", "out Successfully built 1", "err "+strings.Replace(note, "%s", "web", 1),
		"err Building db", "out Step 1/1 : FROM b",
		"err Building api", "out Step 1/1 : FROM c", "out  ---> 3", "out Successfully built 3", "err "+strings.Replace(note, "%s", "api", 1))

	got, o = marks()
	progress, _ = Images{Project: project("web db api"), Lines: []string{"web", "db", "api"}}.Progress("auto", o)
	play(t, progress, p, events...)
	compared(t, got,
		"err Building web ... ", "err Building db  ... ", "err Building api ... ",
		"err Building web", "out Step 1/1 : FROM a", "out ", "out Successfully built 1", "err Building web ... done",
		"err Building db", "out Step 1/1 : FROM b",
		"err Building api", "out Step 1/1 : FROM c", "out  ---> 3", "out Successfully built 3", "err Building api ... done",
		"err ", "err ERROR: for db  no manifest")
}

func TestLinesAboutImagesHaveALevel(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{pullStep("redis:3"), buildStep("web", "missing")}, Notes: []string{"be careful"}}
	events := []string{"0 begun", "0 : Status: x", "0 done", "1 begun", "1 done"}
	for level, want := range map[view.Level]string{
		view.Info:     "note: be careful|Pulling db (redis:3)...|Status: x|Building web|Image for service",
		view.Warning:  "note: be careful|Status: x|Image for service",
		view.Error:    "Status: x",
		view.Critical: "Status: x",
	} {
		got, o := marks()
		o.Level = level
		p2 := project("web db")
		p2.Services[1].Image, p2.Services[1].Build = "redis:3", ""
		progress, _ := Images{Project: p2}.Progress("auto", o)
		play(t, progress, p, events...)
		lines := strings.Split(strings.TrimSuffix(got.String(), "\n"), "\n")
		for i, l := range lines {
			l = l[4:]
			if strings.HasPrefix(l, "Image for service") {
				l = "Image for service"
			}
			lines[i] = l
		}
		if diff := cmp.Diff(want, strings.Join(lines, "|")); diff != "" {
			t.Errorf("level %d: %s", level, diff)
		}
	}
	got, o := marks()
	o.Level = view.Debug
	progress, _ := Images{Project: project("web")}.Progress("auto", o)
	play(t, progress, p, events...)
	for _, l := range []string{"plan: 1 pull image redis:3: missing", "pull image redis:3: begun", "build image demo_web: done"} {
		if !strings.Contains(got.String(), "err "+l+"\n") {
			t.Errorf("no line %q:\n%s", l, got)
		}
	}
}

func TestQuietMeansNothing(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{pullStep("redis"), buildStep("web", "missing")}, Notes: []string{"n"}}
	got, o := marks()
	progress, _ := Images{}.Progress("quiet", o)
	play(t, progress, p, "0 begun", "0 : Digest: x", "0 failed", "1 begun", "1 : Step\n", "1 failed")
	if got.Len() > 0 {
		t.Errorf("it says %q", got)
	}
}

// pulls are of three services, of which one is built.
func pulls(serial, ignored bool) *Pulls {
	p := project("web>longname longname bld")
	p.Services[0].Image, p.Services[0].Build = "a", ""
	p.Services[1].Image, p.Services[1].Build = "b:1", ""
	return &Pulls{Project: p, Services: []string{"bld", "longname", "web"}, Serial: serial, Ignored: ignored}
}

func TestPullHasALineForEachService(t *testing.T) {
	pull := pulls(false, false)
	got, o := marks()
	progress, err := pull.Progress("auto", o)
	if err != nil {
		t.Fatal(err)
	}
	play(t, progress, pull.Plan(), "0 begun", "1 begun", "1 latest: Pulling from a", "1 0123: Downloading", "1 0123: Downloading",
		"1 : Digest: sha256:0123456789012345678901234567890123456789", "0 failed", "1 done")
	compared(t, got,
		"err Pulling longname ... ", "err Pulling web      ... ", "err Pulling bld      ... ", "err Pulling bld      ... done",
		"err Pulling web      ... pulling from a", "err Pulling web      ... downloading (33.3%)",
		"err Pulling web      ... digest: sha256:012345678901234567...", // 33 characters and the dots
		"err Pulling longname ... error", "err Pulling web      ... done",
		"err ", "err ERROR: for longname  no manifest")
	for _, s := range pull.Plan().Steps {
		if len(s.After) > 0 {
			t.Errorf("%s waits", s.Task.Name)
		}
	}
}

func TestAPullOneByOneSaysWhatTheEngineSays(t *testing.T) {
	pull := pulls(true, false)
	p := pull.Plan()
	if len(p.Steps) != 2 || len(p.Steps[1].After) != 1 {
		t.Fatalf("the plan is\n%s", p)
	}
	got, o := marks()
	progress, _ := pull.Progress("auto", o)
	play(t, progress, p, "0 begun", "0 1: Pulling from b", "0 : Digest: x", "0 failed", "1 skipped")
	compared(t, got, "err Pulling longname (b:1)...", "out 1: Pulling from b", "out Digest: x")

	pull = pulls(true, true)
	p = pull.Plan()
	if len(p.Steps[1].After) > 0 {
		t.Fatalf("the plan is\n%s", p)
	}
	got, o = marks()
	progress, _ = pull.Progress("auto", o)
	play(t, progress, p, "0 begun", "0 failed", "1 begun", "1 done")
	compared(t, got, "err Pulling longname (b:1)...", "err no manifest", "err Pulling web (a:)...")
}

func TestAQuietPullSaysWhatFailed(t *testing.T) {
	for _, c := range []struct {
		serial bool
		want   string
	}{{false, "err \nerr ERROR: for longname  no manifest\n"}, {true, ""}} {
		pull := pulls(c.serial, false)
		got, o := marks()
		progress, _ := pull.Progress("quiet", o)
		play(t, progress, pull.Plan(), "0 begun", "0 failed", "1 begun", "1 done")
		if diff := cmp.Diff(c.want, got.String()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestOnATerminalPullsAreDrawnByService(t *testing.T) {
	pull := pulls(false, false)
	var b bytes.Buffer
	progress, _ := pull.Progress("auto", view.Options{Out: &b, Err: &b, ErrIsTerminal: true})
	play(t, progress, pull.Plan(), "0 begun", "0 done", "1 begun", "1 done")
	if text := b.String(); !strings.Contains(text, "Pulling web") || strings.Contains(text, "pulling from") || !strings.Contains(text, "\x1b[") {
		t.Errorf("drawn: %q", text)
	}
	b.Reset()
	progress, _ = pull.Progress("auto", view.Options{Out: &b, Err: &b, ErrIsTerminal: true, Color: "never"})
	play(t, progress, pull.Plan(), "0 begun", "0 done", "1 begun", "1 done")
	if text := b.String(); !strings.Contains(text, "Pulling web      ... done\n") || strings.Contains(text, "\x1b[") {
		t.Errorf("written: %q", text)
	}
}

func TestAnImageHasAColonBehindItsName(t *testing.T) {
	for ref, want := range map[string]string{
		"redis": "redis:", "redis:3": "redis:3", "host:5000/redis": "host:5000/redis:", "host:5000/redis:3": "host:5000/redis:3", "a@sha256:1": "a@sha256:1",
	} {
		if got := withColon(ref); got != want {
			t.Errorf("%s: %s, want %s", ref, got, want)
		}
	}
}

func TestServicesWithoutABuildAreSkippedInOrder(t *testing.T) {
	p := project("web>db db api")
	p.Services[0].Image, p.Services[0].Build = "a", ""
	p.Services[1].Image, p.Services[1].Build = "b", ""
	got, o := marks()
	Builds{Project: p}.NoteSkipped(o)
	Builds{Project: p, Services: []string{"api", "web"}}.NoteSkipped(o)
	compared(t, got, "err db uses an image, skipping", "err web uses an image, skipping", "err web uses an image, skipping")
}

func TestErrorsOfImagesAreInTheWordsOfTheEngine(t *testing.T) {
	of := func(s plan.Step, err error) error { return &plan.StepError{Step: s, Err: err} }
	pulled, built := of(pullStep("a"), engineError("manifest for a not found")), of(buildStep("web", ""), engineError("The command failed\nbadly"))
	create := of(createStep("web", "a"), errors.New("no good"))
	mistake := compose.Errors{{Pos: compose.Pos{File: "fig.yml", Line: 3, Column: 5}, Msg: "no good"}}
	for _, c := range []struct {
		name     string
		err      error
		command  Command
		terminal bool
		level    view.Level
		text     string
	}{
		{"a pull", pulled, Command{Verb: "up"}, false, 0, "manifest for a not found\n"},
		{"on a terminal", pulled, Command{Verb: "pull"}, true, 0, "ERROR: manifest for a not found\n"},
		{"two", errors.Join(pulled, pulled), Command{Verb: "pull"}, true, 0, "ERROR: manifest for a not found\nERROR: manifest for a not found\n"},
		{"a build", built, Command{Verb: "build"}, false, 0, "The command failed\n  badly\nService 'web' failed to build : Build failed\n"},
		{"a build on a terminal", built, Command{Verb: "up"}, true, 0, "The command failed\n  badly\nERROR: Service 'web' failed to build : Build failed\n"},
		{"a build by the engine", built, Command{Verb: "build", EngineBuilds: true}, false, 0, "Service 'web' failed to build : The command failed\n  badly\n"},
		{"of up", create, Command{Verb: "up"}, false, 0, "\nERROR: for demo_web_1  Cannot create container for service web: no good\n\nERROR: for web  Cannot create container for service web: no good\nEncountered errors while bringing up the project.\n"},
		{"of run", create, Command{Verb: "run"}, false, 0, "\nERROR: for demo_web_1  Cannot create container for service web: no good\n\nERROR: for web  Cannot create container for service web: no good\nEncountered errors while bringing up the project.\n"},
		{"of another verb", create, Command{Verb: "stop"}, false, 0, "\nERROR: for demo_web_1  Cannot create container for service web: no good\n\nERROR: for web  Cannot create container for service web: no good\n"},
		{"with only errors", pulled, Command{Verb: "up"}, false, view.Error, "manifest for a not found\n"},
		{"with nothing", errors.Join(pulled, create, mistake, errors.New("x")), Command{Verb: "up"}, false, view.Critical, "\nERROR: for demo_web_1  Cannot create container for service web: no good\n\nERROR: for web  Cannot create container for service web: no good\n"},
	} {
		var errs bytes.Buffer
		code := ExitCode(c.err, view.Options{Err: &errs, ErrIsTerminal: c.terminal, Color: "never", Level: c.level}, c.command)
		if code != 1 || errs.String() != c.text {
			t.Errorf("%s: exit code %d, %q", c.name, code, errs.String())
		}
	}
}

func TestTheCommandIsReadFromItsArguments(t *testing.T) {
	for _, c := range []struct {
		typed, cliBuild string
		want            Command
	}{
		{"docker-compose -f x pull web", "", Command{Verb: "pull", EngineBuilds: true}},
		{"docker-compose --version", "", Command{Verb: "version", EngineBuilds: true}},
		{"docker-compose -p up", "", Command{EngineBuilds: true}},
		{"fig", "1", Command{EngineBuilds: true}},
		{"docker-compose -- up", "", Command{Verb: "up"}},
		{"docker-compose build", "1", Command{Verb: "build"}},
		{"fig build", "False", Command{Verb: "build", EngineBuilds: true}},
		{"docker-compose up", "0", Command{Verb: "up", EngineBuilds: true}},
		{"docker-compose run web", "", Command{Verb: "run", EngineBuilds: true}},
		{"docker-compose run web", "0", Command{Verb: "run", EngineBuilds: true}},
		{"docker-compose run web", "1", Command{Verb: "run"}},
		{"docker-compose create", "1", Command{Verb: "create", EngineBuilds: true}},
	} {
		words := strings.Fields(c.typed)
		if got := Of(words[0]).Command(words, map[string]string{"COMPOSE_DOCKER_CLI_BUILD": c.cliBuild}); got != c.want {
			t.Errorf("%s, %q: %+v", c.typed, c.cliBuild, got)
		}
	}
}

func TestLevelsAreThoseOfDockerCompose(t *testing.T) {
	for _, c := range []struct {
		name    string
		verbose bool
		want    view.Level
		wrong   bool
	}{
		{"", false, view.Info, false}, {"", true, view.Debug, false}, {"debug", false, view.Debug, false}, {"INFO", true, view.Info, false},
		{"Warning", false, view.Warning, false}, {"ERROR", true, view.Error, false}, {"CRITICAL", false, view.Critical, false}, {"warn", false, view.Info, true},
	} {
		got, err := Level(c.name, c.verbose)
		if got != c.want || err != nil != c.wrong {
			t.Errorf("%q, verbose %v: %d, %v", c.name, c.verbose, got, err)
		}
	}
}
