package tasks

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

func TestATaskOnTheNodeAtHandIsPreferred(t *testing.T) {
	up := func(id string, slot int, node string) observed.Task {
		return task(id, slot, node, "running", "running", time.Minute)
	}
	lost := three(3, up("a", 1, "node3"), up("b", 2, "node2"), up("c", 3, "node1"))
	lost.Nodes[2].State = "down"
	for _, c := range []struct {
		name  string
		seen  *observed.Swarm
		index int
		want  string
	}{
		{"the one at hand", three(3, up("a", 1, "node2"), up("b", 2, "node1"), up("c", 3, "node1")), 0, "b"},
		{"the first, where none is", three(2, up("a", 1, "node2"), up("b", 2, "node3")), 0, "a"},
		{"the one with the number, wherever it is", three(2, up("a", 1, "node1"), up("b", 2, "node3")), 2, "b"},
		{"not one whose node is down", lost, 0, "c"},
		{"not one that is replaced", three(1, up("b", 1, "node2"), task("a", 1, "node1", "running", "shutdown", time.Hour)), 0, "b"},
	} {
		got, err := pick(c.seen, "web", c.index, "id-node1")
		if err != nil || got.ID != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got.ID, err, c.want)
		}
	}
}

func TestWhatDoesNotRunSaysWhy(t *testing.T) {
	stopped := three(0)
	stopped.Services[0].Stopped = true
	waiting := three(1, failing(task("a", 1, "", "pending", "running", time.Minute), "no suitable node (x)"))
	crashed := three(1, failing(task("a", 1, "node1", "failed", "shutdown", time.Minute), "task: non-zero exit (3)"))
	for _, c := range []struct {
		seen          *observed.Swarm
		service, want string
		index         int
	}{
		{three(1), "db", "no task found for db; to start it: docker stacklite up -d db", 0},
		{stopped, "web", "web is stopped; to start it: docker stacklite start web", 0},
		{waiting, "web", "web does not run: no suitable node (x); to see its tasks: docker stacklite ps web", 0},
		{crashed, "web", "web.1 does not run: exit code 3; to see its tasks: docker stacklite ps web", 1},
		{crashed, "web", "web.2 does not run; to see its tasks: docker stacklite ps web", 2},
	} {
		_, err := pick(c.seen, c.service, c.index, "")
		var f exit.Failure
		if !errors.As(err, &f) || f.Msg+"; "+strings.Join(f.Advice, "; ") != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestWhatRunsElsewhereSaysWhereAndWhatToType(t *testing.T) {
	seen := three(1, task("xyz", 1, "node2", "running", "running", time.Minute))
	for _, c := range []struct {
		contexts map[string]string
		want     []string
	}{
		{nil, []string{
			"demo_web.1 runs on node2 (10.9.0.2), and only the engine there reaches its container",
			"to make a context of that engine: docker context create node2 --docker host=ssh://10.9.0.2",
			"there: docker --context node2 exec -it demo_web.1.xyz 'a b'",
		}},
		{map[string]string{"default": "unix:///var/run/docker.sock", "far": "ssh://me@10.9.0.2:22"}, []string{
			"demo_web.1 runs on node2, and only the engine there reaches its container", "there: docker --context far exec -it demo_web.1.xyz 'a b'",
		}},
		{map[string]string{"n": "tcp://NODE2:2376"}, []string{
			"demo_web.1 runs on node2, and only the engine there reaches its container", "there: docker --context n exec -it demo_web.1.xyz 'a b'",
		}},
	} {
		f := elsewhere(seen, seen.Tasks[0], c.contexts, []string{"exec", "-it", containerName(seen.Tasks[0]), "a b"})
		if got := append([]string{f.Msg}, f.Advice...); !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestPortsAreThoseOfAllNodesOrOfTheOneOfATask(t *testing.T) {
	seen := three(2, task("a", 1, "node1", "running", "running", time.Minute), task("b", 2, "node2", "running", "running", time.Minute))
	if got := published(seen, "web", 0, 80, "tcp"); !slices.Equal(got, []string{"0.0.0.0:8080"}) {
		t.Errorf("%v", got)
	}
	if got := published(seen, "web", 0, 80, "udp"); got != nil {
		t.Errorf("%v", got)
	}
	seen.Services[0].Ports[0].Mode = "host"
	for i := range seen.Tasks {
		seen.Tasks[i].Ports = []observed.ServicePort{{Target: 80, Published: 8080 + uint16(i), Protocol: "tcp", Mode: "host"}}
	}
	if got := published(seen, "web", 0, 80, "tcp"); !slices.Equal(got, []string{"10.9.0.1:8080", "10.9.0.2:8081"}) {
		t.Errorf("%v", got)
	}
	if got := published(seen, "web", 2, 80, "tcp"); !slices.Equal(got, []string{"10.9.0.2:8081"}) {
		t.Errorf("%v", got)
	}
}

func TestJobsEndWithTheCodesOfTheirTasks(t *testing.T) {
	done := func(id string, slot int) observed.Task {
		return task(id, slot, "node1", "complete", "complete", time.Minute)
	}
	bad := func(id string, code int, desired string) observed.Task {
		t := task(id, 2, "node1", "failed", desired, time.Minute)
		t.ExitCode = code
		return t
	}
	lost := three(2, done("a", 1), task("b", 2, "node3", "running", "shutdown", time.Hour))
	lost.Nodes[2].State = "down"
	for _, c := range []struct {
		name  string
		seen  *observed.Swarm
		codes []int
		over  bool
	}{
		{"all completed", three(2, done("a", 1), done("b", 2)), []int{0, 0}, true},
		{"one runs", three(2, done("a", 1), task("b", 2, "node1", "running", "complete", time.Minute)), []int{0, 0}, false},
		{"one has failed for good", three(2, done("a", 1), bad("b", 3, "shutdown")), []int{0, 3}, true},
		{"one has failed, and nobody has decided what comes", three(2, done("a", 1), bad("b", 3, "complete")), []int{0, 3}, false},
		{"one is begun again", three(2, done("a", 1), task("c", 2, "node1", "ready", "ready", 0), bad("b", 3, "shutdown")), []int{0, 0}, false},
		{"one has completed in the end", three(2, done("a", 1), task("c", 2, "node1", "complete", "complete", 0), bad("b", 3, "shutdown")), []int{0, 0}, true},
		{"one could not be begun", three(1, task("b", 1, "node1", "rejected", "shutdown", 0)), []int{1}, true},
		{"one was lost", lost, []int{0, 1}, true},
	} {
		c.seen.Services[0].Job = true
		codes, over := ended(c.seen, c.seen.Services)
		if !slices.Equal(codes, c.codes) || over != c.over {
			t.Errorf("%s: %v %v, want %v %v", c.name, codes, over, c.codes, c.over)
		}
	}
}

func TestNamesOfImagesAreTakenApart(t *testing.T) {
	for image, want := range map[string][3]string{
		"web":                          {"web", "latest", ""},
		"web:1@sha256:a":               {"web", "1", "sha256:a"},
		"localhost:5000/web":           {"localhost:5000/web", "latest", ""},
		"localhost:5000/web@sha256:a":  {"localhost:5000/web", "<none>", "sha256:a"},
		"localhost:5000/a/web:2@sha:b": {"localhost:5000/a/web", "2", "sha:b"},
	} {
		r, tag, digest := splitImage(image)
		if got := [3]string{r, tag, digest}; got != want {
			t.Errorf("%s: %v", image, got)
		}
	}
}

func TestProjectsCountWhatRunsAndWhatIsToRun(t *testing.T) {
	seen := &observed.Swarm{Services: []observed.Service{
		{Project: "shop", Service: "web", Replicas: 3, Wanted: 3, Running: 2, Dir: "/srv", Files: []string{"/srv/fig.yml"}},
		{Project: "shop", Service: "job", Job: true, Completed: 1},
		{Project: "shop", Service: "web", OneOff: true, Job: true, Running: 1},
		{Project: "old", Service: "web", Stopped: true, Held: 2},
		{Service: "none"},
	}}
	var got []string
	for _, p := range Projects(seen) {
		got = append(got, p.Name, p.Status(), strings.Join(p.Files, ","))
	}
	want := []string{"old", "stopped(1)", "", "shop", "complete(1), pending(1), running(2)", "/srv/fig.yml"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestASwarmIsSeenAsOneEngine(t *testing.T) {
	one := task("a", 1, "node1", "running", "running", time.Minute)
	one.Addresses, one.Container = []string{"10.0.9.4/24", "10.0.1.3/24"}, "c1"
	seen := three(2, one, task("b", 2, "node2", "preparing", "running", 0), task("old", 2, "node3", "failed", "shutdown", time.Minute))
	seen.Networks[0].Subnet = "10.0.1.0/24"
	seen.Services[0].Attached[0].Aliases = []string{"web"}
	s := Snapshot(seen)
	if len(s.Containers) != 2 || !s.Networks[0].Traffic {
		t.Fatalf("%+v", s)
	}
	a, b := s.Containers[0], s.Containers[1]
	e := a.Endpoints[0]
	if a.Name != "demo_web.1.a" || !a.State.Up() || b.State.Up() || e.Address.String() != "10.0.1.3" || !slices.Equal(e.Aliases, []string{"demo_web", "web"}) {
		t.Errorf("%+v %+v", a, b)
	}
}
