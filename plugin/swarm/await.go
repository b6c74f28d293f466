package swarm

import (
	"context"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// awaitService waits until the manager has done what it was asked for with a service, and
// its tasks run, or have completed. A manager tells nobody of tasks, so it is asked again
// and again.
func awaitService(ctx context.Context, m *Manager, a plan.AwaitManaged, report func(plan.Progress)) error {
	began := time.Now()
	w := newWatch(a.Completes)
	m.mu.Lock()
	w.rolling = m.changed[a.Name]
	m.mu.Unlock()
	nodes := nodeCache{manager: m}
	for between := (pauses{}); ; {
		seen, err := m.lookAt(ctx, a.Name, &nodes)
		if err != nil {
			return err
		}
		done, progress, err := w.look(time.Since(began), seen)
		for _, p := range progress {
			report(p)
		}
		if done || err != nil {
			return err
		}
		if err := between.wait(ctx); err != nil {
			return err
		}
	}
}

// lookAt looks at one service, its tasks, and which of them are of its latest
// specification: that only the manager can tell.
func (m *Manager) lookAt(ctx context.Context, name string, nodes *nodeCache) (out sight, err error) {
	var (
		services       []api.Service
		tasks, current []api.Task
	)
	of := func(more ...filters.KeyValuePair) filters.Args {
		return filters.NewArgs(append(more, filters.Arg("service", name))...)
	}
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		services, err = m.client.ServiceList(within, api.ServiceListOptions{Filters: filters.NewArgs(filters.Arg("name", name)), Status: true})
		return err
	})
	group.Go(func() (err error) {
		tasks, err = m.client.TaskList(within, api.TaskListOptions{Filters: of()})
		return err
	})
	group.Go(func() (err error) {
		current, err = m.client.TaskList(within, api.TaskListOptions{Filters: of(filters.Arg("_up-to-date", "true"))})
		return err
	})
	err = group.Wait()
	if errdefs.IsNotFound(err) || err != nil && strings.Contains(err.Error(), "not found") {
		return out, &Failed{Service: name, What: "was removed meanwhile"}
	}
	if err != nil {
		return out, err
	}
	found := false
	for _, s := range services {
		if s.Spec.Name != name { // the filter takes what begins with the name
			continue
		}
		found = true
		out.service = observedService(s)
		known := nodes.of(ctx, tasks)
		out.down = map[string]bool{}
		for _, n := range known {
			out.down[n.ID] = n.Status.State == api.NodeStateDown
		}
		out.tasks = observedTasks(tasks, []api.Service{s}, known)
	}
	if !found {
		return out, &Failed{Service: name, What: "was removed meanwhile"}
	}
	out.current = map[string]bool{}
	waits := false
	for _, t := range current {
		out.current[t.ID] = true
		waits = waits || t.Status.State == api.TaskStateNew
	}
	if waits {
		out.starved, err = withoutAddresses(ctx, m, out.service)
	}
	return out, err
}

// withoutAddresses names the networks of a service that its manager has given no subnet.
func withoutAddresses(ctx context.Context, m *Manager, s observed.Service) (names []string, err error) {
	for _, on := range s.Attached {
		n, err := m.client.NetworkInspect(ctx, on.Network, network.InspectOptions{})
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if n.Scope == "swarm" && len(n.IPAM.Config) == 0 {
			names = append(names, n.Name)
		}
	}
	return names, nil
}

// sight is a service that is waited for, at one moment.
type sight struct {
	service observed.Service
	tasks   []observed.Task // by replica, and the newest first
	current map[string]bool // by id: it is of the latest specification
	down    map[string]bool // by id of a node: nobody knows what runs there
	starved []string        // networks of it without addresses, looked for while tasks are new
}

// nodeCache has the nodes of a swarm. They seldom change.
type nodeCache struct {
	manager *Manager
	at      time.Time
	nodes   []api.Node
}

// nodesLast is for how long nodes are taken to be as they were.
const nodesLast = 3 * time.Second

// of gives the nodes; where the manager does not tell, those that were known.
func (c *nodeCache) of(ctx context.Context, tasks []api.Task) []api.Node {
	if len(tasks) > 0 && time.Since(c.at) > nodesLast {
		if nodes, err := c.manager.client.NodeList(ctx, api.NodeListOptions{}); err == nil {
			c.nodes, c.at = nodes, time.Now()
		}
	}
	return c.nodes
}
