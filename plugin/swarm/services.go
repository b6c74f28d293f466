package swarm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// createService makes a service. Where the project has it already, for an earlier run was
// cut off, it is changed into what it is to be.
func createService(ctx context.Context, m *Manager, a plan.CreateManaged, report func(plan.Progress)) error {
	spec, err := specOf(ctx, m, a.Managed)
	if err != nil {
		return err
	}
	hold(&spec, a.Managed.Replicas, a.Stopped)
	pinned, err := m.pin(ctx, a.Managed, &spec, nil)
	if err != nil {
		return err
	}
	made, err := m.client.ServiceCreate(ctx, spec, api.ServiceCreateOptions{EncodedRegistryAuth: pinned.auth, QueryRegistry: pinned.query})
	switch {
	case err == nil && made.ID == "":
		return errNoID
	case err == nil:
		m.warn(a.Managed.Image, made.Warnings, report)
		return nil
	case !isTaken(err):
		return err
	}
	there, _, looked := m.client.ServiceInspectWithRaw(ctx, spec.Name, api.ServiceInspectOptions{})
	if looked != nil {
		return errors.Join(err, looked)
	}
	if !sameOwner(there.Spec.Labels, spec.Labels) {
		return &Taken{Kind: "service", Name: spec.Name, Err: err}
	}
	return updateService(ctx, m, plan.UpdateManaged{ID: there.ID, Managed: a.Managed, Stopped: a.Stopped}, report)
}

// updateService changes a service in place.
func updateService(ctx context.Context, m *Manager, a plan.UpdateManaged, report func(plan.Progress)) error {
	spec, err := specOf(ctx, m, a.Managed)
	if err != nil {
		return err
	}
	hold(&spec, a.Managed.Replicas, a.Stopped)
	return m.change(ctx, a.ID, func(now api.Service) (api.ServiceSpec, pinned, error) {
		next := clone(spec)
		next.TaskTemplate.ForceUpdate = now.Spec.TaskTemplate.ForceUpdate
		if a.Force {
			next.TaskTemplate.ForceUpdate++
		}
		pinned, err := m.pin(ctx, a.Managed, &next, &now.Spec)
		return next, pinned, err
	}, func(warnings []string) { m.warn(a.Managed.Image, warnings, report) })
}

// restartService has the tasks of a service replaced.
func restartService(ctx context.Context, m *Manager, a plan.RestartManaged) error {
	return m.change(ctx, a.ID, func(now api.Service) (api.ServiceSpec, pinned, error) {
		next := clone(now.Spec)
		next.TaskTemplate.ForceUpdate++
		return next, pinned{}, nil
	}, nil)
}

// mostTries is how often a service is changed that others change at the same time.
const mostTries = 10

// change changes a service as it is now. The manager takes a change of the latest version
// only, and counts its own notes of the service as versions too.
func (m *Manager) change(ctx context.Context, id string, change func(api.Service) (api.ServiceSpec, pinned, error), warned func([]string)) error {
	for tries, between := 1, (pauses{}); ; tries++ {
		now, _, err := m.client.ServiceInspectWithRaw(ctx, id, api.ServiceInspectOptions{})
		if err != nil {
			return err
		}
		next, pinned, err := change(now)
		if err != nil {
			return err
		}
		answer, err := m.client.ServiceUpdate(ctx, now.ID, now.Version, next, api.ServiceUpdateOptions{
			EncodedRegistryAuth: pinned.auth, QueryRegistry: pinned.query, RegistryAuthFrom: api.RegistryAuthFromSpec,
		})
		switch {
		case err == nil:
			m.mu.Lock()
			m.changed[next.Name] = true
			m.mu.Unlock()
			if warned != nil {
				warned(answer.Warnings)
			}
			return nil
		case !strings.Contains(err.Error(), "update out of sequence") || tries == mostTries:
			return err
		}
		if err := between.wait(ctx); err != nil {
			return err
		}
	}
}

// removeService removes a service, and what it alone used of the project's secrets and
// configs.
func removeService(ctx context.Context, m *Manager, a plan.RemoveManaged) error {
	there, _, looked := m.client.ServiceInspectWithRaw(ctx, a.ID, api.ServiceInspectOptions{})
	if err := ignoreNotFound(m.client.ServiceRemove(ctx, a.ID)); err != nil || looked != nil {
		return err
	}
	removeFiles(ctx, m, there)
	return nil
}

// specOf is the specification of a service, with the ids of its secrets and configs, which
// are made.
func specOf(ctx context.Context, m *Manager, of plan.Managed) (api.ServiceSpec, error) {
	want := of.Spec.(deployed.ServiceSpec)
	spec := clone(want.Spec)
	return spec, makeFiles(ctx, m, want, &spec)
}

// clone is a copy of which the client, and we, may change what is changed on the way.
func clone(s api.ServiceSpec) api.ServiceSpec {
	s.Labels = maps.Clone(s.Labels)
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	if c := s.TaskTemplate.ContainerSpec; c != nil {
		of := *c
		of.Secrets, of.Configs = slices.Clone(c.Secrets), slices.Clone(c.Configs)
		for i, r := range of.Secrets {
			copied := *r
			of.Secrets[i] = &copied
		}
		for i, r := range of.Configs {
			copied := *r
			of.Configs[i] = &copied
		}
		s.TaskTemplate.ContainerSpec = &of
	}
	if p := s.TaskTemplate.Placement; p != nil {
		of := *p
		of.Constraints = slices.Clone(p.Constraints)
		s.TaskTemplate.Placement = &of
	}
	return s
}

// nowhere is what no node fulfils: by that a service that is on each node has no tasks
// while it is stopped. How it is placed can be changed, and its mode can't.
const nowhere = "node.id==stopped"

// hold sets how many tasks a service is to have: so many, or none while it is stopped, and
// then they are remembered.
func hold(spec *api.ServiceSpec, replicas int, stopped bool) {
	delete(spec.Labels, labels.Held)
	n := uint64(max(0, replicas))
	if stopped {
		spec.Labels[labels.Held] = strconv.Itoa(replicas)
		n = 0
	}
	switch mode := &spec.Mode; {
	case mode.Replicated != nil:
		mode.Replicated = &api.ReplicatedService{Replicas: &n}
	case mode.ReplicatedJob != nil && n == 0:
		mode.ReplicatedJob = &api.ReplicatedJob{MaxConcurrent: &n, TotalCompletions: &n}
	case mode.ReplicatedJob != nil:
		job := *mode.ReplicatedJob
		job.TotalCompletions = &n
		if job.MaxConcurrent == nil || *job.MaxConcurrent == 0 {
			job.MaxConcurrent = &n
		}
		mode.ReplicatedJob = &job
	case mode.Global != nil, mode.GlobalJob != nil:
		holdEverywhere(spec, stopped)
	}
}

func holdEverywhere(spec *api.ServiceSpec, stopped bool) {
	p := spec.TaskTemplate.Placement
	if p == nil {
		p = &api.Placement{}
		spec.TaskTemplate.Placement = p
	}
	p.Constraints = slices.DeleteFunc(p.Constraints, func(c string) bool { return c == nowhere })
	if stopped {
		p.Constraints = append(p.Constraints, nowhere)
	}
}
