package swarm

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Look says what of a swarm is looked at beside services and networks.
type Look struct {
	Tasks, Nodes bool
	Files        bool // secrets and configs
}

// Observe takes a snapshot of what the swarm has of a project, or of all for "". It makes
// two calls at the same time, one more each for tasks and for nodes, and two for files. The error is a
// *NotManager where the engine manages no swarm.
func (m *Manager) Observe(ctx context.Context, project string, l Look) (*observed.Swarm, error) {
	var (
		services []api.Service
		networks []network.Summary
		tasks    []api.Task
		nodes    []api.Node
	)
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		services, err = m.client.ServiceList(within, api.ServiceListOptions{Filters: ofProject(project), Status: true})
		return m.explainLook(ctx, "services", err)
	})
	group.Go(func() (err error) {
		filter := ofProject(project)
		filter.Add("scope", "swarm")
		networks, err = m.client.NetworkList(within, network.ListOptions{Filters: filter})
		return m.explainLook(ctx, "networks", err)
	})
	if l.Tasks {
		group.Go(func() (err error) {
			tasks, err = m.client.TaskList(within, api.TaskListOptions{Filters: ofProject(project)})
			return m.explainLook(ctx, "tasks", err)
		})
	}
	if l.Nodes {
		group.Go(func() (err error) {
			nodes, err = m.client.NodeList(within, api.NodeListOptions{})
			return m.explainLook(ctx, "nodes", err)
		})
	}
	var secrets, configs map[string]file
	if l.Files {
		group.Go(func() (err error) {
			secrets, err = secretsOf(within, m).list(ofProject(project))
			return m.explainLook(ctx, "secrets", err)
		})
		group.Go(func() (err error) {
			configs, err = configsOf(within, m).list(ofProject(project))
			return m.explainLook(ctx, "configs", err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := &observed.Swarm{}
	for kind, there := range map[string]map[string]file{"config": configs, "secret": secrets} {
		for name, f := range there {
			out.Files = append(out.Files, plan.HaveFile{Kind: kind, Name: name, ID: f.id})
		}
	}
	slices.SortFunc(out.Files, func(a, b plan.HaveFile) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Kind, b.Kind))
	})
	if l.Nodes {
		out.Nodes = observedNodes(nodes)
	}
	for _, s := range services {
		if of := observedService(s); isNamedSo(of) {
			out.Services = append(out.Services, of)
		}
	}
	slices.SortFunc(out.Services, func(a, b observed.Service) int { return strings.Compare(a.Name, b.Name) })
	for _, n := range networks {
		if isManaged(n) {
			out.Networks = append(out.Networks, observedNetwork(n))
		}
	}
	slices.SortFunc(out.Networks, func(a, b observed.Network) int { return strings.Compare(a.Name, b.Name) })
	if l.Tasks {
		out.Tasks = observedTasks(tasks, services, nodes)
	}
	return out, nil
}

// isNamedSo reports whether a service is named as this tool names those with its labels:
// with another name somebody else has made it, and it is left alone.
func isNamedSo(s observed.Service) bool {
	return s.Service != "" && strings.HasPrefix(s.Name, s.Project+"_"+s.Service)
}

// ofProject is the filter for what is a project's, or for "" any's. Tasks are found by the
// labels of their services.
func ofProject(project string) filters.Args {
	if project == "" {
		return filters.NewArgs(filters.Arg("label", labels.ProjectOf))
	}
	return filters.NewArgs(filters.Arg("label", labels.ProjectOf+"="+project))
}

// isManaged reports whether a network of a list is one of the swarm. One that the manager
// has removed is listed by the engine for as long as containers of its node leave it, and
// nothing can be attached to it any more: it is shown as engines show their own.
func isManaged(n network.Summary) bool {
	return n.Scope == "swarm" && n.Containers == nil && len(n.Peers) == 0
}

// observedTasks are the tasks of services that are there, by service, replica, and the
// newest first.
func observedTasks(tasks []api.Task, services []api.Service, nodes []api.Node) []observed.Task {
	byID, name := map[string]api.Service{}, map[string]string{}
	for _, s := range services {
		byID[s.ID] = s
	}
	for _, n := range nodes {
		name[n.ID] = nodeName(n)
	}
	list := []observed.Task{}
	for _, t := range tasks {
		if s, there := byID[t.ServiceID]; there {
			list = append(list, observedTask(t, s, name[t.NodeID]))
		}
	}
	slices.SortFunc(list, func(a, b observed.Task) int {
		return cmp.Or(strings.Compare(byID[a.Service].Spec.Name, byID[b.Service].Spec.Name), a.Slot-b.Slot, strings.Compare(a.Name, b.Name),
			b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID))
	})
	return list
}
