package swarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// answers is an engine that answers each call, by method and path, as the next of its
// answers says; the last one stays. It notes all calls.
type answers struct {
	t     *testing.T
	mu    sync.Mutex
	by    map[string][]any // an error code with a message, or what is sent as JSON
	calls []string
	sent  map[string]json.RawMessage
}

// refused is an answer that is an error.
type refused struct {
	code int
	text string
}

func fake(t *testing.T, by map[string][]any) (*answers, *Manager) {
	a := &answers{t: t, by: by, sent: map[string]json.RawMessage{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	cli, err := client.NewClientWithOpts(client.WithHost("tcp://"+strings.TrimPrefix(server.URL, "http://")), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	return a, New(cli, Options{Host: "tcp://there"})
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	call := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1.41")
	a.calls = append(a.calls, call)
	var body json.RawMessage
	_ = json.NewDecoder(r.Body).Decode(&body)
	a.sent[call] = body
	list := a.by[call]
	if len(list) == 0 {
		list = []any{refused{404, "no such thing: " + call}}
	} else if len(list) > 1 {
		a.by[call] = list[1:]
	}
	w.Header().Set("Content-Type", "application/json")
	if no, is := list[0].(refused); is {
		w.WriteHeader(no.code)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": no.text})
		return
	}
	_ = json.NewEncoder(w).Encode(list[0])
}

func (a *answers) count(call string) (n int) {
	for _, c := range a.calls {
		if c == call {
			n++
		}
	}
	return n
}

func apply(t *testing.T, m *Manager, a plan.Action) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var told []string
	err := m.Apply(ctx, a, func(p plan.Progress) { told = append(told, p.Text) })
	return told, err
}

const noSwarm = `This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`
const worker = "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager."

func TestAnEngineThatManagesNoSwarmSaysWhatToType(t *testing.T) {
	peers := []api.Peer{{Addr: "10.0.0.2:2377"}, {Addr: "10.0.0.1:2377"}, {Addr: "[fd00::1]:2377"}}
	for _, test := range []struct {
		name  string
		list  any
		info  api.Info
		want  string
		hints []string
	}{
		{
			name: "none", list: refused{503, noSwarm}, info: api.Info{LocalNodeState: api.LocalNodeStateInactive},
			want: "the engine at tcp://there is in no swarm",
			hints: []string{
				"to make a swarm, with this engine as its first node: docker swarm init",
				"or join one as a manager; a manager of it prints how: docker swarm join-token manager",
			},
		},
		{
			name: "worker", list: refused{503, worker}, info: api.Info{LocalNodeState: api.LocalNodeStateActive, RemoteManagers: peers},
			want: "the engine at tcp://there is a worker of a swarm, and only a manager takes services",
			hints: []string{
				"make a context of a manager: docker context create manager --docker host=ssh://10.0.0.1",
				"and use it: docker --context manager stacklite …",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, m := fake(t, map[string][]any{"GET /services": {test.list}, "GET /networks": {[]any{}}, "GET /info": {map[string]any{"Swarm": test.info}}})
			_, seen := m.Observe(t.Context(), "demo", Look{})
			for _, err := range []error{seen, m.Check(t.Context())} {
				var not *NotManager
				if !errors.As(err, &not) || err.Error() != test.want || !slices.Equal(not.Hints(), test.hints) {
					t.Errorf("%v %q", err, not.Hints())
				}
			}
		})
	}
}

func TestAManagerThatIsNotReadyIsNotTakenForNone(t *testing.T) {
	for text, want := range map[string]refusal.Kind{
		"This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.":                                                                   refusal.SwarmJoining,
		`Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.`:                                                       refusal.SwarmLocked,
		"rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.": refusal.NoLeader,
	} {
		_, m := fake(t, map[string][]any{"GET /services": {refused{503, text}}, "GET /networks": {[]any{}}})
		_, err := m.Observe(t.Context(), "demo", Look{})
		var r *refusal.Refusal
		if !errors.As(err, &r) || r.Kind != want || len(r.Hints()) == 0 {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, m := fake(t, map[string][]any{"GET /info": {map[string]any{"Swarm": api.Info{LocalNodeState: api.LocalNodeStateLocked}}}})
	if err := m.Check(t.Context()); err == nil || err.Error() != "the swarm is locked, as it is after a restart of its manager" {
		t.Error(err)
	}
	_, m = fake(t, map[string][]any{"GET /services": {refused{500, "something new"}}, "GET /networks": {[]any{}}})
	if _, err := m.Observe(t.Context(), "demo", Look{}); err == nil || err.Error() != "the manager does not list services: something new" {
		t.Error(err)
	}
}

// A network that was removed is listed, with the nodes that it has, until its containers
// are gone.
var (
	managedNetwork = map[string]any{"Id": "n1", "Name": "demo_net", "Scope": "swarm", "Labels": ours("", "net"), "Containers": nil}
	leavingNetwork = map[string]any{"Id": "n0", "Name": "demo_net", "Scope": "swarm", "Labels": ours("", "net"), "Containers": map[string]any{}, "Peers": []any{map[string]any{"Name": "x"}}}
	localNetwork   = map[string]any{"Id": "n9", "Name": "demo_net", "Scope": "local", "Labels": map[string]string{}, "Containers": map[string]any{}}
)

func ours(service, network string) map[string]string {
	of := map[string]string{labels.ProjectOf: "demo"}
	if service != "" {
		of[labels.ServiceOf] = service
	}
	if network != "" {
		of[labels.Network] = network
	}
	return of
}

func TestANetworkThatContainersAreStillLeavingIsNotThere(t *testing.T) {
	_, m := fake(t, map[string][]any{"GET /services": {[]any{}}, "GET /networks": {[]any{leavingNetwork}}})
	if seen, err := m.Observe(t.Context(), "demo", Look{}); err != nil || len(seen.Networks) > 0 {
		t.Error(seen, err)
	}
	create := plan.CreateNetwork{Network: plan.Network{Name: "demo_net", Spec: deployed.NetworkSpec{Options: network.CreateOptions{Driver: "overlay", Labels: ours("", "net")}}}}
	a, m := fake(t, map[string][]any{
		"POST /networks/create": {refused{409, "network with name demo_net already exists"}, refused{409, "network with name demo_net already exists"}, map[string]any{"Id": "n1"}},
		"GET /networks":         {[]any{leavingNetwork}},
	})
	told, err := apply(t, m, create)
	if err != nil || a.count("POST /networks/create") != 3 || len(told) != 1 {
		t.Error(told, err, a.calls)
	}
	a, m = fake(t, map[string][]any{"POST /networks/create": {refused{409, "network with name demo_net already exists"}}, "GET /networks": {[]any{managedNetwork}}})
	if _, err := apply(t, m, create); err != nil || a.count("POST /networks/create") != 1 {
		t.Error("one that an earlier run made:", err, a.calls)
	}
	_, m = fake(t, map[string][]any{"POST /networks/create": {refused{409, "network with name demo_net already exists"}}, "GET /networks": {[]any{localNetwork}}})
	if _, err := apply(t, m, create); err == nil || err.Error() != "the engine has a network demo_net already, which is not this project's" {
		t.Error("one of somebody else:", err)
	}
}

func TestANetworkIsRemovedWhenItsTasksHaveLeftIt(t *testing.T) {
	task := map[string]any{
		"ID": "t1", "ServiceID": "s1", "Slot": 1, "NodeID": "node1", "Status": map[string]any{"State": "running"}, "DesiredState": "remove",
		"NetworksAttachments": []any{map[string]any{"Network": map[string]any{"ID": "n1"}}},
	}
	lost := map[string]any{
		"ID": "t2", "ServiceID": "s1", "Slot": 2, "NodeID": "node2", "Status": map[string]any{"State": "running"}, "DesiredState": "remove",
		"NetworksAttachments": []any{map[string]any{"Network": map[string]any{"ID": "n1"}}},
	}
	nodes := []any{map[string]any{"ID": "node1", "Description": map[string]any{"Hostname": "here"}, "Status": map[string]any{"State": "ready"}}, map[string]any{"ID": "node2", "Status": map[string]any{"State": "down"}}}
	gone := refused{404, "network demo_net not found"}
	_, m := fake(t, map[string][]any{
		"GET /networks/n1":    {managedNetwork, managedNetwork, gone},
		"DELETE /networks/n1": {refused{403, "rpc error: code = FailedPrecondition desc = network n1 is in use by task t1"}, map[string]any{}},
		"GET /tasks/t1":       {task}, "GET /services/s1": {refused{404, "service s1 not found"}},
		"GET /tasks": {[]any{task, lost}, []any{lost}}, "GET /nodes": {nodes},
	})
	told, err := apply(t, m, plan.RemoveNetwork{ID: "n1", Name: "demo_net"})
	if want := []string{"waits for task s1.1, which is on it", "waits for tasks that end: 1 task on here"}; err != nil || !slices.Equal(told, want) {
		t.Errorf("%v %q", err, told)
	}

	hand := map[string]any{"ID": "t3", "Spec": map[string]any{"NetworkAttachmentSpec": map[string]any{"ContainerID": "0123456789abcdef"}}}
	held := map[string][]any{
		"GET /networks/n1": {managedNetwork}, "GET /tasks/t3": {hand},
		"DELETE /networks/n1": {refused{403, "rpc error: code = FailedPrecondition desc = network n1 is in use by task t3"}},
	}
	_, m = fake(t, held)
	if _, err := apply(t, m, plan.RemoveNetwork{ID: "n1", Name: "demo_net"}); err == nil || err.Error() != "network demo_net stays: container 0123456789ab is on it" {
		t.Error(err)
	}
	_, m = fake(t, held)
	if told, err := apply(t, m, plan.RemoveNetwork{ID: "n1", Name: "demo_net", MayStay: true}); err != nil || len(told) != 1 {
		t.Error(told, err)
	}
	_, m = fake(t, nil)
	if _, err := apply(t, m, plan.RemoveNetwork{ID: "n1", Name: "demo_net"}); err != nil {
		t.Error("one that is gone:", err)
	}
}

func webService(image string) api.Service {
	one := uint64(1)
	s := api.Service{ID: "s1", Meta: api.Meta{Version: api.Version{Index: 7}}, Spec: api.ServiceSpec{
		Annotations:  api.Annotations{Name: "demo_web", Labels: ours("web", "")},
		TaskTemplate: api.TaskSpec{ContainerSpec: &api.ContainerSpec{Image: image}, ForceUpdate: 4},
		Mode:         api.ServiceMode{Replicated: &api.ReplicatedService{Replicas: &one}},
	}}
	return s
}

func web(image string) plan.Managed {
	spec := webService(image).Spec
	spec.TaskTemplate.ForceUpdate = 0
	return plan.Managed{Name: "demo_web", Service: "web", Image: image, Replicas: 1, Spec: deployed.ServiceSpec{Spec: spec}}
}

func (a *answers) spec(call string) api.ServiceSpec {
	var s api.ServiceSpec
	if err := json.Unmarshal(a.sent[call], &s); err != nil {
		a.t.Fatalf("%s: %v in %q", call, err, a.calls)
	}
	return s
}

func TestAServiceThatAnEarlierRunHasMadeIsUpdated(t *testing.T) {
	taken := refused{409, "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service demo_web already exists"}
	a, m := fake(t, map[string][]any{
		"POST /services/create": {taken}, "GET /services/demo_web": {webService("web:1")}, "GET /services/s1": {webService("web:1")}, "POST /services/s1/update": {map[string]any{}},
	})
	if _, err := apply(t, m, plan.CreateManaged{Managed: web("web:1")}); err != nil || a.count("POST /services/s1/update") != 1 {
		t.Error(err, a.calls)
	}
	if got := a.spec("POST /services/s1/update"); got.TaskTemplate.ForceUpdate != 4 {
		t.Errorf("sent %+v", got)
	}
	other := webService("web:1")
	other.Spec.Labels = nil
	_, m = fake(t, map[string][]any{"POST /services/create": {taken}, "GET /services/demo_web": {other}})
	if _, err := apply(t, m, plan.CreateManaged{Managed: web("web:1")}); err == nil || err.Error() != "the swarm has a service demo_web already, which is not this project's" {
		t.Error(err)
	}
}

func TestAChangeIsMadeOfTheLatestVersion(t *testing.T) {
	late := refused{500, "rpc error: code = Unknown desc = update out of sequence"}
	a, m := fake(t, map[string][]any{"GET /services/s1": {webService("web:1")}, "POST /services/s1/update": {late, late, map[string]any{}}})
	if _, err := apply(t, m, plan.RestartManaged{ID: "s1"}); err != nil || a.count("GET /services/s1") != 3 {
		t.Error(err, a.calls)
	}
	if got := a.spec("POST /services/s1/update"); got.TaskTemplate.ForceUpdate != 5 {
		t.Errorf("sent %+v", got)
	}
}

func TestAServiceThatIsStoppedRemembersItsReplicas(t *testing.T) {
	for _, test := range []struct {
		name string
		mode api.ServiceMode
		do   plan.ScaleManaged
		want string
	}{
		{"stopped", api.ServiceMode{}, plan.ScaleManaged{Replicas: 3, Stopped: true}, `0 "3"`},
		{"scaled", api.ServiceMode{}, plan.ScaleManaged{Replicas: 2}, `2 ""`},
		{"a job", api.ServiceMode{ReplicatedJob: &api.ReplicatedJob{}}, plan.ScaleManaged{Replicas: 1, Stopped: true}, `0 "1"`},
	} {
		s := webService("web:1")
		s.Spec.Labels[labels.Held] = "9"
		if test.mode.ReplicatedJob != nil {
			s.Spec.Mode = test.mode
		}
		a, m := fake(t, map[string][]any{"GET /services/s1": {s}, "GET /tasks": {[]api.Task{}}, "POST /services/s1/update": {map[string]any{}}})
		test.do.ID = "s1"
		_, err := apply(t, m, test.do)
		sent := a.spec("POST /services/s1/update")
		seen := observedService(api.Service{Spec: sent})
		if got := fmt.Sprintf("%d %q", seen.Replicas, sent.Labels[labels.Held]); err != nil || got != test.want || seen.Stopped != test.do.Stopped {
			t.Errorf("%s: %v %s", test.name, err, got)
		}
	}
	spec := webService("web:1").Spec
	spec.Mode = api.ServiceMode{Global: &api.GlobalService{}}
	hold(&spec, 0, true)
	if got := spec.TaskTemplate.Placement.Constraints; !slices.Equal(got, []string{nowhere}) || !observedService(api.Service{Spec: spec}).Stopped {
		t.Errorf("one on each node: %q", got)
	}
	hold(&spec, 0, false)
	if got := spec.TaskTemplate.Placement.Constraints; len(got) > 0 || observedService(api.Service{Spec: spec}).Stopped {
		t.Errorf("and again: %q", got)
	}
}

func TestAnUpdateKeepsTheDigestOfAnImageThatIsTheSame(t *testing.T) {
	digest, newer := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	for _, test := range []struct {
		name   string
		image  string // asked for
		here   []string
		update plan.UpdateManaged
		want   string
		asked  bool // the registry
	}{
		{name: "the same", image: "reg:5000/web:1", want: "reg:5000/web:1@" + digest},
		{name: "pulled here too", image: "reg:5000/web:1", here: []string{"reg:5000/web@" + digest}, want: "reg:5000/web:1@" + digest},
		{name: "pushed anew", image: "reg:5000/web:1", here: []string{"reg:5000/web@" + newer}, want: "reg:5000/web:1@" + newer, asked: true},
		{name: "another", image: "reg:5000/web:2", want: "reg:5000/web:2@" + newer, asked: true},
		{name: "made anew", image: "reg:5000/web:1", update: plan.UpdateManaged{Force: true}, want: "reg:5000/web:1@" + newer, asked: true},
		{name: "given", image: "reg:5000/web:3@" + newer, want: "reg:5000/web:3@" + newer},
	} {
		by := map[string][]any{
			"GET /services/s1": {webService("reg:5000/web:1@" + digest)}, "POST /services/s1/update": {map[string]any{}},
			"GET /distribution/" + test.image + "/json": {map[string]any{"Descriptor": map[string]any{"digest": newer}}},
		}
		if test.here != nil {
			by["GET /images/reg:5000/web:1/json"] = []any{map[string]any{"Id": "sha256:1", "RepoDigests": test.here}}
		}
		a, m := fake(t, by)
		test.update.ID, test.update.Managed = "s1", web(test.image)
		_, err := apply(t, m, test.update)
		asked := a.count("GET /distribution/"+test.image+"/json") > 0
		if got := a.spec("POST /services/s1/update").TaskTemplate.ContainerSpec.Image; err != nil || got != test.want || asked != test.asked {
			t.Errorf("%s: %v %s, the registry was asked: %t", test.name, err, got, asked)
		}
		if was := test.update.Managed.Spec.(deployed.ServiceSpec).Spec.TaskTemplate.ContainerSpec.Image; was != test.image {
			t.Errorf("%s: the plan has %s now", test.name, was)
		}
	}
}

func TestThatNoRegistryKnowsAnImageIsToldOnce(t *testing.T) {
	a, m := fake(t, map[string][]any{"POST /services/create": {map[string]any{"ID": "s1"}}, "GET /images/web:1/json": {map[string]any{"Id": "sha256:1"}}})
	for i, want := range []int{1, 0} {
		if told, err := apply(t, m, plan.CreateManaged{Managed: web("web:1")}); err != nil || len(told) != want {
			t.Errorf("%d: %v %q", i, err, told)
		}
	}
	here := web("web:1")
	here.Here = true
	if _, err := apply(t, m, plan.CreateManaged{Managed: here}); err != nil || a.spec("POST /services/create").TaskTemplate.ContainerSpec.Image != "sha256:1" {
		t.Error("an image of the engine alone:", err)
	}
}

func TestSecretsAreMadeOnceAndGoWithTheirService(t *testing.T) {
	managed := web("web:1@sha256:" + strings.Repeat("a", 64))
	spec := managed.Spec.(deployed.ServiceSpec)
	spec.Spec.TaskTemplate.ContainerSpec.Secrets = []*api.SecretReference{{SecretName: "demo_key_1"}, {SecretName: "theirs"}}
	spec.Secrets = []api.SecretSpec{{Annotations: api.Annotations{Name: "demo_key_1", Labels: ours("", "")}, Data: []byte("x")}}
	managed.Spec = spec
	theirs := api.Secret{ID: "x2", Spec: api.SecretSpec{Annotations: api.Annotations{Name: "theirs"}}}
	mine := api.Secret{ID: "x1", Spec: api.SecretSpec{Annotations: api.Annotations{Name: "demo_key_1", Labels: ours("", "")}}}
	a, m := fake(t, map[string][]any{
		"GET /secrets": {[]any{theirs}, []any{theirs, mine}}, "POST /secrets/create": {map[string]any{"ID": "x1"}}, "POST /services/create": {map[string]any{"ID": "s1"}},
	})
	for range 2 {
		if _, err := apply(t, m, plan.CreateManaged{Managed: managed}); err != nil {
			t.Fatal(err)
		}
		got := a.spec("POST /services/create").TaskTemplate.ContainerSpec.Secrets
		if len(got) != 2 || got[0].SecretID != "x1" || got[1].SecretID != "x2" || a.count("POST /secrets/create") != 1 {
			t.Errorf("%+v %v", got, a.calls)
		}
	}
	there := webService("web:1")
	there.Spec.TaskTemplate.ContainerSpec.Secrets = spec.Spec.TaskTemplate.ContainerSpec.Secrets
	a, m = fake(t, map[string][]any{"GET /services/s1": {there}, "DELETE /services/s1": {map[string]any{}}, "GET /secrets": {[]any{mine}}})
	if _, err := apply(t, m, plan.RemoveManaged{ID: "s1"}); err != nil || a.count("DELETE /secrets/x1") != 1 || a.count("DELETE /secrets/x2") != 0 {
		t.Error(err, a.calls)
	}
	if _, err := apply(t, m, plan.RemoveManaged{ID: "s0"}); err != nil {
		t.Error("one that is gone:", err)
	}
	_, m = fake(t, map[string][]any{"GET /secrets": {[]any{}}, "POST /secrets/create": {map[string]any{"ID": "x1"}}})
	if _, err := apply(t, m, plan.CreateManaged{Managed: managed}); err == nil || err.Error() != "the swarm has no secret theirs" {
		t.Error("one that is to be there:", err)
	}
}

func TestALineOfALogSaysWhichTaskWroteIt(t *testing.T) {
	for text, want := range map[string]LogLine{
		"com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=t1 hello, you": {LogLine: engine.LogLine{Text: "hello, you"}, Node: "n1", Service: "s1", Task: "t1"},
		"tag=a%20b,com.docker.swarm.task.id=t1 ":                                                            {Task: "t1"},
		"a=b c":                                                                                             {LogLine: engine.LogLine{Text: "a=b c"}},
		"plain":                                                                                             {LogLine: engine.LogLine{Text: "plain"}},
	} {
		if got := withDetails(engine.LogLine{Text: text}); got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
