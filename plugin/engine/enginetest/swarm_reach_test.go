package enginetest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// inTask runs a command in the first container of a service on a node, and gives what
// it prints on one line.
func inTask(t *testing.T, node *enginetest.Engine, service string, cmd ...string) string {
	t.Helper()
	cli := connect(t, node.Host())
	of := filters.NewArgs(filters.Arg("label", "com.docker.swarm.service.name="+service))
	list, err := cli.ContainerList(t.Context(), container.ListOptions{Filters: of})
	if err != nil || len(list) == 0 {
		t.Fatalf("no task of %s is here: %v", service, err)
	}
	x, err := cli.ContainerExecCreate(t.Context(), list[0].ID, container.ExecOptions{Cmd: append([]string{"/probe"}, cmd...), AttachStdout: true, AttachStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := cli.ContainerExecAttach(t.Context(), x.ID, container.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Close()
	var out bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &out, resp.Reader); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// The answers are those of a real swarm of three nodes, 20.10 and 29.
func TestTasksFindEachOtherByTheNamesOfServicesOnTheirOverlays(t *testing.T) {
	e, cli := threeNodes(t)
	createOverlay(t, cli, "front")
	createOverlay(t, cli, "back")
	web := serviceOf("web", 3, "front")
	web.TaskTemplate.Networks[0].Aliases = []string{"site"}
	createService(t, cli, web)
	db := serviceOf("db", 2, "front", "back")
	db.EndpointSpec = nil // it has an address of its own
	db.TaskTemplate.Networks[0].Aliases = []string{"data"}
	createService(t, cli, db)
	createService(t, cli, serviceOf("far", 1, "back"))
	for name, want := range map[string]string{
		"web": "10.0.1.2 10.0.1.3 10.0.1.4", "site": "10.0.1.2 10.0.1.3 10.0.1.4", "WEB": "10.0.1.2 10.0.1.3 10.0.1.4",
		"tasks.web": "10.0.1.2 10.0.1.3 10.0.1.4", "tasks.site": "10.0.1.2 10.0.1.3 10.0.1.4", "web.front": "10.0.1.2 10.0.1.3 10.0.1.4",
		"db": "10.0.1.5", "data": "10.0.1.5", "tasks.db": "10.0.1.6 10.0.1.7", "tasks.data": "10.0.1.6 10.0.1.7",
	} {
		for _, node := range []string{"m1", "w1", "w2"} {
			if got := inTask(t, e.Node(node), "web", "resolve", name); got != want {
				t.Errorf("on %s %s leads to %s, not to %s", node, name, got, want)
			}
		}
	}
	for _, name := range []string{"far", "tasks.far", "web.1", "nobody"} {
		if got := inTask(t, e, "web", "resolve", name); !strings.Contains(got, "no such name") {
			t.Errorf("%s leads to %s", name, got)
		}
	}
	if got := inTask(t, e, "web", "dial", "db:80"); !strings.Contains(got, "connected to") {
		t.Errorf("web reaches db: %s", got)
	}
	served := map[string]bool{}
	for range 4 {
		served[inTask(t, e, "web", "get", "http://db/")] = true
	}
	if len(served) != 2 {
		t.Errorf("behind the address of db answer %v", served)
	}
}

func TestWhoIsCutOffReachesNobodyElse(t *testing.T) {
	e, cli := threeNodes(t)
	createOverlay(t, cli, "front")
	createService(t, cli, serviceOf("web", 3, "front"))
	e.CutNode("w2")
	if got := inTask(t, e.Node("w2"), "web", "resolve", "web"); got != "10.0.1.4" {
		t.Errorf("what is cut off still finds %s", got)
	}
	if got := inTask(t, e, "web", "resolve", "web"); strings.Contains(got, "10.0.1.4") {
		t.Errorf("what is cut off is still found: %s", got)
	}
}

func TestTheWayInIsNoWayBetweenTasks(t *testing.T) {
	e, cli := threeNodes(t)
	for i, name := range []string{"one", "two"} {
		spec := serviceOf(name, 1)
		spec.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.role==manager"}}
		spec.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80, PublishedPort: uint32(18080 + i)}}}
		createService(t, cli, spec)
	}
	tasks, err := cli.TaskList(t.Context(), swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", "two"))})
	if err != nil {
		t.Fatal(err)
	}
	address, _, _ := strings.Cut(tasks[0].NetworksAttachments[0].Addresses[0], "/")
	if got := inTask(t, e, "one", "dial", address+":80"); strings.Contains(got, "connected") {
		t.Errorf("one reaches two: %s", got)
	}
	if got := inTask(t, e, "one", "resolve", "two"); !strings.Contains(got, "no such name") {
		t.Errorf("one finds two: %s", got)
	}
}

func TestLogsOfAServiceAreThoseOfItsTasksOnAllNodes(t *testing.T) {
	_, cli := threeNodes(t)
	spec := serviceOf("web", 2)
	spec.TaskTemplate.ContainerSpec.Command = []string{"/probe", "say", "one", "two"}
	spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionNone}
	createService(t, cli, spec)
	for _, c := range []struct {
		options container.LogsOptions
		lines   int
	}{
		{container.LogsOptions{ShowStdout: true}, 4},
		{container.LogsOptions{ShowStdout: true, Tail: "1"}, 2},
		{container.LogsOptions{ShowStderr: true}, 0},
		{container.LogsOptions{ShowStdout: true, Details: true, Timestamps: true}, 4},
	} {
		body, err := cli.ServiceLogs(t.Context(), "web", c.options)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if _, err := stdcopy.StdCopy(&out, &out, body); err != nil {
			t.Fatal(err)
		}
		body.Close()
		if got := strings.Count(out.String(), "\n"); got != c.lines {
			t.Errorf("with %+v there are %d lines:\n%s", c.options, got, out.String())
		}
		for line := range strings.Lines(out.String()) {
			first, rest, _ := strings.Cut(line, " ")
			if _, err := time.Parse(time.RFC3339Nano, first); c.options.Details && (err != nil || !strings.HasPrefix(rest, "com.docker.swarm.node.id=")) {
				t.Errorf("a line does not say whose it is: %s", line)
			}
		}
	}
	tasks, err := cli.TaskList(t.Context(), swarm.TaskListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := cli.TaskLogs(t.Context(), tasks[0].ID, container.LogsOptions{ShowStdout: true, Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	line := make([]byte, len("########one\n"))
	if _, err := body.Read(line); err != nil || !bytes.HasSuffix(line, []byte("one\n")) {
		t.Errorf("a task says %q: %v", line, err)
	}
}

func TestJobsRunToTheirEnd(t *testing.T) {
	_, cli := threeNodes(t)
	two, five := uint64(2), uint64(5)
	job := serviceOf("job", 1)
	job.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{MaxConcurrent: &two, TotalCompletions: &five}}
	job.TaskTemplate.ContainerSpec.Command = []string{"/probe", "say", "done"}
	createService(t, cli, job)
	if counts := countsOf(t, cli, "job"); counts.CompletedTasks != 5 || counts.RunningTasks != 0 {
		t.Errorf("the job is at %+v", counts)
	}
	long := serviceOf("long", 1)
	long.Mode = job.Mode
	createService(t, cli, long)
	if counts := countsOf(t, cli, "long"); counts.CompletedTasks != 0 || counts.RunningTasks != 2 {
		t.Errorf("the job that goes on is at %+v", counts)
	}
	all := serviceOf("all", 1)
	all.Mode = swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}
	all.TaskTemplate.ContainerSpec.Command = []string{"/probe", "say", "done"}
	createService(t, cli, all)
	expectTasks(t, cli, "all", "m1 complete/complete", "w1 complete/complete", "w2 complete/complete")
	each := serviceOf("each", 1)
	each.Mode = swarm.ServiceMode{Global: &swarm.GlobalService{}}
	createService(t, cli, each)
	expectTasks(t, cli, "each", "m1 running/running", "w1 running/running", "w2 running/running")
}

func TestTheSwarmTellsOfServicesNodesAndNetworks(t *testing.T) {
	e, cli := threeNodes(t)
	since := time.Now().Add(-time.Second).Format(time.RFC3339Nano)
	createOverlay(t, cli, "front")
	createService(t, cli, serviceOf("web", 1, "front"))
	updateService(t, cli, "web", func(s *swarm.ServiceSpec) { *s.Mode.Replicated.Replicas = 2 })
	e.KillNode("w1")
	if err := cli.ServiceRemove(t.Context(), "web"); err != nil {
		t.Fatal(err)
	}
	if err := cli.NetworkRemove(t.Context(), "front"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"network create front", "service create web", "service update web replicas.new=2", "node update w1 state.new=down", "service remove web", "network remove front",
	}
	if got := toldOf(t, cli, since); !slices.Equal(got, want) {
		t.Errorf("told was\n\t%s\nnot\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// toldOf are the events of the swarm, without those of nodes that joined.
func toldOf(t *testing.T, cli *client.Client, since string) []string {
	t.Helper()
	messages, errs := cli.Events(t.Context(), events.ListOptions{
		Since: since, Until: time.Now().Format(time.RFC3339Nano), Filters: filters.NewArgs(filters.Arg("scope", "swarm")),
	})
	var told []string
	for {
		select {
		case m := <-messages:
			text := string(m.Type) + " " + string(m.Action) + " " + m.Actor.Attributes["name"]
			for _, key := range []string{"replicas.new", "state.new"} {
				if value, ok := m.Actor.Attributes[key]; ok {
					text += " " + key + "=" + value
				}
			}
			if !strings.HasPrefix(text, "node create") {
				told = append(told, text)
			}
		case <-errs:
			return told
		}
	}
}

func TestAContainerIsAttachedToAnOverlayThatLetsIt(t *testing.T) {
	e, cli := threeNodes(t)
	createOverlay(t, cli, "front")
	createService(t, cli, serviceOf("web", 3, "front"))
	s := session{t, cli}
	made, err := cli.ContainerCreate(t.Context(), &container.Config{Image: "probe:test"},
		&container.HostConfig{NetworkMode: "front"}, nil, nil, "guest")
	if err != nil {
		t.Fatal(err)
	}
	if err := cli.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	s.expect("guest", []string{"/probe", "resolve", "web"}, "10.0.1.2\n10.0.1.3\n10.0.1.4\n", answered)
	if got := inTask(t, e.Node("w1"), "web", "dial", "guest:80"); !strings.Contains(got, "connected") {
		t.Errorf("a task on another node reaches the container: %s", got)
	}
	if err := cli.NetworkRemove(t.Context(), "front"); err == nil || !strings.Contains(err.Error(), "in use by service") {
		t.Errorf("the network is removed with %v", err)
	}
	if err := cli.ServiceRemove(t.Context(), "web"); err != nil {
		t.Fatal(err)
	}
	err = cli.NetworkRemove(t.Context(), "front")
	if err == nil || !strings.Contains(err.Error(), " is in use by task ") {
		t.Fatalf("the network is removed with %v", err)
	}
	_, id, _ := strings.Cut(err.Error(), " is in use by task ")
	task, _, err := cli.TaskInspectWithRaw(t.Context(), id)
	if err != nil || task.Spec.NetworkAttachmentSpec == nil || task.Spec.NetworkAttachmentSpec.ContainerID != made.ID {
		t.Errorf("the task is %+v: %v", task.Spec, err)
	}
	if tasks, err := cli.TaskList(t.Context(), swarm.TaskListOptions{}); err != nil || len(tasks) > 0 {
		t.Errorf("listed are %d tasks: %v", len(tasks), err)
	}
	if err := cli.ContainerRemove(t.Context(), "guest", container.RemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if err := cli.NetworkRemove(t.Context(), "front"); err != nil {
		t.Error(err)
	}
}
