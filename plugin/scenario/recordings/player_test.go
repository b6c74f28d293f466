package recordings_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// recordedVersions are the kinds of engine that recordings are made on.
var recordedVersions = []string{"1.41", "1.51"}

// recordedBuilder is the way in which images are built on each.
var recordedBuilder = map[string]string{"1.41": "classic", "1.51": "buildkit"}

// recordedProject is the project of every recording: each has an engine of its
// own.
const recordedProject = "shop"

// player carries out the commands of a recording on one engine.
type player struct {
	t       *testing.T
	version string
	dir     string
	env     []string
	engine  *wiretap
	cli     *client.Client
	others  []string // what lines of scripts make outside of the project
}

// step is a command of the program and what came of it.
type step struct {
	version  string
	line     string
	exit     int
	out, err string
	changes  []string
}

func newPlayer(t *testing.T, version string, files *txtar.Archive) *player {
	t.Helper()
	home := t.TempDir()
	dir := filepath.Join(home, "folder")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range files.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(string(f.Data), "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(name, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	memory := enginetest.New(t, enginetest.Options{
		APIVersion: version,
		Images:     []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe("probe:2"), database},
		Registry:   []enginetest.Image{enginetest.Probe("example.com/probe:3")},
	})
	tap := newWiretap(t, memory.Host(), dir)
	cli, err := client.NewClientWithOpts(client.WithHost(tap.host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cli.Close() })
	return &player{
		t: t, version: version, dir: dir, engine: tap, cli: cli,
		env: []string{
			"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + home, "DOCKER_CONFIG=" + filepath.Join(home, ".docker"), "TZ=UTC",
			"DOCKER_HOST=" + tap.host, "COMPOSE_PROJECT_NAME=" + recordedProject,
			"STACKLITE_BUILDER=" + recordedBuilder[version],
		},
	}
}

// database is an image with a volume, an environment and two ports.
var database = enginetest.Image{
	Ref: "database", Cmd: []string{"/probe", "serve", "5432"}, Env: []string{"PATH=/", "PGDATA=/data"},
	Expose: []string{"5432", "53/udp"}, Volumes: []string{"/data"},
}

// play carries out a script: a line each, empty ones and those with # in front
// mean nothing. What the old commands do, which have no --parallel, is
// unordered.
func (p *player) play(script string) []step {
	var steps []step
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		words, err := compose.SplitCommand("line", line)
		if err != nil || len(words) == 0 {
			p.t.Errorf("%s: %v", line, err)
			return steps
		}
		unordered := words[0] == "unordered"
		if unordered {
			words = words[1:]
		}
		switch name := words[0]; name {
		case "stacklite", "docker-compose", "fig":
			if name == "stacklite" {
				name = "docker-stack-lite"
			}
			s := p.run(line, name, words[1:])
			if unordered {
				s.sort()
			}
			steps = append(steps, s)
		default:
			if err := p.do(words[0], words[1:]); err != nil {
				p.t.Errorf("%s: %v", line, err)
				return steps
			}
		}
	}
	return steps
}

// prepare carries out what a script does to the files and the environment, and
// takes note of what it makes outside of the project.
func (p *player) prepare(script string) {
	for line := range strings.Lines(script) {
		switch words := strings.Fields(line); {
		case len(words) < 2:
		case words[0] == "cp" || words[0] == "env":
			if err := p.do(words[0], words[1:]); err != nil {
				p.t.Errorf("%s: %v", line, err)
			}
		case words[0] == "network" || words[0] == "container":
			p.others = append(p.others, words[1])
		}
	}
}

// run runs the program by a name and gives what came of it.
func (p *player) run(line, name string, args []string) step {
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	program, err := os.Executable()
	if err != nil {
		p.t.Error(err)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = p.dir, append(p.env, scenario.CalledAs+"="+name)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	before := p.engine.count()
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		p.t.Errorf("API %s: %s: %v\n%s", p.version, line, err, stderr.String())
	}
	s := step{version: p.version, line: line, exit: cmd.ProcessState.ExitCode()}
	s.changes = p.engine.changes(before)
	s.out, s.err = p.engine.words.plain(stdout.String()), p.engine.words.plain(stderr.String())
	return s
}

// sort takes the order out of what was done at the same time.
func (s *step) sort() {
	slices.Sort(s.changes)
	said := slices.Sorted(strings.Lines(s.err))
	s.err = strings.Join(said, "")
}

// do carries out a line that is not recorded: it changes the files, the
// environment, or the engine from outside of the program.
func (p *player) do(verb string, args []string) error {
	ctx := p.t.Context()
	if verb == "network" || verb == "container" {
		p.others = append(p.others, args...)
	}
	switch {
	case verb == "cp" && len(args) == 2:
		b, err := os.ReadFile(filepath.Join(p.dir, args[0]))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(p.dir, args[1]), b, 0o644)
	case verb == "env" && len(args) == 1:
		p.env = append(p.env, args[0])
		return nil
	case verb == "later":
		// The next second: whole ones are what the engine is asked about.
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
		return nil
	case verb == "network" && len(args) == 1:
		_, err := p.cli.NetworkCreate(ctx, args[0], network.CreateOptions{Driver: "bridge"})
		return err
	case verb == "container" && len(args) == 1:
		made, err := p.cli.ContainerCreate(ctx, &container.Config{Image: "probe"}, nil, nil, nil, args[0])
		if err != nil {
			return err
		}
		return p.cli.ContainerStart(ctx, made.ID, container.StartOptions{})
	case verb == "stop" && len(args) == 1:
		return p.cli.ContainerStop(ctx, args[0], container.StopOptions{})
	case verb == "remove" && len(args) == 1:
		return p.cli.ContainerRemove(ctx, args[0], container.RemoveOptions{Force: true})
	}
	return fmt.Errorf("no such line")
}

// name is what a step is called in a file.
func (s step) name(number int) string { return fmt.Sprintf("%d: %s", number, s.line) }

// merge writes what came of a command on both kinds of engine: once what is the
// same, twice what is not.
func merge(a, b step) string {
	var all strings.Builder
	part := func(what, ofA, ofB string) {
		one := func(head, text string) {
			if text != "" {
				fmt.Fprintf(&all, "> %s\n%s", head, ended(text))
			}
		}
		if ofA == ofB {
			one(what, ofA)
			return
		}
		one(what+" (API "+a.version+")", ofA)
		one(what+" (API "+b.version+")", ofB)
	}
	part("exit code", exitLine(a.exit), exitLine(b.exit))
	part("standard output", a.out, b.out)
	part("standard error", a.err, b.err)
	if len(a.changes)+len(b.changes) > 0 {
		all.WriteString("> changes\n" + interleave(a, b))
	}
	return all.String()
}

// interleave writes the changes of both kinds of engine in their order, those
// that both have once, and those that one has with its version in front.
func interleave(a, b step) string {
	x, y := a.changes, b.changes
	// common[i][j] is how many x[i:] and y[j:] have in common, in order.
	common := make([][]int, len(x)+1)
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var all strings.Builder
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			all.WriteString(x[i])
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && common[i+1][j] >= common[i][j+1]:
			all.WriteString("(API " + a.version + ") " + x[i])
			i++
		default:
			all.WriteString("(API " + b.version + ") " + y[j])
			j++
		}
	}
	return all.String()
}

// exitLine writes an exit code; none for success.
func exitLine(code int) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprintln(code)
}

// ended is a text whose last line is ended; a missing end is written out.
func ended(text string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "(no newline)\n"
}
