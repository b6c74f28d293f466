package scenario_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// probeImage is the image that services of scripts are made from: enginetest/probe
// and nothing else.
const probeImage = "stacklite-probe:test"

// The labels that scripts are judged by. They are public: other tools group
// containers by them.
const (
	labelProject = "com.docker.compose.project"
	labelService = "com.docker.compose.service"
)

// sceneKey is where a script's scene is kept.
type sceneKey struct{}

// scene is where one script plays: an engine and a project name that nobody
// else has.
type scene struct {
	host    string
	cli     *client.Client
	memory  *enginetest.Engine // nil on a real engine
	project string
	// remembered holds by service the replicas as they were at that time.
	remembered map[string][]replica
	strangers  []replica
}

func newScene(t testing.TB, host string, memory *enginetest.Engine) *scene {
	t.Helper()
	cli, err := client.NewClientWithOpts(client.FromEnv, client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	cli.NegotiateAPIVersion(context.Background())
	var b [4]byte
	rand.Read(b[:])
	s := &scene{
		host: host, cli: cli, memory: memory,
		project:    "slt" + hex.EncodeToString(b[:]),
		remembered: map[string][]replica{},
	}
	t.Cleanup(func() {
		defer cli.Close()
		if err := s.clear(context.Background()); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	})
	return s
}

// furnish sets the environment of a script.
func (s *scene) furnish(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(filepath.Join(home, ".docker"), 0o755); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("DOCKER_CONFIG", filepath.Join(home, ".docker"))
	env.Setenv("DOCKER_HOST", s.host)
	env.Setenv("COMPOSE_PROJECT_NAME", s.project)
	env.Setenv("PORT", port)
	env.Setenv("STACKLITE_PROBER", os.Getenv("STACKLITE_PROBER"))
	env.Setenv("STACKLITE_DISCOVERY", s.project+"*") // other scripts on the engine are no concern of this one
	if s.memory != nil {
		// Not buildx, which may be installed: it needs more than the model has.
		env.Setenv("STACKLITE_BUILDER", s.builder())
		return nil
	}
	for _, name := range []string{"DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"} {
		env.Setenv(name, os.Getenv(name))
	}
	return nil
}

// builder is how images are built in memory: each engine takes another way.
func (s *scene) builder() string {
	if versions.LessThan(s.cli.ClientVersion(), "1.44") {
		return "classic"
	}
	return "buildkit"
}

// freePort finds a port of the host that nothing listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// ours reports whether a name or a label belongs to the script's projects: all
// begin with the name of the first.
func (s *scene) ours(name string) bool {
	return strings.HasPrefix(strings.TrimPrefix(name, "/"), s.project)
}

// clear removes all that the script made, whatever state it was left in.
func (s *scene) clear(ctx context.Context) error {
	if s.memory != nil {
		s.memory.Fail(nil)
	}
	containers, err := s.cli.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return err
	}
	for _, c := range containers {
		if s.ours(c.Labels[labelProject]) || slices.ContainsFunc(c.Names, s.ours) {
			err := s.cli.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
			if err != nil && !cerrdefs.IsNotFound(err) {
				return err
			}
		}
	}
	networks, err := s.cli.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return err
	}
	for _, n := range networks {
		byHand := strings.HasPrefix(n.Name, "stacklite_") && strings.Contains(n.Name, s.project)
		if s.ours(n.Labels[labelProject]) || s.ours(n.Name) || byHand {
			if err := s.cli.NetworkRemove(ctx, n.ID); err != nil && !cerrdefs.IsNotFound(err) {
				return err
			}
		}
	}
	images, err := s.cli.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return err
	}
	for _, i := range images {
		for _, tag := range i.RepoTags {
			if !s.ours(tag) {
				continue
			}
			if _, err := s.cli.ImageRemove(ctx, tag, image.RemoveOptions{}); err != nil && !cerrdefs.IsNotFound(err) {
				return err
			}
		}
	}
	return nil
}

// split reads PROJECT/SERVICE; a service alone is one of the script's project.
// /CONTAINER is a container, whoever made it, and no project.
func (s *scene) split(word string) (project, service string) {
	if project, service, ok := strings.Cut(word, "/"); ok {
		return project, service
	}
	return s.project, word
}

// replica is one container of a service, as the engine describes it.
type replica struct {
	id, name string
	running  bool
	started  string
	addrs    []string
	names    []string          // under which others might find it
	volumes  map[string]string // by where they are mounted
}

// replicas lists the containers of a service, the oldest first.
func (s *scene) replicas(word string) ([]replica, error) {
	project, service := s.split(word)
	ctx := context.Background()
	list, err := s.cli.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	var replicas []replica
	for _, c := range list {
		if project == "" && !slices.Contains(c.Names, "/"+service) {
			continue
		}
		if project != "" && (c.Labels[labelProject] != project || c.Labels[labelService] != service) {
			continue
		}
		r, err := s.inspect(ctx, c.ID)
		if cerrdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		r.names = append(r.names, service)
		replicas = append(replicas, r)
	}
	return replicas, nil
}

func (s *scene) inspect(ctx context.Context, id string) (replica, error) {
	c, err := s.cli.ContainerInspect(ctx, id)
	if err != nil {
		return replica{}, err
	}
	name := strings.TrimPrefix(c.Name, "/")
	r := replica{
		id: c.ID, name: name, running: c.State.Running, started: c.State.StartedAt,
		names:   []string{name, c.ID[:12], c.Config.Hostname},
		volumes: map[string]string{},
	}
	for _, m := range c.Mounts {
		if m.Name != "" {
			r.volumes[m.Destination] = m.Name
		}
	}
	// Without the project, as in web_1.
	if _, short, ok := strings.Cut(name, "_"); ok {
		r.names = append(r.names, short)
	}
	for _, endpoint := range c.NetworkSettings.Networks {
		if endpoint.IPAddress != "" {
			r.addrs = append(r.addrs, endpoint.IPAddress)
		}
		r.names = append(r.names, endpoint.Aliases...)
	}
	return r, nil
}

// networks lists the networks of a project by label and by name.
func (s *scene) networks(project string) ([]string, error) {
	list, err := s.cli.NetworkList(context.Background(), network.ListOptions{})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, n := range list {
		if n.Labels[labelProject] == project || strings.HasPrefix(n.Name, project+"_") {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// probe runs the probe inside a container and gives its exit status and what
// it printed.
func (s *scene) probe(r replica, args ...string) (code int, printed string, err error) {
	ctx := context.Background()
	x, err := s.cli.ContainerExecCreate(ctx, r.id, container.ExecOptions{
		Cmd: append([]string{"/probe"}, args...), Tty: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return 0, "", err
	}
	conn, err := s.cli.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{Tty: true})
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	var out strings.Builder
	if _, err := conn.Reader.WriteTo(&out); err != nil {
		return 0, "", err
	}
	state, err := s.cli.ContainerExecInspect(ctx, x.ID)
	if err != nil {
		return 0, "", err
	}
	if state.Running {
		return 0, "", fmt.Errorf("probe %v in %s goes on without output", args, r.name)
	}
	return state.ExitCode, out.String(), nil
}

// patience is how long a state may take to come about.
func (s *scene) patience() time.Duration {
	if s.memory != nil {
		return 2 * time.Second
	}
	return 15 * time.Second
}

// eventually asks until the answer is no error any more, and gives the last
// error when patience is over.
func (s *scene) eventually(ask func() error) error {
	deadline := time.Now().Add(s.patience())
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		err := ask()
		if err == nil || time.Now().After(deadline) {
			tick.Stop()
			return err
		}
	}
}
