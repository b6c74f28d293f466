package scenario

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// ProbeImage is the image that services of scripts are made from: enginetest/probe
// and nothing else.
const ProbeImage = "stacklite-probe:test"

// The labels that scripts are judged by. They are public: other tools group
// containers by them.
const (
	LabelProject = "com.docker.compose.project"
	LabelService = "com.docker.compose.service"
	LabelNumber  = "com.docker.compose.container-number"
)

// Scene is where one script runs: an engine and a project name that no other
// has.
type Scene struct {
	Host    string
	Client  *client.Client
	Memory  *enginetest.Engine // nil on a real engine
	Project string
	// remembered holds by service the replicas as they were at that time.
	remembered map[string][]replica
	externals  []replica
	events     []events.Message
	volumes    []string // that were to be remembered
	mounted    []string // volumes that containers of the script's projects had at some time
}

// New makes a scene on an engine, of which it removes, when the test ends, what
// belongs to its project.
func New(t testing.TB, host string, memory *enginetest.Engine) *Scene {
	t.Helper()
	cli, err := client.NewClientWithOpts(client.FromEnv, client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	cli.NegotiateAPIVersion(context.Background())
	var b [4]byte
	rand.Read(b[:])
	s := &Scene{
		Host: host, Client: cli, Memory: memory,
		Project:    "slt" + hex.EncodeToString(b[:]),
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

// SetEnvironment sets the environment of a script.
func (s *Scene) SetEnvironment(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(filepath.Join(home, ".docker"), 0o755); err != nil {
		return err
	}
	port, err := FreePort()
	if err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("DOCKER_CONFIG", filepath.Join(home, ".docker"))
	env.Setenv("DOCKER_HOST", s.Host)
	env.Setenv("COMPOSE_PROJECT_NAME", s.Project)
	env.Setenv("PORT", port)
	env.Setenv("STACKLITE_PROBER", os.Getenv("STACKLITE_PROBER"))
	env.Setenv("STACKLITE_DISCOVERY", s.Project+"*") // other scripts on the engine must not matter to this one
	if s.Memory != nil {
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
func (s *Scene) builder() string {
	if versions.LessThan(s.Client.ClientVersion(), "1.44") {
		return "classic"
	}
	return "buildkit"
}

// FreePort finds a port of the host that nothing listens on.
func FreePort() (string, error) {
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
func (s *Scene) ours(name string) bool {
	return strings.HasPrefix(strings.TrimPrefix(name, "/"), s.Project)
}

// clear removes all that the script made, whatever state it was left in.
func (s *Scene) clear(ctx context.Context) error {
	if s.Memory != nil {
		s.Memory.Fail(nil)
	}
	if _, err := ownVolumes(s); err != nil { // while containers have them
		return err
	}
	containers, err := s.Client.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return err
	}
	for _, c := range containers {
		if s.ours(c.Labels[LabelProject]) || slices.ContainsFunc(c.Names, s.ours) {
			err := s.Client.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
			if err != nil && !cerrdefs.IsNotFound(err) {
				return err
			}
		}
	}
	if err := clearVolumes(ctx, s); err != nil {
		return err
	}
	networks, err := s.Client.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return err
	}
	for _, n := range networks {
		byHand := strings.HasPrefix(n.Name, "stacklite_") && strings.Contains(n.Name, s.Project)
		if s.ours(n.Labels[LabelProject]) || s.ours(n.Name) || byHand {
			if err := s.Client.NetworkRemove(ctx, n.ID); err != nil && !cerrdefs.IsNotFound(err) && !isGhost(ctx, s, n.ID) {
				return err
			}
		}
	}
	return clearImages(ctx, s)
}

// isGhost reports whether a network has nobody on it though the engine does not remove
// it. A busy engine 20.10 comes to that, and only a restart of it mends it.
func isGhost(ctx context.Context, s *Scene, id string) bool {
	n, err := s.Client.NetworkInspect(ctx, id, network.InspectOptions{})
	return s.Memory == nil && err == nil && len(n.Containers) == 0
}

// clearImages removes the images that the script made.
func clearImages(ctx context.Context, s *Scene) error {
	images, err := s.Client.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return err
	}
	for _, i := range images {
		refs := slices.DeleteFunc(slices.Clone(i.RepoTags), func(tag string) bool { return !s.ours(tag) })
		if s.ours(i.Labels[LabelProject]) {
			refs = append(refs, i.ID) // it may have lost its name to a newer one
		}
		for _, ref := range refs {
			_, err := s.Client.ImageRemove(ctx, ref, image.RemoveOptions{})
			// Gone with its last name, or with the image that is built upon it.
			if err != nil && !cerrdefs.IsNotFound(err) && !cerrdefs.IsConflict(err) {
				return err
			}
		}
	}
	return nil
}

// split reads PROJECT/SERVICE; a service alone is one of the script's project.
// /CONTAINER is a container of any or no project.
func (s *Scene) split(word string) (project, service string) {
	if project, service, ok := strings.Cut(word, "/"); ok {
		return project, service
	}
	return s.Project, word
}

// networks lists the networks of a project by label and by name.
func (s *Scene) networks(project string) ([]string, error) {
	list, err := s.Client.NetworkList(context.Background(), network.ListOptions{})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, n := range list {
		if n.Labels[LabelProject] == project || strings.HasPrefix(n.Name, project+"_") {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}
