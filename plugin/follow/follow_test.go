package follow_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// demo is an engine in memory with containers of the project demo.
type demo struct {
	t      *testing.T
	client *client.Client
	engine *engine.Engine
	memory *enginetest.Engine
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("app")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &demo{t: t, client: c, engine: engine.New(c, engine.Options{}), memory: memory}
}

// make makes the first container of a service.
func (d *demo) make(service string, command ...string) {
	d.t.Helper()
	config := &container.Config{Image: "app", Cmd: command, Labels: map[string]string{
		labels.Project: "demo", labels.Service: service, labels.Number: "1", labels.OneOff: "False", labels.Fingerprint: "x",
	}}
	if _, err := d.client.ContainerCreate(context.Background(), config, nil, nil, nil, "demo_"+service+"_1"); err != nil {
		d.t.Fatal(err)
	}
}

func (d *demo) start(service string) {
	d.t.Helper()
	if err := d.client.ContainerStart(context.Background(), "demo_"+service+"_1", container.StartOptions{}); err != nil {
		d.t.Fatal(err)
	}
}

// wait waits for services to be ready.
func (d *demo) wait(timeout time.Duration, services ...string) error {
	r := follow.Readiness{Engine: d.engine, Claim: observed.Claim{Project: "demo"}, Services: services, Timeout: timeout}
	return r.Wait(d.t.Context())
}

func TestReadyIsWhatRuns(t *testing.T) {
	d := newDemo(t)
	d.make("web")
	d.start("web")
	d.make("db")
	if err := d.wait(0, "web"); err != nil {
		t.Errorf("one that runs: %v", err)
	}
	if err := d.wait(0, "web", "db"); err == nil || err.Error() != "demo_db_1 exited with code 0" {
		t.Errorf("one that was never started: %v", err)
	}
	d.make("job", "/probe", "say", "-exit", "3", "done")
	d.start("job")
	if _, err := d.engine.Exited(t.Context(), "demo_job_1"); err != nil {
		t.Fatal(err)
	}
	var failure exit.Failure
	err := d.wait(0, "job")
	if !errors.As(err, &failure) || failure.Msg != "demo_job_1 exited with code 3" || !slices.Equal(failure.Advice, []string{"to see its output: docker stacklite logs job"}) {
		t.Errorf("one that has exited: %v", err)
	}
}

func TestWhatIsPausedIsWaitedForUntilItGoesOnOrTimeIsOver(t *testing.T) {
	d := newDemo(t)
	d.make("web")
	d.start("web")
	if err := d.client.ContainerPause(t.Context(), "demo_web_1"); err != nil {
		t.Fatal(err)
	}
	var failure exit.Failure
	if err := d.wait(50*time.Millisecond, "web"); !errors.As(err, &failure) || !strings.HasPrefix(failure.Msg, "not ready after ") {
		t.Errorf("got %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- d.wait(0, "web") }()
	select {
	case err := <-done:
		t.Fatalf("a paused container is ready: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if err := d.client.ContainerKill(t.Context(), "demo_web_1", "KILL"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || err.Error() != "demo_web_1 exited with code 137" {
		t.Errorf("got %v", err)
	}
}

// screen is what is written to one stream.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// lines are those that were written, sorted: containers write at the same time.
func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := strings.Split(strings.TrimSuffix(s.text.String(), "\n"), "\n")
	slices.Sort(lines)
	return lines
}

// foreground brings up a job that exits with code 3, and what else is started.
func (d *demo) foreground(out io.Writer, start ...string) *follow.Foreground {
	o := view.Streams{In: strings.NewReader(""), Out: out, Err: io.Discard}.Options(func(string) string { return "" })
	o.Color = "never"
	return &follow.Foreground{
		Engine: d.engine, Claim: observed.Claim{Project: "demo"}, View: o, Shown: func(string) bool { return true },
		Converge: func(context.Context) error {
			for _, service := range start {
				d.start(service)
			}
			return nil
		},
		Stop: func(context.Context, plan.Target) error { return errors.New("nobody is to be stopped") },
	}
}

func TestAnUpEndsWithItsContainersAndTheCodeThatIsAskedFor(t *testing.T) {
	d := newDemo(t)
	d.make("job", "/probe", "say", "-exit", "3", "done")
	d.make("other", "/probe", "say", "-exit", "4", "hello")
	var out screen
	if err := d.foreground(&out, "job", "other").Run(t.Context()); err != nil {
		t.Errorf("got %v", err)
	}
	want := []string{
		"Attaching to demo_job_1, demo_other_1", "demo_job_1 exited with code 3", "demo_other_1 exited with code 4",
		"job_1    | done", "other_1  | hello",
	}
	if got := out.lines(); !slices.Equal(got, want) {
		t.Errorf("shown:\n%s", strings.Join(got, "\n"))
	}

	f := d.foreground(io.Discard, "job", "other")
	f.CodeFrom = "other"
	if err := f.Run(t.Context()); !errors.Is(err, exit.Status(4)) {
		t.Errorf("the code of other: %v", err)
	}
}

func TestOneExitStopsTheRestWhereThatIsAskedFor(t *testing.T) {
	d := newDemo(t)
	d.make("web")
	d.make("job", "/probe", "say", "-exit", "3", "done")
	f := d.foreground(io.Discard, "web", "job")
	f.Abort = true
	var targets []plan.Target
	f.Stop = func(ctx context.Context, target plan.Target) error {
		targets = append(targets, target)
		return d.engine.Apply(ctx, plan.StopContainer{Container: "demo_web_1"}, nil)
	}
	if err := f.Run(t.Context()); !errors.Is(err, exit.Status(3)) {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(targets, []plan.Target{plan.Stopped}) {
		t.Errorf("stopped %v", targets)
	}
}

func TestWhatAnEarlierRunWroteIsNotShown(t *testing.T) {
	d := newDemo(t)
	d.make("job", "/probe", "say", "done")
	for range 2 {
		var out screen
		if err := d.foreground(&out, "job").Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := out.lines(); !slices.Equal(got, []string{"Attaching to demo_job_1", "demo_job_1 exited with code 0", "job_1  | done"}) {
			t.Errorf("shown:\n%s", strings.Join(got, "\n"))
		}
	}
}

func TestAContainerOfDockerComposeAndItsReplacementAreOneService(t *testing.T) {
	d := newDemo(t)
	config := &container.Config{Image: "app", Cmd: []string{"/probe", "serve"}, Labels: map[string]string{
		labels.Project: "demo", labels.Service: "job", labels.Number: "1", labels.OneOff: "False", labels.ComposeVersion: "1.29.2", labels.WorkingDir: "/src",
		"com.docker.compose.config-hash": "f00",
	}}
	if _, err := d.client.ContainerCreate(t.Context(), config, nil, nil, nil, "demo_job_1"); err != nil {
		t.Fatal(err)
	}
	d.start("job")
	var out screen
	o := view.Streams{In: strings.NewReader(""), Out: &out, Err: io.Discard}.Options(func(string) string { return "" })
	o.Color = "never"
	f := follow.Follower{
		Engine: d.engine, Claim: observed.Anywhere("demo"), View: o, Query: engine.LogQuery{Follow: true, Tail: -1},
		Shown:   func(c *observed.Container) bool { return c.Service == "job" },
		Stopped: func() bool { return true },
	}
	err := f.Run(t.Context(), func(list []observed.Container) {
		if len(list) != 1 {
			t.Errorf("found %v", list)
		}
		if err := d.client.ContainerRename(t.Context(), "demo_job_1", "f00ba47f00ba_demo_job_1"); err != nil {
			t.Error(err)
		}
		d.make("job", "/probe", "say", "-n", "2", "-every", "300ms", "new")
		d.start("job")
		if err := d.client.ContainerStop(t.Context(), "f00ba47f00ba_demo_job_1", container.StopOptions{}); err != nil {
			t.Error(err)
		}
	})
	if got := out.lines(); err != nil || !slices.Equal(got, []string{"job_1  | new", "job_1  | new", "job_1  | serving on 80"}) {
		t.Errorf("%v, shown:\n%s", err, strings.Join(got, "\n"))
	}
}

func TestAnUpThatCanNotBringUpFollowsNothing(t *testing.T) {
	d := newDemo(t)
	failed := errors.New("no")
	var out screen
	f := d.foreground(&out)
	f.Converge = func(context.Context) error { return failed }
	if err := f.Run(t.Context()); !errors.Is(err, failed) || out.text.Len() > 0 {
		t.Errorf("got %v, shown %q", err, &out.text)
	}
}

func TestALogThatCanNotBeReadIsReported(t *testing.T) {
	c := observed.Container{Name: "demo_web_1"}
	for want, err := range map[string]error{
		"no logs of demo_web_1: its log driver can't be read": errdefs.ErrNotImplemented,
		"no logs of demo_web_1: no room":                      errors.New("no room"),
	} {
		if got := follow.Unreadable(c, err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// stream is a stream that says itself whether it is a terminal, as those of the
// Docker CLI's library do.
type stream struct {
	io.ReadWriter
	terminal bool
}

// FD is its descriptor.
func (s stream) FD() uintptr { return 0 }

// IsTerminal returns what s says.
func (s stream) IsTerminal() bool { return s.terminal }

func TestWhoHasATerminalAtBothEndsIsInteractive(t *testing.T) {
	for _, in := range []bool{true, false} {
		for _, out := range []bool{true, false} {
			user := follow.Terminal{In: stream{terminal: in}, Out: stream{terminal: out}}
			if got := user.Interactive(); got != (in && out) {
				t.Errorf("in %v, out %v: %v", in, out, got)
			}
		}
	}
	if (follow.Terminal{Out: stream{terminal: true}}).Interactive() || (follow.Terminal{In: strings.NewReader(""), Out: io.Discard}).Interactive() {
		t.Error("no stream, or one of another kind, is a terminal")
	}
}

func TestContainersAreNamedInTheOrderThatIsAskedFor(t *testing.T) {
	list := []observed.Container{{Name: "b"}, {Name: "a"}, {Name: "c"}}
	for want, order := range map[string]func(a, b observed.Container) int{
		"Attaching to a, b, c\n": nil,
		"Attaching to c, b, a\n": func(a, b observed.Container) int { return strings.Compare(b.Name, a.Name) },
	} {
		var out bytes.Buffer
		if err := follow.PrintAttaching(view.Options{Out: &out}, list, order); err != nil || out.String() != want {
			t.Errorf("got %q, %v", out.String(), err)
		}
	}
}

func TestWhatAClassicUpStopsIsNotShown(t *testing.T) {
	for classic, want := range map[bool][]string{
		true:  {"Aborting on container exit...", "Attaching to demo_job_1, demo_web_1", "demo_job_1 exited with code 3", "job_1 | done"},
		false: {"Aborting on container exit...", "Attaching to demo_job_1, demo_web_1", "demo_job_1 exited with code 3", "demo_web_1 exited with code 137", "job_1  | done"},
	} {
		d := newDemo(t)
		d.make("web")
		d.make("job", "/probe", "say", "-exit", "3", "done")
		var out screen
		f := d.foreground(&out, "web", "job")
		f.Abort, f.Log.Classic = true, classic
		f.Stop = func(ctx context.Context, target plan.Target) error {
			return d.engine.Apply(ctx, plan.KillContainer{Container: "demo_web_1", Signal: "KILL"}, nil)
		}
		if err := f.Run(t.Context()); !errors.Is(err, exit.Status(3)) {
			t.Errorf("got %v", err)
		}
		got := slices.DeleteFunc(out.lines(), func(l string) bool { return strings.HasPrefix(l, "web_1") })
		if !slices.Equal(got, want) {
			t.Errorf("classic %v:\n%s", classic, strings.Join(got, "\n"))
		}
	}
}

func TestAnUpWhoseContainersCanNotBeStoppedEnds(t *testing.T) {
	d := newDemo(t)
	d.make("web")
	d.make("job", "/probe", "say", "-exit", "3", "done")
	f := d.foreground(io.Discard, "web", "job")
	f.Abort = true
	refused := errors.New("no")
	f.Stop = func(context.Context, plan.Target) error { return refused }
	if err := f.Run(t.Context()); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

func TestAnUpThatCanNotLearnHowAContainerEndedStopsTheRest(t *testing.T) {
	d := newDemo(t)
	d.make("web")
	d.make("job", "/probe", "say", "-exit", "3", "done")
	f := d.foreground(io.Discard, "web", "job")
	f.Abort = true
	exits := false
	d.memory.Fail(func(c enginetest.Call) enginetest.Fault {
		// Its log is asked for when it is followed: from then on nothing is told of it.
		exits = exits || strings.HasSuffix(c.Path, "/logs")
		if exits && c.Method == "GET" && strings.HasSuffix(c.Path, "/json") && !strings.HasSuffix(c.Path, "/containers/json") {
			return enginetest.Answer(500, "not now")
		}
		return enginetest.None
	})
	stopped := false
	f.Stop = func(ctx context.Context, _ plan.Target) error {
		stopped = true
		return d.client.ContainerStop(ctx, "demo_web_1", container.StopOptions{})
	}
	if err := f.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "not now") || !stopped {
		t.Errorf("got %v, stopped: %v", err, stopped)
	}
}

// trigger does something when a word is written for the first time.
type trigger struct {
	io.Writer
	word string
	do   func()
	once sync.Once
}

// Write implements io.Writer.
func (w *trigger) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.word) {
		w.once.Do(func() { go w.do() })
	}
	return w.Writer.Write(p)
}

func TestAContainerThatIsReplacedHasNotExited(t *testing.T) {
	d := newDemo(t)
	d.make("web")
	d.start("web")
	var out screen
	f := d.foreground(&out)
	f.Abort = true
	f.Converge = func(context.Context) error { return nil }
	f.Stop = func(context.Context, plan.Target) error { return nil }
	f.View.Out = &trigger{Writer: &out, word: "serving", do: func() {
		config := &container.Config{Image: "app", Cmd: []string{"/probe", "say", "-exit", "3", "new"}, Labels: map[string]string{
			labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.OneOff: "False", labels.Fingerprint: "y",
		}}
		ctx := context.Background()
		if _, err := d.client.ContainerCreate(ctx, config, nil, nil, nil, "demo_web_1.new"); err != nil {
			t.Error(err)
		}
		if err := d.client.ContainerStop(ctx, "demo_web_1", container.StopOptions{}); err != nil {
			t.Error(err)
		}
		if err := d.client.ContainerStart(ctx, "demo_web_1.new", container.StartOptions{}); err != nil {
			t.Error(err)
		}
	}}
	err := f.Run(t.Context())
	want := []string{"Aborting on container exit...", "Attaching to demo_web_1", "demo_web_1 exited with code 3", "demo_web_1 is replaced", "web_1  | new", "web_1  | serving on 80"}
	if got := out.lines(); !errors.Is(err, exit.Status(3)) || !slices.Equal(got, want) {
		t.Errorf("%v, shown:\n%s", err, strings.Join(got, "\n"))
	}
}
