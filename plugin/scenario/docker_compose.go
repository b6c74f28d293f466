package scenario

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/scenario/composev1"
)

// lastAPI is the newest version of the API of engines on which docker-compose 1.29.2
// replaces containers. Later ones no longer say of an image what container it was made
// from, without which it dies halfway.
const lastAPI = "1.43"

// dockerComposeProgram is docker-compose 1.29.2 itself; empty: it is not installed.
var dockerComposeProgram = sync.OnceValue(func() string {
	path, err := exec.LookPath("docker-compose")
	if err != nil {
		return ""
	}
	said, err := exec.Command(path, "version", "--short").Output()
	if err != nil || strings.TrimSpace(string(said)) != composev1.Version {
		return ""
	}
	return path
})

// NeedDockerCompose is the program docker-compose of version 1.29. Without it the test is
// skipped.
func NeedDockerCompose(t *testing.T) string {
	t.Helper()
	program, missing := DockerCompose()
	if missing != "" {
		t.Skip(missing)
	}
	return program
}

// SkipNewer skips what is compared on engines for which docker-compose 1.29 was made: see
// lastAPI; and an image that was never pushed has a digest on later ones.
func SkipNewer(t *testing.T, cli *client.Client) {
	t.Helper()
	engine, err := cli.ServerVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if versions.GreaterThan(engine.APIVersion, lastAPI) {
		t.Skip("docker-compose 1.29 does not work with Docker Engine " + engine.Version)
	}
}

// trueDockerCompose is the program that the scene can use; empty: its equal has to
// do. In memory that is quicker, and can be relied on to do things in one order.
func trueDockerCompose(s *Scene) string {
	if s.Memory != nil {
		return ""
	}
	if versions.GreaterThan(s.Client.ClientVersion(), lastAPI) {
		return ""
	}
	return dockerComposeProgram()
}

// dockerCompose runs docker-compose 1.29.2, or does what it does.
func dockerCompose(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: docker-compose ARG...")
	}
	err := runCommand(ts, append([]string{"docker-compose"}, args...))
	if neg && err == nil {
		ts.Fatalf("docker-compose %v succeeds", args)
	}
	if !neg {
		ts.Check(err)
	}
}

// runCommand runs a program of a script, or docker-compose, which may be none.
func runCommand(ts *testscript.TestScript, command []string) error {
	s := Of(ts)
	if command[0] != "docker-compose" {
		return ts.Exec(command[0], command[1:]...)
	}
	if program := trueDockerCompose(s); program != "" {
		return ts.Exec(program, command[1:]...)
	}
	env := map[string]string{}
	for _, name := range []string{"COMPOSE_PROJECT_NAME", "COMPOSE_FILE", "PORT"} {
		if value := ts.Getenv(name); value != "" {
			env[name] = value
		}
	}
	return equalOf(ts.Getenv("DOCKER_HOST"), ts.MkAbs("."), env, command[1:])
}

// equalOf does what docker-compose does, over a connection of its own.
func equalOf(host, dir string, env map[string]string, args []string) error {
	cli, err := client.NewClientWithOpts(client.FromEnv, client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		return err
	}
	defer cli.Close()
	// The directory as a program would find it out.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	return composev1.Run(context.Background(), composev1.Options{Client: cli, Dir: dir, Env: env}, args...)
}

// DockerCompose runs docker-compose 1.29.2 in the project folder, or does what it
// does.
func (s *Stage) DockerCompose(args ...string) error {
	if program := trueDockerCompose(s.Scene); program != "" {
		cmd := exec.Command(program, args...)
		cmd.Dir = s.Dir
		cmd.Env = append(os.Environ(), "HOME="+s.Dir, "DOCKER_CONFIG="+s.Dir,
			"DOCKER_HOST="+s.Host, "COMPOSE_PROJECT_NAME="+s.Project, "COMPOSE_FILE=fig.yml")
		return output(cmd)
	}
	return equalOf(s.Host, s.Dir, map[string]string{"COMPOSE_PROJECT_NAME": s.Project, "COMPOSE_FILE": "fig.yml"}, args)
}
