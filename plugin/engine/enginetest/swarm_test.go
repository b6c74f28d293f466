package enginetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

func threeNodes(t *testing.T) (*enginetest.Engine, *client.Client) {
	t.Helper()
	e := enginetest.New(t, enginetest.Options{
		Images:  []enginetest.Image{enginetest.Probe("probe:test")},
		Missing: []string{"/nope"},
		Swarm:   []enginetest.Node{{Name: "m1"}, {Name: "w1", Worker: true}, {Name: "w2", Worker: true}},
	})
	return e, connect(t, e.Host())
}

// serviceOf is a service without a virtual address.
func serviceOf(name string, replicas uint64, networks ...string) swarm.ServiceSpec {
	spec := swarm.ServiceSpec{
		Annotations:  swarm.Annotations{Name: name},
		TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: "probe:test"}},
		Mode:         swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &replicas}},
		EndpointSpec: &swarm.EndpointSpec{Mode: swarm.ResolutionModeDNSRR},
	}
	for _, n := range networks {
		spec.TaskTemplate.Networks = append(spec.TaskTemplate.Networks, swarm.NetworkAttachmentConfig{Target: n})
	}
	return spec
}

func createService(t *testing.T, cli *client.Client, spec swarm.ServiceSpec) string {
	t.Helper()
	made, err := cli.ServiceCreate(t.Context(), spec, swarm.ServiceCreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// updateService changes the specification of a service.
func updateService(t *testing.T, cli *client.Client, name string, change func(*swarm.ServiceSpec)) {
	t.Helper()
	x := inspectService(t, cli, name)
	change(&x.Spec)
	if _, err := cli.ServiceUpdate(t.Context(), x.ID, x.Version, x.Spec, swarm.ServiceUpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

func inspectService(t *testing.T, cli *client.Client, name string) swarm.Service {
	t.Helper()
	x, _, err := cli.ServiceInspectWithRaw(t.Context(), name, swarm.ServiceInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func createOverlay(t *testing.T, cli *client.Client, name string) {
	t.Helper()
	if _, err := cli.NetworkCreate(t.Context(), name, network.CreateOptions{Driver: "overlay", Attachable: true}); err != nil {
		t.Fatal(err)
	}
}

// tasksOf are the tasks of a service, each as the name of its node, its state and
// what it is to come to, in order.
func tasksOf(t *testing.T, cli *client.Client, service string) []string {
	t.Helper()
	nodes, err := cli.NodeList(t.Context(), swarm.NodeListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, n := range nodes {
		names[n.ID] = n.Description.Hostname
	}
	tasks, err := cli.TaskList(t.Context(), swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", service))})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, task := range tasks {
		text := names[task.NodeID] + " " + string(task.Status.State) + "/" + string(task.DesiredState)
		if task.Status.Err != "" {
			text += ": " + task.Status.Err
		}
		said = append(said, strings.TrimSpace(text))
	}
	slices.Sort(said)
	return said
}

func expectTasks(t *testing.T, cli *client.Client, service string, want ...string) {
	t.Helper()
	if got := tasksOf(t, cli, service); !slices.Equal(got, want) {
		t.Errorf("the tasks of %s are\n\t%s\nnot\n\t%s", service, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestTasksOfAServiceAreSpreadOverTheNodes(t *testing.T) {
	_, cli := threeNodes(t)
	createOverlay(t, cli, "front")
	createService(t, cli, serviceOf("web", 4, "front"))
	expectTasks(t, cli, "web", "m1 running/running", "m1 running/running", "w1 running/running", "w2 running/running")
	here, err := cli.ContainerList(t.Context(), container.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range here {
		if c.Labels["com.docker.swarm.service.name"] != "web" || !strings.HasPrefix(c.Names[0], "/web.") || c.NetworkSettings.Networks["front"] == nil {
			t.Errorf("a task is shown as %s with the labels %v", c.Names[0], c.Labels)
		}
	}
	if len(here) != 2 {
		t.Errorf("the manager shows %d containers of its own", len(here))
	}
}

func TestTasksMoveAwayFromNodesThatAreLostOrDrained(t *testing.T) {
	e, cli := threeNodes(t)
	createService(t, cli, serviceOf("web", 3))
	e.KillNode("w1")
	expectTasks(t, cli, "web", "m1 running/running", "m1 running/running", "w1 running/shutdown", "w2 running/running")
	e.CutNode("w2")
	if _, err := connect(t, e.Node("w2").Host()).ContainerList(context.Background(), container.ListOptions{}); err != nil {
		t.Errorf("a node that is cut off does not answer: %v", err)
	}
	expectTasks(t, cli, "web", "m1 running/running", "m1 running/running", "m1 running/running", "w1 running/shutdown", "w2 running/shutdown")
	e.MendNode("w1")
	e.MendNode("w2")
	expectTasks(t, cli, "web", "m1 running/running", "m1 running/running", "m1 running/running", "w1 shutdown/shutdown", "w2 shutdown/shutdown")

	n, _, err := cli.NodeInspectWithRaw(t.Context(), "m1")
	if err != nil {
		t.Fatal(err)
	}
	n.Spec.Availability = swarm.NodeAvailabilityDrain
	if err := cli.NodeUpdate(t.Context(), n.ID, n.Version, n.Spec); err != nil {
		t.Fatal(err)
	}
	if here, _ := cli.ContainerList(t.Context(), container.ListOptions{}); len(here) > 0 {
		t.Errorf("on a drained node run %d tasks", len(here))
	}
	if counts := countsOf(t, cli, "web"); counts.RunningTasks != 3 {
		t.Errorf("%d tasks run elsewhere", counts.RunningTasks)
	}
}

func countsOf(t *testing.T, cli *client.Client, service string) swarm.ServiceStatus {
	t.Helper()
	list, err := cli.ServiceList(t.Context(), swarm.ServiceListOptions{Status: true, Filters: filters.NewArgs(filters.Arg("name", service))})
	if err != nil || len(list) != 1 || list[0].ServiceStatus == nil {
		t.Fatalf("%v: %v", list, err)
	}
	return *list[0].ServiceStatus
}

func TestAnUpdateReplacesTasksAndKeepsTheOldOnesListed(t *testing.T) {
	_, cli := threeNodes(t)
	createService(t, cli, serviceOf("web", 2))
	updateService(t, cli, "web", func(s *swarm.ServiceSpec) { s.TaskTemplate.ForceUpdate++ })
	if status := inspectService(t, cli, "web").UpdateStatus; status == nil || status.State != swarm.UpdateStateCompleted || status.Message != "update completed" {
		t.Errorf("the update is %+v", status)
	}
	running := 0
	for _, text := range tasksOf(t, cli, "web") {
		if strings.HasSuffix(text, "running/running") {
			running++
		}
	}
	if all := len(tasksOf(t, cli, "web")); running != 2 || all != 4 {
		t.Errorf("of %d tasks %d run", all, running)
	}
	one := uint64(1)
	updateService(t, cli, "web", func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &one })
	if status := inspectService(t, cli, "web").UpdateStatus; status != nil {
		t.Errorf("scaling is no update, but is shown as %+v", status)
	}
	if counts := countsOf(t, cli, "web"); counts.RunningTasks != 1 || counts.DesiredTasks != 1 {
		t.Errorf("scaled down to 1: %+v", counts)
	}
}

func TestAnUpdateStopsWhereATaskFails(t *testing.T) {
	_, cli := threeNodes(t)
	createService(t, cli, serviceOf("web", 3))
	updateService(t, cli, "web", func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Command = []string{"/nope"} })
	status := inspectService(t, cli, "web").UpdateStatus
	if status == nil || status.State != swarm.UpdateStatePaused || !strings.HasPrefix(status.Message, "update paused due to failure or early termination of task ") {
		t.Errorf("the update is %+v", status)
	}
	if counts := countsOf(t, cli, "web"); counts.RunningTasks != 2 {
		t.Errorf("%d of the old tasks are left", counts.RunningTasks)
	}
}

func TestAnUpdateIsRolledBackWhereThatIsAskedFor(t *testing.T) {
	_, cli := threeNodes(t)
	createService(t, cli, serviceOf("web", 3))
	updateService(t, cli, "web", func(s *swarm.ServiceSpec) {
		s.TaskTemplate.ContainerSpec.Command = []string{"/nope"}
		s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, FailureAction: swarm.UpdateFailureActionRollback}
	})
	x := inspectService(t, cli, "web")
	if x.UpdateStatus == nil || x.UpdateStatus.State != swarm.UpdateStateRollbackCompleted || len(x.Spec.TaskTemplate.ContainerSpec.Command) > 0 {
		t.Errorf("the update is %+v", x.UpdateStatus)
	}
	if counts := countsOf(t, cli, "web"); counts.RunningTasks != 3 {
		t.Errorf("%d tasks run", counts.RunningTasks)
	}
}

func TestATaskThatCannotRunSaysWhy(t *testing.T) {
	e, cli := threeNodes(t)
	for want, change := range map[string]func(*swarm.ServiceSpec){
		"m1 rejected/shutdown: No such image: nope:1": func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Image = "nope:1" },
		"m1 failed/shutdown: starting container failed: failed to create shim task: OCI runtime create failed: runc create failed: " +
			`unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown`: func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Command = []string{"/nope"}
		},
		"m1 failed/shutdown: task: non-zero exit (3)": func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Command = []string{"/probe", "say", "-exit", "3", "oops"}
		},
		"m1 complete/shutdown": func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Command = []string{"/probe", "say", "done"}
		},
		"pending/running: no suitable node (scheduling constraints not satisfied on 3 nodes)": func(s *swarm.ServiceSpec) {
			s.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.labels.disk == ssd"}}
		},
	} {
		spec := serviceOf("web", 1)
		spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionNone}
		change(&spec)
		id := createService(t, cli, spec)
		expectTasks(t, cli, "web", want)
		e.EndPauses()
		expectTasks(t, cli, "web", want)
		if err := cli.ServiceRemove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestATaskThatHasEndedIsStartedAgainAfterAPause(t *testing.T) {
	e, cli := threeNodes(t)
	spec := serviceOf("web", 1)
	spec.TaskTemplate.ContainerSpec.Command = []string{"/probe", "say", "done"}
	createService(t, cli, spec)
	expectTasks(t, cli, "web", "m1 complete/shutdown", "m1 ready/ready")
	e.EndPauses()
	expectTasks(t, cli, "web", "m1 complete/shutdown", "m1 complete/shutdown", "m1 ready/ready")
	for range 10 {
		e.EndPauses()
	}
	if all := len(tasksOf(t, cli, "web")); all != 5 {
		t.Errorf("%d tasks of one slot are kept", all)
	}
}
