package realengine_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

const besideFile = `services:
  web:
    image: ` + scenario.ProbeImage + `
    depends_on: [db]
  db:
    image: ` + scenario.ProbeImage + `
    volumes: ["data:/data"]
volumes:
  data: {}
`

// beside is an engine, and the two tools.
type beside struct {
	cli          *client.Client
	theirs, ours string
	up           map[string][]string // by tool
}

func newBeside(t *testing.T) *beside {
	t.Helper()
	theirs := os.Getenv("STACKLITE_COMPOSE")
	if theirs == "" {
		t.Skip("name docker compose 5 in STACKLITE_COMPOSE")
	}
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	ours := filepath.Join(scenario.Program(t, "docker-stacklite"), "docker-stacklite")
	return &beside{cli, theirs, ours, map[string][]string{
		theirs: {"up", "-d", "--no-build", "--pull", "never"}, ours: {"up", "-d", "--no-build"},
	}}
}

// besideStack is besideFile under a name of its own.
type besideStack struct {
	*beside
	t            *testing.T
	dir, project string
}

func (s *beside) stack(t *testing.T) *besideStack {
	t.Helper()
	b := &besideStack{s, t, t.TempDir(), projectName()}
	if err := os.WriteFile(filepath.Join(b.dir, "compose.yaml"), []byte(besideFile), 0o644); err != nil {
		t.Fatal(err)
	}
	return b
}

// run gives what a tool says, and fails the test where it can't be run.
func (b *besideStack) run(program string, args ...string) (said string, failed bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{"-p", b.project}, args...)...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "HOME="+b.dir)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return string(out), err != nil
}

func (b *besideStack) must(program string, args ...string) {
	b.t.Helper()
	if said, failed := b.run(program, args...); failed {
		b.t.Fatalf("%v fails: %s", args, said)
	}
}

// inDB runs a program beside that of db and gives what it prints.
func (b *besideStack) inDB(t *testing.T, args ...string) string {
	t.Helper()
	x, err := b.cli.ContainerExecCreate(t.Context(), b.project+"-db-1", container.ExecOptions{Cmd: args, AttachStdout: true, AttachStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := b.cli.ContainerExecAttach(t.Context(), x.ID, container.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var out strings.Builder
	if _, err := stdcopy.StdCopy(&out, &out, conn.Reader); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestNeitherToolTouchesAStackOfTheOtherUnderTheSameName brings the same file up under one
// name with one tool and calls what takes stacks down, replaces and stops them of the other.
func TestNeitherToolTouchesAStackOfTheOtherUnderTheSameName(t *testing.T) {
	s := newBeside(t)
	type call struct {
		args  []string
		fails bool
		says  string
	}
	for _, c := range []struct {
		name, maker, other string
		calls              []call
	}{
		{"docker compose's", s.theirs, s.ours, []call{
			{args: []string{"ps", "-a"}, says: "left alone"},
			{args: []string{"stop"}, fails: true, says: "left alone"},
			{args: s.up[s.ours], fails: true, says: "was not made by stack-lite"},
			{args: []string{"down"}, fails: true, says: "left alone"},
			{args: []string{"down", "-v", "--remove-orphans"}, says: "kept: other containers use it"},
		}},
		{"ours", s.ours, s.theirs, []call{
			{args: []string{"stop"}},
			{args: s.up[s.theirs], fails: true, says: "is already in use"},
			{args: []string{"down", "--remove-orphans"}},
			{args: []string{"down", "-v"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := s.stack(t)
			t.Cleanup(func() { b.must(c.maker, "down", "-v") })
			b.must(c.maker, s.up[c.maker]...)
			before := runningIn(t, s.cli, b.project)
			if len(before) != 2 {
				t.Fatalf("%d containers run: %v", len(before), before)
			}
			for _, call := range c.calls {
				if said, failed := b.run(c.other, call.args...); failed != call.fails || !strings.Contains(said, call.says) {
					t.Errorf("%v fails: %v, and says\n%s", call.args, failed, said)
				}
				if after := runningIn(t, s.cli, b.project); !slices.Equal(before, after) {
					t.Errorf("after %v: %v run, before %v", call.args, after, before)
				}
				if _, err := s.cli.VolumeInspect(t.Context(), b.project+"_data"); err != nil {
					t.Errorf("after %v: %v", call.args, err)
				}
			}
			b.must(c.maker, "down", "-v")
			if left := runningIn(t, s.cli, b.project); len(left) > 0 {
				t.Errorf("%v still run", left)
			}
			b.must(c.other, s.up[c.other]...) // the way is free
			b.must(c.other, "down", "-v")
		})
	}
}

// TestDataGoesFromOneToolToTheOtherAndBack takes a stack down with the tool that made it and
// brings it up with the other one: what is in its volumes is there.
func TestDataGoesFromOneToolToTheOtherAndBack(t *testing.T) {
	s := newBeside(t)
	first, second := s.theirs, s.ours
	for _, maker := range []string{"docker compose", "ours"} {
		t.Run(maker, func(t *testing.T) {
			b := s.stack(t)
			t.Cleanup(func() { b.must(first, "down", "-v") })
			b.must(first, s.up[first]...)
			b.inDB(t, "/probe", "write", "/data/note", "made by the first")
			for _, tool := range []string{second, first} {
				b.must(map[string]string{second: first, first: second}[tool], "down")
				b.must(tool, s.up[tool]...)
				if said := b.inDB(t, "/probe", "read", "/data/note"); said != "made by the first\n" {
					t.Errorf("the volume holds %q", said)
				}
			}
		})
		first, second = second, first
	}
}

// runningIn lists the containers of a project that run, with when they began to.
func runningIn(t *testing.T, cli *client.Client, project string) []string {
	t.Helper()
	list, err := cli.ContainerList(context.Background(), container.ListOptions{Filters: filters.NewArgs(filters.Arg("label", "com.docker.compose.project="+project))})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range list {
		full, err := cli.ContainerInspect(context.Background(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Names[0]+" "+c.ID+" "+full.State.StartedAt)
	}
	slices.Sort(all)
	return all
}
