package tasks

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// inSwarm is a session of a project demo, of a file with a service web, on a swarm of three nodes,
// with what it prints.
func inSwarm(t *testing.T) (s *session.Session, e *enginetest.Engine, out, errs *bytes.Buffer) {
	t.Helper()
	e = enginetest.New(t, enginetest.Options{
		Images: []enginetest.Image{enginetest.Probe("probe:test")},
		Swarm:  []enginetest.Node{{Name: "node1"}, {Name: "node2", Worker: true}, {Name: "node3", Worker: true}},
	})
	file := filepath.Join(t.TempDir(), "fig.yml")
	if err := os.WriteFile(file, []byte("web:\n  image: probe:test\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	env := &session.Environment{Out: out, Err: errs, Version: "test", Connect: func(map[string]string) (engine.Client, error) {
		return connected(t, e)
	}}
	env.Pause = func(ctx context.Context, _ time.Duration) { // an engine in memory needs little time
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	s, err := session.Find(env, session.Options{Files: []string{file}, Project: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	s.Swarm = session.Manager(s)
	return s, e, out, errs
}

// service makes a service of demo with tasks that run a command; none: the image's.
func service(t *testing.T, s *session.Session, name string, replicas int, command ...string) {
	t.Helper()
	n := uint64(replicas)
	m := plan.Managed{Name: "demo_" + name, Service: name, Image: "probe:test", Replicas: replicas, Spec: deployed.ServiceSpec{Spec: api.ServiceSpec{
		Annotations:  api.Annotations{Name: "demo_" + name, Labels: map[string]string{labels.ProjectOf: "demo", labels.ServiceOf: name}},
		Mode:         api.ServiceMode{Replicated: &api.ReplicatedService{Replicas: &n}},
		EndpointSpec: &api.EndpointSpec{Mode: api.ResolutionModeDNSRR},
		TaskTemplate: api.TaskSpec{ContainerSpec: &api.ContainerSpec{Image: "probe:test", Command: command}},
	}}}
	if len(command) > 0 {
		m = Once{Service: name, Name: m.Name}.of(m)
	}
	if err := s.Swarm.Apply(t.Context(), plan.CreateManaged{Managed: m}, func(plan.Progress) {}); err != nil {
		t.Fatal(err)
	}
}

// nodesOf gives the nodes of the tasks that run, by name.
func nodesOf(t *testing.T, s *session.Session) (nodes []string) {
	t.Helper()
	seen, services, err := look(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replicas(seen, services) {
		for _, task := range r.current() {
			if runs(seen, task) {
				nodes = append(nodes, task.NodeName)
			}
		}
	}
	slices.Sort(nodes)
	return nodes
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func TestPsSaysWhatHasBecomeOfANodeThatWasKilled(t *testing.T) {
	s, e, out, errs := inSwarm(t)
	service(t, s, "web", 3)
	eventually(t, "three tasks run", func() bool { return slices.Equal(nodesOf(t, s), []string{"node1", "node2", "node3"}) })
	e.KillNode("node3")
	eventually(t, "its task moved", func() bool { n := nodesOf(t, s); return len(n) == 3 && !slices.Contains(n, "node3") })
	if err := (List{Format: "table"}).Print(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "node3 is down") || !strings.Contains(errs.String(), "note: node3 is down") || !strings.Contains(errs.String(), "moved to node") {
		t.Errorf("%s%s", out, errs)
	}
	var usage exit.Usage
	if err := (List{}).Print(t.Context(), s, []string{"nope"}); !errors.As(err, &usage) {
		t.Errorf("%v", err)
	}
}

func TestOnlyContainersOfTheEngineAtHandAreEntered(t *testing.T) {
	s, _, _, errs := inSwarm(t)
	service(t, s, "web", 3)
	eventually(t, "three tasks run", func() bool { return len(nodesOf(t, s)) == 3 })
	docker := func(container string) []string { return []string{"exec", container, "id"} }
	here, err := Here(t.Context(), s, "web", 0, docker)
	if err != nil || here.ID == "" || here.Number == 0 {
		t.Fatalf("%+v %v", here, err)
	}
	other := here.Number%3 + 1
	var f exit.Failure
	if _, err := Here(t.Context(), s, "web", other, docker); !errors.As(err, &f) || !strings.Contains(f.Advice[len(f.Advice)-1], "docker --context node") {
		t.Errorf("%v", err)
	}
	list, err := AllHere(t.Context(), s, nil, docker)
	if err != nil || len(list) != 1 || list[0].ID != here.ID || !strings.Contains(errs.String(), "not shown") {
		t.Errorf("%v %v %s", list, err, errs)
	}
}

func TestACommandThatIsRunOnceEndsWithItsCodeAndIsShown(t *testing.T) {
	for _, c := range []struct {
		name    string
		command []string
		code    int
		out     string
	}{
		{"good", []string{"/probe", "say", "done"}, 0, "done\n"},
		{"bad", []string{"/probe", "say", "-exit", "3", "oops"}, 3, "oops\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, out, errs := inSwarm(t)
			service(t, s, c.name, 1, c.command...)
			err := (&listener{session: s, name: "demo_" + c.name}).end(t.Context())
			var status exit.Status
			if errors.As(err, &status); int(status) != c.code || err != nil && status == 0 || out.String() != c.out {
				t.Errorf("%v, %q, %s", err, out, errs)
			}
			if err := remove(t.Context(), s, "demo_"+c.name); err != nil {
				t.Fatal(err)
			}
			if list, err := ListProjects(t.Context(), s); err != nil || len(list) != 0 {
				t.Errorf("%v %v", list, err)
			}
		})
	}
}

func TestLogsAreThoseOfAllNodes(t *testing.T) {
	s, _, out, _ := inSwarm(t)
	service(t, s, "web", 1, "/probe", "say", "hello")
	service(t, s, "db", 1, "/probe", "say", "hi")
	eventually(t, "both have ended", func() bool {
		seen, services, err := look(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, over := ended(seen, services)
		return over
	})
	if err := (Logs{Query: engine.LogQuery{Tail: -1}}).Print(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(lines)
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "db.1@node") || !strings.HasSuffix(lines[0], "| hi") || !strings.HasSuffix(lines[1], "| hello") {
		t.Errorf("%q", lines)
	}
}

// connected is a client that knows the engine's version already, as the program's does.
func connected(t *testing.T, e *enginetest.Engine) (engine.Client, error) {
	c, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithAPIVersionNegotiation())
	if err == nil {
		c.NegotiateAPIVersion(t.Context())
	}
	return c, err
}

func TestAnEngineInNoSwarmHasNoProjectsThere(t *testing.T) {
	e := enginetest.New(t, enginetest.Options{})
	env := &session.Environment{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Connect: func(map[string]string) (engine.Client, error) {
		return connected(t, e)
	}}
	s, err := session.Connect(env, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := ListProjects(t.Context(), s); err != nil || list != nil {
		t.Errorf("%v %v", list, err)
	}
}
