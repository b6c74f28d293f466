package swarm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

const image = "swarm-probe:test"

// projects counts those of tests, which run at the same time.
var projects atomic.Int32

// bench is a project of a test on the manager of a swarm, a real one or one in memory.
type bench struct {
	*Manager
	t       *testing.T
	ctx     context.Context
	project string
}

// onManagers runs a test on a manager in memory, of three nodes, and on the engine of this
// machine, where that manages a swarm.
func onManagers(t *testing.T, test func(t *testing.T, r *bench)) {
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		e := enginetest.New(t, enginetest.Options{
			Images: []enginetest.Image{enginetest.Probe(image)},
			Swarm:  []enginetest.Node{{Name: "m1"}, {Name: "w1", Worker: true}, {Name: "w2", Worker: true}},
		})
		cli, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithVersion("1.41"))
		if err != nil {
			t.Fatal(err)
		}
		r := &bench{Manager: New(cli, Options{}), t: t, project: "demo", ctx: t.Context()}
		test(t, r)
		r.down()
	})
	t.Run("real", func(t *testing.T) { test(t, manager(t)) })
}

// manager connects to the engine of this machine, where that manages a swarm.
func manager(t *testing.T) *bench {
	t.Helper()
	cli := realengine.Connect(t)
	r := &bench{Manager: New(cli, Options{}), t: t, project: fmt.Sprintf("sw%d-%d", os.Getpid(), projects.Add(1))}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel)
	r.ctx = ctx
	if err := r.Check(ctx); err != nil {
		t.Skipf("the engine manages no swarm: %v", err)
	}
	realengine.InstallProbe(t, cli, image)
	t.Cleanup(r.down)
	return r
}

func (r *bench) down() {
	r.ctx = context.Background()
	seen := r.seen()
	for _, s := range seen.Services {
		r.apply(plan.RemoveManaged{ID: s.ID, Name: s.Name})
	}
	for _, n := range seen.Networks {
		r.apply(plan.RemoveNetwork{ID: n.ID, Name: n.Name})
	}
	for range 100 { // containers of tasks go later than their services
		list, err := r.client.ContainerList(r.ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("name", r.project))})
		if err == nil && len(list) == 0 {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	r.t.Error("containers of tasks stay")
}

func (r *bench) seen() *observed.Swarm {
	r.t.Helper()
	seen, err := r.Observe(r.ctx, r.project, Look{Tasks: true, Nodes: true})
	if err != nil {
		r.t.Fatal(err)
	}
	return seen
}

func (r *bench) service(name string) observed.Service {
	r.t.Helper()
	for _, s := range r.seen().Services {
		if s.Service == name {
			return s
		}
	}
	r.t.Fatalf("there is no %s", name)
	return observed.Service{}
}

// try applies an action and gives what was reported.
func (r *bench) try(a plan.Action) ([]string, error) {
	var (
		mu    sync.Mutex
		lines []string
	)
	began := time.Now()
	ctx, cancel := context.WithTimeout(r.ctx, time.Minute)
	defer cancel()
	err := r.Apply(ctx, a, func(p plan.Progress) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, strings.TrimPrefix(p.Part+": ", ": ")+p.Text)
	})
	r.t.Logf("%s (%v): %v\n\t%s", a.Words(), time.Since(began).Round(10*time.Millisecond), err, strings.Join(lines, "\n\t"))
	return lines, err
}

func (r *bench) apply(actions ...plan.Action) {
	r.t.Helper()
	for _, a := range actions {
		if _, err := r.try(a); err != nil {
			r.t.Fatalf("%s: %v", a.Words(), err)
		}
	}
}

func (r *bench) network(name string) plan.Network {
	return plan.Network{Name: r.project + "_" + name, Settings: "link", Spec: deployed.NetworkSpec{Options: network.CreateOptions{
		Driver: "overlay", Labels: map[string]string{labels.ProjectOf: r.project, labels.Network: name, labels.Settings: "link"},
	}}}
}

// managed is a service on one network, or on none for "".
func (r *bench) managed(name, on string, replicas int, args ...string) plan.Managed {
	n := uint64(replicas)
	delay := 500 * time.Millisecond
	spec := api.ServiceSpec{
		Annotations: api.Annotations{Name: r.project + "_" + name, Labels: map[string]string{labels.ProjectOf: r.project, labels.ServiceOf: name}},
		TaskTemplate: api.TaskSpec{
			ContainerSpec: &api.ContainerSpec{Image: image, Command: append([]string{"/probe"}, args...)},
			RestartPolicy: &api.RestartPolicy{Condition: api.RestartPolicyConditionAny, Delay: &delay},
		},
		Mode:         api.ServiceMode{Replicated: &api.ReplicatedService{Replicas: &n}},
		EndpointSpec: &api.EndpointSpec{Mode: api.ResolutionModeDNSRR},
		UpdateConfig: &api.UpdateConfig{Parallelism: 1, Monitor: time.Second},
	}
	if on != "" {
		spec.TaskTemplate.Networks = []api.NetworkAttachmentConfig{{Target: r.project + "_" + on, Aliases: []string{name}}}
	}
	return plan.Managed{Name: spec.Name, Service: name, Image: image, Replicas: replicas, Spec: deployed.ServiceSpec{Spec: spec}}
}

func (r *bench) await(name string) plan.AwaitManaged {
	return plan.AwaitManaged{Name: r.project + "_" + name, Service: name}
}

func specOfManaged(m plan.Managed) *api.ServiceSpec {
	of := m.Spec.(deployed.ServiceSpec).Spec
	return &of
}

func TestServicesComeAndGo(t *testing.T) {
	t.Parallel()
	onManagers(t, func(t *testing.T, r *bench) {
		local, err := r.Local(r.ctx)
		if err != nil || local == "" {
			t.Fatal(local, err)
		}
		net := r.network("net")
		web := r.managed("web", "net", 2, "serve")
		r.apply(plan.CreateNetwork{Network: net}, plan.CreateNetwork{Network: net})
		r.apply(plan.CreateManaged{Managed: web}, plan.CreateManaged{Managed: web}, r.await("web"))
		seen := r.seen()
		s := r.service("web")
		if len(seen.Networks) != 1 || len(seen.Tasks) != 2 || s.Running != 2 || s.Wanted != 2 || len(s.Attached) != 1 || s.Attached[0].Network != seen.Networks[0].ID {
			t.Errorf("seen %+v", seen)
		}
		for _, task := range seen.Tasks {
			if task.State != "running" || task.Container == "" || task.Spec != s.Version || len(task.Addresses) != 1 || task.NodeName == "" {
				t.Errorf("task %+v of %+v", task, s)
			}
		}

		changed := r.managed("web", "net", 2, "serve", "81")
		r.apply(plan.UpdateManaged{ID: s.ID, Managed: changed}, r.await("web"))
		if seen = r.seen(); len(seen.Tasks) != 4 || seen.Tasks[0].Spec == 0 || seen.Tasks[1].Spec != 0 || seen.Tasks[0].Slot != seen.Tasks[1].Slot {
			t.Errorf("after an update: %+v", seen.Tasks)
		}
		r.apply(plan.ScaleManaged{ID: s.ID, Name: s.Name, Replicas: 3}, r.await("web"))
		if s = r.service("web"); s.Running != 3 || s.Stopped {
			t.Errorf("scaled: %+v", s)
		}
		r.apply(plan.ScaleManaged{ID: s.ID, Name: s.Name, Replicas: 3, Stopped: true}, r.await("web"))
		if s = r.service("web"); s.Running != 0 || !s.Stopped || s.Held != 3 || s.Replicas != 0 {
			t.Errorf("stopped: %+v", s)
		}
		r.apply(plan.ScaleManaged{ID: s.ID, Name: s.Name, Replicas: 1}, r.await("web"), plan.RestartManaged{ID: s.ID, Name: s.Name}, r.await("web"))
		if s = r.service("web"); s.Running != 1 || s.Stopped {
			t.Errorf("restarted: %+v", s)
		}

		var mu sync.Mutex
		var lines []LogLine
		err = r.Logs(r.ctx, s.ID, engine.LogQuery{Tail: -1}, func(l LogLine) { mu.Lock(); defer mu.Unlock(); lines = append(lines, l) })
		if err != nil || len(lines) == 0 || lines[0].Text != "serving on 80" && lines[0].Text != "serving on 81" || lines[0].Task == "" || lines[0].Node == "" || lines[0].Service != s.ID {
			t.Errorf("logs: %v %+v", err, lines)
		}

		r.apply(plan.RemoveManaged{ID: s.ID, Name: s.Name}, plan.RemoveManaged{ID: s.ID, Name: s.Name})
		r.apply(plan.RemoveNetwork{ID: seen.Networks[0].ID, Name: net.Name}, plan.RemoveNetwork{ID: seen.Networks[0].ID, Name: net.Name})
		r.apply(plan.CreateNetwork{Network: net})
	})
}

func TestWhatFailsIsTold(t *testing.T) {
	t.Parallel()
	onManagers(t, func(t *testing.T, r *bench) {
		crash := r.managed("crash", "", 1, "say", "-exit", "3", "-stderr", "no database")
		image := r.managed("noimage", "", 2, "serve")
		specOfManaged(image).TaskTemplate.ContainerSpec.Image = "localhost:1/no/such:1"
		nowhere := r.managed("nowhere", "", 1, "serve")
		placed := nowhere.Spec.(deployed.ServiceSpec)
		placed.Spec.TaskTemplate.Placement = &api.Placement{Constraints: []string{"node.labels.disk==ssd"}}
		nowhere.Spec = placed
		once := r.managed("once", "", 1, "say", "-exit", "4", "bye")
		specOfManaged(once).TaskTemplate.RestartPolicy.Condition = api.RestartPolicyConditionNone
		done := r.managed("done", "", 1, "say", "bye")
		specOfManaged(done).TaskTemplate.RestartPolicy.Condition = api.RestartPolicyConditionNone
		for service, want := range map[*plan.Managed]string{
			&crash: "exited with code 3, 3 times", &image: "does not have the image", &nowhere: "no node of the swarm is suitable", &once: "and is not begun again", &done: "",
		} {
			if service == &nowhere && testing.Short() {
				continue // it takes its time
			}
			r.apply(plan.CreateManaged{Managed: *service})
			wait := r.await(service.Service)
			wait.Completes = service == &done
			_, err := r.try(wait)
			var failed *Failed
			if want == "" && err != nil || want != "" && (!errors.As(err, &failed) || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %v", service.Service, err)
			} else if failed != nil {
				t.Logf("hints: %q", failed.Hints())
			}
		}
		stranger := r.managed("once", "", 1, "serve")
		delete(stranger.Spec.(deployed.ServiceSpec).Spec.Labels, labels.ProjectOf)
		_, err := r.try(plan.CreateManaged{Managed: stranger})
		if taken := (*Taken)(nil); !errors.As(err, &taken) {
			t.Errorf("a name that is taken: %v", err)
		}
		good := r.managed("web", "", 2, "serve")
		r.apply(plan.CreateManaged{Managed: good}, r.await("web"))
		bad := r.managed("web", "", 2, "say", "-exit", "7", "x")
		specOfManaged(bad).UpdateConfig.Monitor = 5 * time.Second
		r.apply(plan.UpdateManaged{ID: r.service("web").ID, Managed: bad})
		_, err = r.try(r.await("web"))
		if err == nil || !strings.Contains(err.Error(), "the update was stopped halfway") {
			t.Errorf("an update that fails: %v", err)
		}
		specOfManaged(bad).UpdateConfig.FailureAction = api.UpdateFailureActionRollback
		bad.Spec.(deployed.ServiceSpec).Spec.TaskTemplate.ContainerSpec.Command[2] = "-exit=8"
		r.apply(plan.UpdateManaged{ID: r.service("web").ID, Managed: good}, r.await("web"), plan.UpdateManaged{ID: r.service("web").ID, Managed: bad})
		_, err = r.try(r.await("web"))
		if err == nil || !strings.Contains(err.Error(), "the update failed and was undone") {
			t.Errorf("an update that is undone: %v", err)
		}
	})
}

func TestEventsAreThoseOfTheProject(t *testing.T) {
	t.Parallel()
	onManagers(t, func(t *testing.T, r *bench) {
		within, cancel := context.WithCancel(r.ctx)
		var (
			mu   sync.Mutex
			told []string
		)
		begun, ended := make(chan struct{}), make(chan error)
		go func() {
			ended <- r.Events(within, EventQuery{Project: r.project, Tasks: true}, func() { close(begun) }, func(e Event) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, e.Type+" "+e.Action+" "+strings.TrimPrefix(e.Name, r.project))
			})
		}()
		<-begun
		r.apply(plan.CreateNetwork{Network: r.network("net")}, plan.CreateManaged{Managed: r.managed("web", "net", 1, "serve")}, r.await("web"))
		r.apply(plan.RemoveManaged{ID: r.service("web").ID})
		time.Sleep(1500 * time.Millisecond)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		for _, want := range []string{"network create _net", "service create _web", "task running _web.1", "service remove _web"} {
			if !slices.Contains(told, want) {
				t.Errorf("no %q in %q", want, told)
			}
		}
		t.Log(told)
	})
}

func TestWhatSomebodyElseMadeOrUsesStays(t *testing.T) {
	t.Parallel()
	onManagers(t, func(t *testing.T, r *bench) {
		made, err := r.client.SecretCreate(r.ctx, api.SecretSpec{Annotations: api.Annotations{
			Name: r.project + "_token", Labels: map[string]string{labels.ProjectOf: r.project},
		}, Data: []byte("hidden")})
		if err != nil {
			t.Fatal(err)
		}
		// It has the labels of the project's services, and another name.
		stranger := specOfManaged(r.managed("web", "", 1, "serve"))
		stranger.Name = r.project + "x_web"
		file := &api.SecretReferenceFileTarget{Name: "token", UID: "0", GID: "0", Mode: 0o444}
		stranger.TaskTemplate.ContainerSpec.Secrets = []*api.SecretReference{{SecretID: made.ID, SecretName: r.project + "_token", File: file}}
		there, err := r.client.ServiceCreate(r.ctx, *stranger, api.ServiceCreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		seen, err := r.Observe(r.ctx, r.project, Look{Files: true})
		if err != nil || len(seen.Services) != 0 || len(seen.Files) != 1 || seen.Files[0] != (plan.HaveFile{Kind: "secret", Name: r.project + "_token", ID: made.ID}) {
			t.Errorf("%+v %v", seen, err)
		}
		remove := plan.RemoveFile{File: plan.HaveFile{Kind: "secret", Name: r.project + "_token", ID: made.ID}}
		_, err = r.try(remove)
		if held := (*FileHeld)(nil); !errors.As(err, &held) || held.By != r.project+"x_web" || len(held.Hints()) == 0 {
			t.Errorf("a secret that somebody else uses: %v", err)
		}
		if err := r.client.ServiceRemove(r.ctx, there.ID); err != nil {
			t.Fatal(err)
		}
		r.apply(remove, remove)
	})
}
