package tasks

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/view"
)

var rewrite = flag.Bool("update", false, "rewrite testdata")

// now is the time of all tests.
func now() time.Time { return time.Date(2026, 1, 2, 15, 0, 0, 0, time.UTC) }

// task makes a task of web: its slot, node, state, what it is to come to, and how long
// it has been in its state.
func task(id string, slot int, node, state, desired string, before time.Duration) observed.Task {
	t := observed.Task{
		ID: id, Service: "s-web", Name: fmt.Sprintf("demo_web.%d", slot), Slot: slot, Node: "id-" + node, NodeName: node,
		State: state, Desired: desired, Image: "web:1@sha256:abc", Since: now().Add(-before), Created: now().Add(-before - time.Second),
	}
	if node == "" {
		t.Node = ""
	}
	return t
}

// failing is a task with an error.
func failing(t observed.Task, err string) observed.Task {
	t.Err = err
	return t
}

// three is a swarm of three nodes with a service web of n replicas.
func three(n int, tasks ...observed.Task) *observed.Swarm {
	node := func(name string, leader bool) observed.Node {
		return observed.Node{ID: "id-" + name, Name: name, Manager: leader, Leader: leader, State: "ready", Availability: "active", Address: "10.9.0." + name[4:]}
	}
	return &observed.Swarm{
		Services: []observed.Service{{
			ID: "s-web", Name: "demo_web", Project: "demo", Service: "web", Image: "web:1", Replicas: n, Wanted: n,
			Attached: []observed.Attachment{{Network: "n1"}},
			Ports:    []observed.ServicePort{{Target: 80, Published: 8080, Protocol: "tcp", Mode: "ingress"}},
		}},
		Networks: []observed.Network{{ID: "n1", Name: "demo_web-db"}},
		Nodes:    []observed.Node{node("node1", true), node("node2", false), node("node3", false)},
		Tasks:    tasks,
	}
}

func TestPsShowsWhatRunsAndWhatHasHappened(t *testing.T) {
	up := func(id string, slot int, node string) observed.Task {
		return task(id, slot, node, "running", "running", 3*time.Minute)
	}
	killed := three(3, up("a", 1, "node1"), task("b2", 2, "node2", "running", "running", 20*time.Second),
		task("b1", 2, "node3", "running", "shutdown", time.Hour), failing(task("c2", 3, "", "pending", "running", 25*time.Second), "no suitable node (insufficient resources on 2 nodes)"),
		task("c1", 3, "node3", "running", "shutdown", time.Hour))
	killed.Nodes[2].State, killed.Nodes[2].Message = "down", "heartbeat failure"

	drained := three(2, up("a", 1, "node1"), task("b2", 2, "node2", "running", "running", 20*time.Second), task("b1", 2, "node3", "shutdown", "shutdown", 22*time.Second))
	drained.Nodes[2].Availability = "drain"

	update := three(2, task("a2", 1, "node1", "running", "running", 5*time.Second), task("a1", 1, "node1", "shutdown", "shutdown", 6*time.Second),
		task("b2", 2, "node2", "ready", "ready", time.Second), task("b1", 2, "node2", "running", "shutdown", time.Hour))
	update.Services[0].Update = observed.Update{State: "updating"}

	crashing := three(1, task("a3", 1, "node1", "ready", "ready", 2*time.Second), failing(task("a2", 1, "node1", "failed", "shutdown", 3*time.Second), "task: non-zero exit (3)"),
		failing(task("a1", 1, "node1", "failed", "shutdown", 13*time.Second), "task: non-zero exit (3)"))
	crashing.Services[0].Update = observed.Update{State: "paused", Message: "update paused due to failure or early termination of task a2"}

	recovered := three(2, up("a2", 1, "node1"), failing(task("a1", 1, "node1", "failed", "shutdown", 190*time.Second), "task: non-zero exit (1)"),
		task("b2", 2, "node1", "running", "running", time.Hour), failing(task("b1", 2, "node1", "failed", "shutdown", 61*time.Minute), "task: non-zero exit (1)"))

	rejected := three(1, task("a2", 1, "node2", "preparing", "running", time.Second),
		failing(task("a1", 1, "node2", "rejected", "shutdown", 4*time.Second), "invalid mount config for type \"bind\": bind source path does not exist: /srv/data/of/a/project/with/a/long/name"))

	ended := three(1, failing(task("a1", 1, "node2", "failed", "shutdown", 4*time.Minute), "task: non-zero exit (1)"))

	scaled := three(1, up("a", 1, "node1"), failing(task("b1", 2, "node3", "failed", "shutdown", time.Minute), "task: non-zero exit (1)"),
		task("c1", 3, "node3", "running", "remove", time.Minute))

	stopped := three(0)
	stopped.Services[0].Stopped, stopped.Services[0].Held = true, 3

	everywhere := three(0, up("a", 0, "node1"), up("b", 0, "node2"), task("c", 0, "node3", "running", "shutdown", time.Hour))
	everywhere.Services[0].Everywhere, everywhere.Services[0].Wanted = true, 2
	everywhere.Nodes[2].State = "down"

	host := three(1, up("a", 1, "node2"))
	host.Services[0].Ports[0].Mode = "host"
	host.Tasks[0].Ports = []observed.ServicePort{{Target: 80, Published: 8080, Protocol: "tcp", Mode: "host"}, {Target: 80, Published: 8080, Protocol: "tcp", Mode: "host"}}

	back := three(1, up("a", 1, "node2"))
	back.Services[0].Update = observed.Update{State: "rollback_completed", Message: "rollback completed"}

	var b strings.Builder
	for _, c := range []struct {
		name string
		seen *observed.Swarm
		list List
	}{
		{"a node is killed", killed, List{}},
		{"a node is killed, all of it", killed, List{All: true}},
		{"a node is drained", drained, List{}},
		{"an update", update, List{}},
		{"a service that crashes", crashing, List{}},
		{"what failed lately is shown, what failed long ago not", recovered, List{}},
		{"a task is rejected", rejected, List{}},
		{"a task is rejected, in full", rejected, List{Whole: true}},
		{"a task that is not restarted", ended, List{}},
		{"fewer are wanted", scaled, List{}},
		{"a stopped service", stopped, List{}},
		{"a service on each node", everywhere, List{}},
		{"ports of nodes", host, List{}},
		{"a change that was taken back", back, List{}},
		{"for scripts", killed, List{Format: "json"}},
		{"a template", killed, List{Format: "{{.ID}} {{.Node}} {{.State}} {{.Desired}}"}},
		{"ids", killed, List{Quiet: true}},
		{"by node", killed, List{Filters: []string{"node=node3"}}},
		{"by status", killed, List{Filters: []string{"status=running"}}},
		{"what does not run", killed, List{Filters: []string{"status=stopped"}}},
		{"services by status", crashing, List{Names: true, Filters: []string{"status=failed"}}},
	} {
		var out, errs bytes.Buffer
		err := c.list.print(view.Options{Out: &out, Err: &errs}, c.seen, c.seen.Services, []string{"web"}, func(text string) { fmt.Fprintln(&errs, "note: "+text) }, now())
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		fmt.Fprintf(&b, "-- %s --\n%s%s", c.name, out.String(), errs.String())
	}
	path := filepath.Join("testdata", "ps.txt")
	if *rewrite {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("ps shows something else than %s; go test ./plugin/tasks -update rewrites it:\n%s", path, got)
	}
}

func TestFiltersOfTasksAreThoseThatThereAre(t *testing.T) {
	for word, ok := range map[string]bool{"status=running": true, "status=stopped": true, "status=lost": true, "node=x": true, "status=paused": false, "source=build": false, "x": false} {
		if _, err := parseFilters([]string{word}); (err == nil) != ok {
			t.Errorf("%s: %v", word, err)
		}
	}
}
