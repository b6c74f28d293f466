package tasks

import (
	"slices"
	"testing"

	"github.com/docker/docker/api/types/mount"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// web is a service of a project in a swarm.
func web() plan.Managed {
	three := uint64(3)
	return plan.Managed{
		Name: "demo_web", Service: "web", Image: "web:1", Replicas: 3, Attach: []string{"demo_web-db"}, After: []string{"db"},
		Spec: deployed.ServiceSpec{Spec: api.ServiceSpec{
			Annotations:  api.Annotations{Name: "demo_web", Labels: map[string]string{labels.ProjectOf: "demo", labels.ServiceOf: "web", labels.Held: "3"}},
			Mode:         api.ServiceMode{Replicated: &api.ReplicatedService{Replicas: &three}},
			UpdateConfig: &api.UpdateConfig{Parallelism: 1},
			EndpointSpec: &api.EndpointSpec{Mode: api.ResolutionModeVIP, Ports: []api.PortConfig{{TargetPort: 80, PublishedPort: 8080}}},
			TaskTemplate: api.TaskSpec{
				RestartPolicy: &api.RestartPolicy{Condition: api.RestartPolicyConditionAny},
				Networks:      []api.NetworkAttachmentConfig{{Target: "demo_web-db", Aliases: []string{"web", "web_1"}}},
				ContainerSpec: &api.ContainerSpec{
					Image: "web:1", Command: []string{"/entry"}, Args: []string{"serve"}, User: "www", Env: []string{"A=1", "B=2", "C"}, TTY: true,
					Mounts: []mount.Mount{{Type: mount.TypeVolume, Source: "demo_data", Target: "/data"}},
				},
			},
		}},
	}
}

func TestACommandRunOnceIsATaskThatIsNotBegunAgain(t *testing.T) {
	before := web()
	m := Once{Service: "web", Suffix: "abc", Command: []string{"migrate"}}.of(before)
	spec := m.Spec.(deployed.ServiceSpec).Spec
	c := spec.TaskTemplate.ContainerSpec
	if m.Name != "demo_web_run_abc" || spec.Name != m.Name || !m.OneOff || m.Replicas != 1 || *spec.Mode.Replicated.Replicas != 1 {
		t.Errorf("%+v", m)
	}
	if spec.TaskTemplate.RestartPolicy.Condition != api.RestartPolicyConditionNone || spec.UpdateConfig != nil || len(spec.EndpointSpec.Ports) != 0 {
		t.Errorf("%+v", spec)
	}
	if spec.Labels[labels.OneOffOf] != "True" || spec.Labels[labels.ProjectOf] != "demo" || spec.Labels[labels.Held] != "" {
		t.Errorf("%v", spec.Labels)
	}
	if n := spec.TaskTemplate.Networks; len(n) != 1 || n[0].Target != "demo_web-db" || n[0].Aliases != nil {
		t.Errorf("%v", n)
	}
	if c.TTY || !slices.Equal(c.Command, []string{"/entry"}) || !slices.Equal(c.Args, []string{"migrate"}) {
		t.Errorf("%+v", c)
	}
	of := before.Spec.(deployed.ServiceSpec).Spec
	if of.Name != "demo_web" || of.Labels[labels.OneOffOf] != "" || of.TaskTemplate.Networks[0].Aliases == nil || !of.TaskTemplate.ContainerSpec.TTY {
		t.Error("the service itself was changed")
	}
}

func TestWhatTheCommandLineSaysTakesThePlaceOfTheFiles(t *testing.T) {
	value := "3"
	m := Once{
		Service: "web", Name: "mine", Entered: true, Entrypoint: []string{"sh"}, User: "root", Dir: "/tmp", Aliases: true,
		Env:     []compose.Var{{Name: "B", Value: &value}, {Name: "C"}, {Name: "D", Value: &value}},
		Volumes: []compose.Volume{{Host: "/srv", Target: "/data", Mode: "ro,z"}, {Host: "logs", Named: true, Target: "/logs"}},
		Labels:  []string{"a=b", labels.ProjectOf + "=x"},
	}.of(web())
	spec := m.Spec.(deployed.ServiceSpec).Spec
	c := spec.TaskTemplate.ContainerSpec
	if m.Name != "mine" || c.User != "root" || c.Dir != "/tmp" || !slices.Equal(c.Command, []string{"sh"}) || c.Args != nil {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(c.Env, []string{"A=1", "B=3", "C", "D=3"}) {
		t.Errorf("%v", c.Env)
	}
	want := []mount.Mount{{Type: mount.TypeBind, Source: "/srv", Target: "/data", ReadOnly: true}, {Type: mount.TypeVolume, Source: "logs", Target: "/logs"}}
	if !slices.Equal(c.Mounts, want) {
		t.Errorf("%v", c.Mounts)
	}
	if len(c.Labels) != 1 || c.Labels["a"] != "b" || spec.TaskTemplate.Networks[0].Aliases == nil {
		t.Errorf("%v %v", c.Labels, spec.TaskTemplate.Networks)
	}
}
