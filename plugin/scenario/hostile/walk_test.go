// Package hostile_test walks all commands on an engine whose every word is hostile,
// and on files that are, and looks at each character that is printed.
package hostile_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/command"
	stacklite "github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/scenario"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func TestMain(m *testing.M) { scenario.Main(m) }

// stream is a standard stream; a terminal of the usual size where it says so.
type stream struct {
	bytes.Buffer
	terminal bool
}

func (s *stream) FD() uintptr      { return ^uintptr(0) }
func (s *stream) IsTerminal() bool { return s.terminal }

// user is who types commands, in a folder of a project.
type user struct {
	engine   *engine
	dir      string
	terminal bool
	tool     string // the old tool that is typed; none: stack-lite
	general  []string
	buildx   *image.BuildxPlugin
	vars     map[string]string
}

// root is the command line with streams.
func (u *user) root(out, errs *stream) (*cobra.Command, func() int) {
	env := &session.Environment{
		In: strings.NewReader("y\n"), Out: out, Err: errs, Version: "1", Hints: command.Hints,
		Vars: map[string]string{
			"COMPOSE_PROJECT_NAME": "demo", "STACKLITE_PROBER": os.Getenv("STACKLITE_PROBER"), "STACKLITE_BUILDER": u.vars["STACKLITE_BUILDER"],
		},
		Connect: func(map[string]string) (stacklite.Client, error) {
			return client.NewClientWithOpts(client.WithHost(u.engine.host), client.WithAPIVersionNegotiation())
		},
		Buildx: func() *image.BuildxPlugin { return u.buildx },
		Docker: func(args ...string) *exec.Cmd { return exec.Command("docker", args...) },
		Pause:  func(context.Context, time.Duration) {}, // nobody else is at work there
	}
	var old *classic.Tool
	if u.tool != "" {
		old = classic.Of(u.tool)
	}
	root, options := command.New(env, old)
	root.SilenceErrors, root.SilenceUsage = true, true // as the Docker CLI's library has it
	root.SetOut(out)
	root.SetErr(errs)
	return root, func() int {
		err := root.ExecuteContext(context.Background())
		if old != nil {
			return classic.ExitCode(err, options(), classic.Command{Verb: "up"})
		}
		return exit.Code(err, options())
	}
}

// types runs a command and gives all that it prints.
func (u *user) types(args ...string) (out, errs string) {
	for i, a := range args {
		switch a {
		case "NOW": // 0s is the second that has begun
			args[i] = fmt.Sprintf("%.9f", float64(time.Now().UnixNano())/1e9)
		case "MISTAKES":
			args[i] = filepath.Join(u.dir, "mistakes.yml")
		}
	}
	var stdout, stderr stream
	stdout.terminal, stderr.terminal = u.terminal, u.terminal
	root, run := u.root(&stdout, &stderr)
	root.SetArgs(append(slices.Clone(u.general), args...))
	run()
	return stdout.String(), stderr.String()
}

var (
	// ours are our colours, and how progress moves the cursor.
	ours = regexp.MustCompile("\x1b\\[(?:[012]|3[0-7]|9[0-7])m|\x1b\\[\\?25l\r|\x1b\\[\\?25h|\x1b\\[[0-9]+A|\x1b\\[2K|\x1b\\[0[KJ]|\r\n")
	// theirs are colours of what a container logs.
	theirs = regexp.MustCompile(regexp.QuoteMeta("\x1b[5;45m"))
	lines  = regexp.MustCompile("(?m)^" + forged)
)

// harm says what of a text must not be on a screen.
func harm(text string, terminal bool, l typed) string {
	if lines.MatchString(text) && !l.bare {
		return "a forged line"
	}
	if terminal {
		text = ours.ReplaceAllString(text, "\n")
		if l.logs {
			text = theirs.ReplaceAllString(text, "")
		}
	}
	if !utf8.ValidString(text) {
		return "bytes that are no characters"
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && !printable.Is(r) {
			return fmt.Sprintf("%q", r)
		}
	}
	return ""
}

// typed is a line that the test types.
type typed struct {
	line  string
	shows bool // the engine's words are in what it prints
	logs  bool // it prints what containers log: on a terminal with its colours, else as it is
	bare  bool // with no name before a line, whose text may be anything
	waits bool // it does not end when it has missed something
	raw   bool // it prints what a container writes, to whom has asked for that
}

// commandLines are the commands in an order in which each has something to do. Every
// command of the tree must be here.
func commandLines() []typed {
	return []typed{
		{line: "version"},
		{line: "help"}, {line: "link"},
		{line: "help up"},
		{line: "nothing"},
		{line: "--flag"},
		{line: "completion bash"}, {line: "completion zsh"}, {line: "completion fish"}, {line: "completion csh"},
		{line: "shell-init bash"}, {line: "shell-init zsh"}, {line: "shell-init fish"},
		{line: "config", shows: true}, {line: "config --format json"}, {line: "config --services"},
		{line: "config --images"}, {line: "config --volumes"}, {line: "config --hash"},
		{line: "plan"}, {line: "plan --format steps"}, {line: "plan --format json"}, {line: "plan --down"},
		{line: "--dry-run up -d"},
		{line: "pull"},
		{line: "build", shows: true},
		{line: "create"},
		{line: "up -d"},
		{line: "up -d --force-recreate"},
		{line: "up talker", logs: true, shows: true}, {line: "up --abort-on-container-exit -t 0 web talker", logs: true, waits: true},
		{line: "up -d"},
		{line: "ps", shows: true}, {line: "ps -q"}, {line: "ps --services"}, {line: "ps -a --format json", shows: true},
		{line: "ps --format {{.Command}}|{{.Status}}|{{.Networks}}", shows: true},
		{line: "ps --format {{.|json}}", shows: true},
		{line: "ps --format {{.Wrong}}"},
		{line: "ls", shows: true}, {line: "ls -a -q", shows: true}, {line: "ls -a --format json", shows: true}, {line: "ls --format {{.ConfigFiles}}", shows: true},
		{line: "images", shows: true}, {line: "images -q"}, {line: "images --format json"}, {line: "images --format {{.Repository}}"},
		{line: "top", shows: true},
		{line: "port web 80"},
		{line: "port strange 80"},
		{line: "graph"}, {line: "graph --live", shows: true}, {line: "graph --live --format mermaid", shows: true},
		{line: "graph --live --format dot", shows: true}, {line: "graph --live --format svg", shows: true},
		{line: "graph --live --format json", shows: true},
		{line: "suggest"}, {line: "suggest --format json"}, {line: "convert"},
		{line: "can web db"}, {line: "can --format json web db"}, {line: "can stranger db"},
		{line: "can --format json stranger db"}, {line: "can db stranger"},
		{line: "check"}, {line: "check --format table"}, {line: "check --format json"}, {line: "check --format {{.Evidence}}"},
		{line: "exec -d web /probe say x"},
		{line: "exec web /probe env", raw: true},
		{line: "exec -T web nothing", raw: true},
		{line: "run talker /probe env", raw: true},
		{line: "run -d web"},
		{line: "logs", logs: true, shows: true}, {line: "logs talker", logs: true, shows: true}, {line: "logs -t --no-log-prefix talker", logs: true, bare: true, shows: true},
		{line: "events --since 1h --until NOW", shows: true}, {line: "events --json --since 1h --until NOW", shows: true},
		{line: "link add stranger demo_db_1"},
		{line: "link ls"}, {line: "link ls --format json"}, {line: "link ls stranger"},
		{line: "link run --link nobody stacklite-probe:test /probe serve"},
		{line: "link rm stranger demo_db_1"},
		{line: "link rm --gone"},
		{line: "pause web"}, {line: "unpause web"},
		{line: "restart -t 0 web"},
		{line: "scale web=2"},
		{line: "stop -t 0"},
		{line: "start"},
		{line: "kill web"},
		{line: "wait talker"},
		{line: "push --to localhost:5000/x"},
		{line: "rm -s"},
		{line: "up -d"},
		{line: "down -t 0"},
		{line: "up -d --remove-orphans"},
		{line: "down --rmi all --volumes"},
	}
}

// newUser puts somebody into a folder with hostile files, on an engine with hostile
// strangers.
func newUser(t *testing.T) *user {
	t.Helper()
	u := &user{engine: newEngine(t), dir: filepath.Join(t.TempDir(), "dir"+payload), vars: map[string]string{"STACKLITE_BUILDER": "classic"}}
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(u.dir)
	t.Setenv("DOCKER_HOST", u.engine.host)
	quoted, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(u.dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(u.dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("built/Dockerfile", "FROM "+scenario.ProbeImage+"\nLABEL a=\"\x1b[2J\u202eMARK\"\nRUN echo \x1b[5;45m\x1b[2J\x1b]0;title\aMARK\u009b\r\u202e\n")
	write("fig.yml", fmt.Sprintf(`web:
  image: %[1]s
  command: [/probe, serve]
  links: [db]
  labels: {note: %[2]s}
  environment: {NOTE: %[2]s}
db:
  image: %[1]s
talker:
  image: %[1]s
  command: [/probe, say, %[2]s]
built:
  build: built
  command: [/probe, say, x]
`, scenario.ProbeImage, printable.Escape(string(quoted))))
	write("fig.yaml", "web: {image: x}\n") // a note says that it is not read
	write("mistakes.yml", fmt.Sprintf("web:\n  image: x\n  restart: %[1]s # \u202e\u2066\u200b\n  ports: [%[1]s]\n  %[1]s: x\n%[1]s:\n  image: y\n", printable.Escape(string(quoted))))
	u.strangers(t)
	return u
}

// strangers puts containers and a network on the engine that the user's project
// has not made, with whatever labels take.
func (u *user) strangers(t *testing.T) {
	t.Helper()
	cli, err := client.NewClientWithOpts(client.WithHost(u.engine.host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	defer cli.Close()
	ctx := t.Context()
	everything := func(project, service, number string) map[string]string {
		all := map[string]string{
			labels.Project: project, labels.Service: service, labels.Number: number, labels.OneOff: "False", labels.Network: payload,
		}
		for _, name := range []string{
			labels.ComposeVersion, labels.Version, labels.WorkingDir, labels.Files, labels.Fingerprint, labels.After, labels.Settings, labels.For, labels.Wiring,
			labels.Externals, labels.Discovery, labels.LinkEnv, labels.Exposes, "note" + payload,
		} {
			all[name] = payload
		}
		return all
	}
	composed := func(version, dir string) map[string]string {
		all := everything("demo", "composed"+payload, "1")
		all[labels.ComposeVersion], all[labels.WorkingDir], all[labels.Fingerprint] = version, dir, ""
		all["com.docker.compose.config-hash"] = payload
		return all
	}
	for name, labels := range map[string]map[string]string{
		"strange": everything("demo", payload, "1"), "stranger": everything("other"+payload, payload, payload),
	} {
		if _, err := cli.NetworkCreate(ctx, name, network.CreateOptions{Labels: labels}); err != nil {
			t.Fatal(err)
		}
	}
	for name, labels := range map[string]map[string]string{
		"stranger": {"note": payload}, "demo_strange_1": everything("demo", payload, "1"),
		"demo_more_1":     everything("demo", "more", payload),
		"other_strange_1": everything("other"+payload, payload, payload),
		"demo_composed_1": composed("1.29.2"+payload, payload), "demo_composed_2": composed("1.20.0"+payload, ""),
		"demo-composed-1": composed("2"+payload, payload),
	} {
		c, err := cli.ContainerCreate(ctx, &container.Config{
			Image: scenario.ProbeImage, Cmd: []string{"/probe", "serve"}, Labels: labels, Env: []string{"NOTE=" + payload},
		}, &container.HostConfig{NetworkMode: "strange"}, nil, nil, name)
		if err == nil {
			err = cli.ContainerStart(ctx, c.ID, container.StartOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// look types a line and looks at what it prints.
func (u *user) look(t *testing.T, l typed) (printed string) {
	t.Helper()
	out, errs := u.types(strings.Fields(l.line)...)
	what := fmt.Sprintf("%s %v %s (terminal %v)", u.tool, u.general, l.line, u.terminal)
	if !l.raw && (u.terminal || !l.logs) {
		for name, text := range map[string]string{"output": out, "error": errs} {
			l := l
			// In the place of docker-compose the lines of a build go there as they are.
			l.bare = l.bare || u.tool != "" && name == "output" && strings.HasPrefix(l.line, "build")
			if found := harm(text, u.terminal, l); found != "" {
				t.Errorf("%s: on standard %s is %s:\n%q", what, name, found, text)
			}
		}
	}
	return out + errs
}

// modes are ways to show what is printed.
func modes() map[string]func(*user) {
	return map[string]func(*user){
		"pipe":     func(*user) {},
		"terminal": func(u *user) { u.terminal = true },
		"json":     func(u *user) { u.general = []string{"--progress", "json"} },
		"quiet":    func(u *user) { u.general = []string{"--progress", "quiet"} },
		"plain on a terminal": func(u *user) {
			u.terminal, u.general, u.vars["STACKLITE_BUILDER"] = true, []string{"--progress", "plain", "--ansi", "never"}, "buildkit"
		},
		"docker-compose": func(u *user) { u.tool = "docker-compose" },
		"fig":            func(u *user) { u.tool, u.terminal = "fig", true },
	}
}

func TestNothingHostileReachesTheScreen(t *testing.T) {
	scenario.UseProber(t, "../../engine/enginetest/probe") // never run: the engine knows its answers
	shown := map[string]bool{}
	walk := func(t *testing.T, u *user) {
		for _, l := range commandLines() {
			if printed := u.look(t, l); strings.Contains(printed, mark) {
				shown[l.line] = true
			}
		}
	}
	for name, set := range modes() {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			set(u)
			u.engine.set(words, 0)
			walk(t, u)
		})
	}
	t.Run("every text", func(t *testing.T) {
		u := newUser(t)
		for _, l := range commandLines() {
			u.engine.set(clean, 0)
			u.types("up", "-d", "--quiet-pull")
			u.engine.set(texts, 0)
			if strings.Contains(u.look(t, l), mark) {
				shown[l.line] = true
			}
		}
	})
	for _, l := range commandLines() {
		if l.shows && !shown[l.line] {
			t.Errorf("%s shows nothing of what the engine says: the test looks at nothing", l.line)
		}
	}
}

// What strangers say of the images that the stack is made of replaces no container.
func TestNoLabelOfAStrangerReplacesAContainer(t *testing.T) {
	scenario.UseProber(t, "../../engine/enginetest/probe")
	u := newUser(t)
	u.types("up", "-d")
	if out, errs := u.types("plan"); out == "" || strings.Contains(out, "recreate") {
		t.Errorf("after up: %s%s", out, errs)
	}
}

// Each call of each command is refused once, with a hostile reason.
func TestNoErrorOfAnEngineHarmsTheScreen(t *testing.T) {
	scenario.UseProber(t, "../../engine/enginetest/probe")
	most := 20
	if scenario.Part() {
		most = 6
	}
	for third, name := range []string{"pipe", "terminal", "docker-compose"} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			modes()[name](u)
			for i, l := range commandLines() {
				if l.waits || scenario.Part() && i%3 != third { // each line in one of the three
					continue
				}
				if shown := u.refused(t, l, most); !shown {
					t.Errorf("%s shows no error of the engine's", l.line)
				}
			}
		})
	}
}

// refused types a line again and again, and each time refuses another call that
// it makes. It reports whether it shows a reason, where it asks at all.
func (u *user) refused(t *testing.T, l typed, most int) (shown bool) {
	t.Helper()
	for call := range most {
		u.engine.set(clean, 0)
		u.types("up", "-d")
		u.engine.set(refusal, call)
		shown = strings.Contains(u.look(t, l), mark) || shown
		if u.engine.called() <= call {
			return shown || call == 0
		}
	}
	return shown
}

// What stands in a file is shown where it is wrong.
func TestNoMistakeInAFileHarmsTheScreen(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		u := newUser(t)
		u.terminal = terminal
		for _, line := range []string{"config", "up -d", "ps", "graph", "plan", "can web db"} {
			l := typed{line: "-f MISTAKES " + line}
			if !strings.Contains(u.look(t, l), mark) {
				t.Errorf("%s shows nothing of the mistake", l.line)
			}
		}
	}
}

// A buildx that says hostile things is shown as all builders are.
func TestNothingThatBuildxSaysHarmsTheScreen(t *testing.T) {
	recorded, err := os.ReadFile("../../image/testdata/build/buildx.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for name, set := range modes() {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			set(u)
			u.vars["STACKLITE_BUILDER"] = "buildx"
			u.buildx = &image.BuildxPlugin{Version: "v0.23.0", Command: func(ctx context.Context, _ ...string) *exec.Cmd {
				return exec.CommandContext(ctx, "sh", "-c", "cat >/dev/null; cat said >&2; exit 1")
			}}
			said, err := os.Create("said")
			if err != nil {
				t.Fatal(err)
			}
			defer said.Close()
			for d := json.NewDecoder(bytes.NewReader(recorded)); ; {
				var v any
				if err := d.Decode(&v); err != nil {
					break
				}
				if err := json.NewEncoder(said).Encode(poisonedTrace(v, "")); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(u.look(t, typed{line: "build"}), mark) {
				t.Error("nothing of it is shown")
			}
		})
	}
}

// poisonedTrace is a line of buildx with hostile names, logs and errors.
func poisonedTrace(v any, key string) any {
	switch v := v.(type) {
	case string:
		switch key {
		case "data":
			text, _ := base64.StdEncoding.DecodeString(v)
			return base64.StdEncoding.EncodeToString([]byte(string(text) + payload + "\n"))
		case "name", "error":
			return v + payload
		}
	case []any:
		for i := range v {
			v[i] = poisonedTrace(v[i], key)
		}
	case map[string]any:
		for k := range v {
			v[k] = poisonedTrace(v[k], k)
		}
	}
	return v
}

// everyCommand calls f with the words of each command of the tree.
func everyCommand(root *cobra.Command, f func(words []string, c *cobra.Command)) {
	var visit func(words []string, c *cobra.Command)
	visit = func(words []string, c *cobra.Command) {
		f(words, c)
		for _, child := range c.Commands() {
			visit(append(slices.Clone(words), child.Name()), child)
		}
	}
	visit(nil, root)
}

func TestEveryCommandIsWalked(t *testing.T) {
	u := &user{engine: &engine{}}
	root, _ := u.root(&stream{}, &stream{})
	walked := map[string]bool{}
	for _, l := range commandLines() {
		if found, _, err := root.Find(strings.Fields(l.line)); err == nil {
			walked[found.CommandPath()] = true
		}
	}
	everyCommand(root, func(_ []string, c *cobra.Command) {
		if c.Runnable() && c.HasParent() && !walked[c.CommandPath()] {
			t.Errorf("nobody types %s: add a line to commandLines", c.CommandPath())
		}
	})
}

// Help, and what a shell is offered for each argument and each flag.
func TestNoHelpAndNoCompletionHarmsTheScreen(t *testing.T) {
	u := newUser(t)
	u.types("up", "-d")
	u.engine.set(words, 0)
	root, _ := u.root(&stream{}, &stream{})
	everyCommand(root, func(words []string, c *cobra.Command) {
		u.look(t, typed{line: strings.Join(append(slices.Clone(words), "--help"), " ")})
		complete := func(more ...string) {
			out, _ := u.types(slices.Concat([]string{"__complete"}, words, more)...)
			if found := harm(out, false, typed{}); found != "" || strings.Contains(out, mark) {
				t.Errorf("%v %v offers %s: %q", words, more, found, out)
			}
		}
		complete("")
		complete("web", "")
		c.Flags().VisitAll(func(f *pflag.Flag) { complete("--"+f.Name, "") })
		c.InheritedFlags().VisitAll(func(f *pflag.Flag) { complete("--"+f.Name, "") })
	})
}

// What is for programs can be read by them, and nothing is lost.
func TestJSONHasAllThatTheEngineSays(t *testing.T) {
	u := newUser(t)
	u.types("up", "-d")
	u.engine.set(words, 0)
	for _, line := range []string{
		"ps --format json", "ps --format {{.|json}}", "ls --format json", "events --json --since 1h --until NOW", "graph --live --format json", "config --format json",
	} {
		out, errs := u.types(strings.Fields(line)...)
		whole := false
		for d := json.NewDecoder(strings.NewReader(out)); ; {
			var v any
			err := d.Decode(&v)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in %q", line, err, out)
			}
			whole = whole || holds(v)
		}
		if !whole {
			t.Errorf("%s has lost something: %q %q", line, out, errs)
		}
	}
}

// holds reports whether the payload is somewhere in a value.
func holds(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, payload)
	case []any:
		return slices.ContainsFunc(v, holds)
	case map[string]any:
		for k, inner := range v {
			if holds(k) || holds(inner) {
				return true
			}
		}
	}
	return false
}
