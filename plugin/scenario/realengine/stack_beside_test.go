package realengine_test

import (
	"bytes"
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

// TestNeitherToolTouchesAStackOfTheOtherUnderTheSameName brings the same file up under one
// name with one tool and calls what takes stacks down, replaces and stops them of the other.
func TestNeitherToolTouchesAStackOfTheOtherUnderTheSameName(t *testing.T) {
	theirs := os.Getenv("STACKLITE_COMPOSE")
	if theirs == "" {
		t.Skip("name docker compose 5 in STACKLITE_COMPOSE")
	}
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	ours := filepath.Join(scenario.Program(t, "docker-stacklite"), "docker-stacklite")
	up := map[string][]string{theirs: {"up", "-d", "--no-build", "--pull", "never"}, ours: {"up", "-d", "--no-build"}}

	// Whether a call fails is the tool's; what it prints of the other's has to be there.
	type call struct {
		args  []string
		fails bool
		says  string
	}
	for _, c := range []struct {
		name, maker, other string
		calls              []call
	}{
		{"docker compose's", theirs, ours, []call{
			{args: []string{"ps", "-a"}, says: "left alone"},
			{args: []string{"stop"}, fails: true, says: "left alone"},
			{args: up[ours], fails: true, says: "was not made by stack-lite"},
			{args: []string{"down"}, fails: true, says: "left alone"},
			{args: []string{"down", "-v", "--remove-orphans"}, says: "kept: other containers use it"},
		}},
		{"ours", ours, theirs, []call{
			{args: []string{"stop"}},
			{args: up[theirs], fails: true, says: "is already in use"},
			{args: []string{"down", "--remove-orphans"}},
			{args: []string{"down", "-v"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, project := t.TempDir(), projectName()
			if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(besideFile), 0o644); err != nil {
				t.Fatal(err)
			}
			run := func(program string, args ...string) (string, error) {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, program, append([]string{"-p", project}, args...)...)
				var said bytes.Buffer
				cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), "HOME="+dir), &said, &said
				err := cmd.Run()
				return said.String(), err
			}
			must := func(program string, args ...string) {
				t.Helper()
				if said, err := run(program, args...); err != nil {
					t.Fatalf("%v: %v\n%s", args, err, said)
				}
			}
			t.Cleanup(func() { must(c.maker, "down", "-v") })
			must(c.maker, up[c.maker]...)
			before := runningIn(t, cli, project)
			if len(before) != 2 {
				t.Fatalf("%d containers run: %v", len(before), before)
			}
			for _, call := range c.calls {
				said, err := run(c.other, call.args...)
				if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
					t.Fatal(err)
				}
				if (err != nil) != call.fails || !strings.Contains(said, call.says) {
					t.Errorf("%v: %v\n%s", call.args, err, said)
				}
				if after := runningIn(t, cli, project); !slices.Equal(before, after) {
					t.Errorf("after %v: %v run, before %v", call.args, after, before)
				}
				if _, err := cli.VolumeInspect(t.Context(), project+"_data"); err != nil {
					t.Errorf("after %v: %v", call.args, err)
				}
			}
			must(c.maker, "down", "-v")
			if left := runningIn(t, cli, project); len(left) > 0 {
				t.Errorf("%v still run", left)
			}
			must(c.other, up[c.other]...) // the way is free
			must(c.other, "down", "-v")
		})
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
