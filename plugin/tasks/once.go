package tasks

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/mount"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Once is a service of the files that is run once, with what is said in place of them.
type Once struct {
	Service    string
	Name       string // of the service on the swarm; empty: one is made with Suffix
	Suffix     string // that makes the name differ from others
	Command    []string
	Entrypoint []string
	Entered    bool // Entrypoint is said, and Command with it
	User, Dir  string
	Env        []compose.Var
	Volumes    []compose.Volume
	Labels     []string // NAME=VALUE
	Aliases    bool     // the names of the service are those of its task too
}

// of makes the service that is run once of one of the files. It is a service with one task
// that is not begun again. Of a job a manager begins the task that has failed anew whenever it
// looks at the service, whatever its restart policy says [Engine 20.10].
func (o Once) of(m plan.Managed) plan.Managed {
	out := m.Spec.(deployed.ServiceSpec)
	spec := &out.Spec
	m.Name = cmp.Or(o.Name, m.Name+"_run_"+o.Suffix)
	m.Replicas, m.Everywhere, m.Completes, m.OneOff = 1, false, false, true
	one := uint64(1)
	spec.Name = m.Name
	spec.Labels = maps.Clone(spec.Labels)
	if spec.Labels == nil {
		spec.Labels = map[string]string{}
	}
	spec.Labels[labels.OneOffOf] = "True"
	delete(spec.Labels, labels.Held)
	spec.Mode = api.ServiceMode{Replicated: &api.ReplicatedService{Replicas: &one}}
	spec.UpdateConfig, spec.RollbackConfig = nil, nil
	spec.EndpointSpec = &api.EndpointSpec{Mode: api.ResolutionModeDNSRR}
	task := &spec.TaskTemplate
	task.RestartPolicy = &api.RestartPolicy{Condition: api.RestartPolicyConditionNone}
	task.Networks = slices.Clone(task.Networks)
	if !o.Aliases {
		for i := range task.Networks {
			task.Networks[i].Aliases = nil
		}
	}
	if task.ContainerSpec != nil {
		c := o.container(*task.ContainerSpec)
		task.ContainerSpec = &c
	}
	m.Spec = out
	return m
}

// container is the container of the task.
func (o Once) container(c api.ContainerSpec) api.ContainerSpec {
	c.TTY, c.OpenStdin = false, false
	if o.Entered {
		c.Command, c.Args = o.Entrypoint, nil
	}
	if len(o.Command) > 0 {
		c.Args = o.Command
	}
	c.User, c.Dir = cmp.Or(o.User, c.User), cmp.Or(o.Dir, c.Dir)
	c.Env = slices.Clone(c.Env)
	for _, v := range o.Env {
		c.Env = slices.DeleteFunc(c.Env, func(e string) bool { return e == v.Name || strings.HasPrefix(e, v.Name+"=") })
		text := v.Name // without a value it takes it away, as for docker run
		if v.Value != nil {
			text += "=" + *v.Value
		}
		c.Env = append(c.Env, text)
	}
	c.Mounts = slices.Clone(c.Mounts)
	for _, v := range o.Volumes {
		c.Mounts = slices.DeleteFunc(c.Mounts, func(m mount.Mount) bool { return m.Target == v.Target })
		c.Mounts = append(c.Mounts, mountOf(v))
	}
	if len(o.Labels) > 0 {
		c.Labels = maps.Clone(c.Labels)
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		for _, text := range o.Labels {
			if name, value, _ := strings.Cut(text, "="); !labels.Reserved(name) {
				c.Labels[name] = value
			}
		}
	}
	return c
}

// mountOf is a volume as a manager takes it.
func mountOf(v compose.Volume) mount.Mount {
	m := mount.Mount{Type: mount.TypeVolume, Source: v.Host, Target: v.Target, ReadOnly: slices.Contains(strings.Split(v.Mode, ","), "ro")}
	if v.Host != "" && !v.Named {
		m.Type = mount.TypeBind
	}
	return m
}
