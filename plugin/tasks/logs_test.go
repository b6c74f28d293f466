package tasks

import (
	"slices"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/swarm"
)

func TestLinesAreAfterTheTaskAndItsNode(t *testing.T) {
	one := task("a", 2, "node2", "running", "running", time.Minute)
	for _, c := range []struct {
		task observed.Task
		want string
	}{
		{one, "web.2@node2"},
		{observed.Task{Name: "my_app_web.1", Node: "x"}, "my_app_web.1@x"},
		{observed.Task{Name: "web.1"}, "web.1"},
	} {
		if got := logName("demo", c.task); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestWhatCanNotBeReadIsSaid(t *testing.T) {
	seen := three(2, task("a", 1, "node1", "running", "running", time.Minute), task("c", 2, "node2", "running", "running", time.Minute),
		task("b", 2, "node3", "running", "shutdown", time.Hour), task("d", 2, "node3", "failed", "shutdown", time.Hour))
	if got := unread(seen, seen.Services); got != nil {
		t.Errorf("%q", got)
	}
	seen.Nodes[2].State = "down"
	if got := unread(seen, seen.Services); !slices.Equal(got, []string{"node3 is down: what was written there can't be read (demo_web.2)"}) {
		t.Errorf("%q", got)
	}
}

func TestEventsOfTasksSayWhere(t *testing.T) {
	bad := failing(task("a", 1, "node2", "failed", "shutdown", 0), "x")
	bad.ExitCode = 3
	got := event(swarm.Event{Type: "task", Action: "failed", ID: "a", Name: bad.Name, Service: "web", Task: &bad})
	want := map[string]string{"name": "demo_web.1", "node": "node2", "error": "x", "exitCode": "3"}
	for name, value := range want {
		if got.Attributes[name] != value {
			t.Errorf("%s: %q", name, got.Attributes[name])
		}
	}
	if got := event(swarm.Event{Type: "service"}); got.Attributes == nil {
		t.Error("in JSON there would be null")
	}
}
