package swarm

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// patience is how long an action waits for tasks that are on their way off a network.
const patience = time.Minute

// createNetwork makes a network. One of that name that was removed may still be on the
// engine, until the containers of its node have left it: that is waited for.
func createNetwork(ctx context.Context, m *Manager, n plan.Network, report func(plan.Progress)) error {
	options := n.Spec.(deployed.NetworkSpec).Options
	end := time.Now().Add(patience)
	told := false
	for between := (pauses{}); ; {
		made, err := m.client.NetworkCreate(ctx, n.Name, options)
		if err == nil && made.ID == "" {
			err = errNoID
		}
		if !isTaken(err) {
			return err
		}
		there, looked := named(ctx, m, n.Name)
		if looked != nil {
			return err
		}
		leaving := slices.ContainsFunc(there, func(n network.Summary) bool { return n.Scope == "swarm" && !isManaged(n) })
		switch {
		case slices.ContainsFunc(there, func(n network.Summary) bool { return isManaged(n) && sameOwner(n.Labels, options.Labels) }):
			return nil
		case len(there) > 0 && !leaving || time.Now().After(end):
			return &Taken{Kind: "network", Name: n.Name, Local: len(there) > 0 && there[0].Scope != "swarm", Err: err}
		case leaving && !told:
			told = true
			report(plan.Progress{Text: "waits for the last one of that name: tasks are still leaving it"})
		}
		if err := between.wait(ctx); err != nil {
			return err
		}
	}
}

// named are the networks that have a name.
func named(ctx context.Context, m *Manager, name string) ([]network.Summary, error) {
	list, err := m.client.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("name", name))})
	return slices.DeleteFunc(list, func(n network.Summary) bool { return n.Name != name }), err
}

// sameOwner reports whether labels are those of the same thing of the same project.
func sameOwner(a, b map[string]string) bool {
	for _, label := range []string{labels.ProjectOf, labels.ServiceOf, labels.OneOffOf, labels.Network, labels.Settings, labels.For} {
		if a[label] != b[label] {
			return false
		}
	}
	return true
}

// removeNetwork removes a network, and waits until tasks that are being stopped have left
// it. The manager refuses until it has told them to, and has it removed before they have
// done so.
func removeNetwork(ctx context.Context, m *Manager, a plan.RemoveNetwork, report func(plan.Progress)) error {
	within, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	found, err := m.client.NetworkInspect(within, a.ID, network.InspectOptions{})
	if err != nil {
		return ignoreNotFound(err)
	}
	tell := once(report)
	for between := (pauses{}); ; {
		err := ignoreNotFound(m.client.NetworkRemove(within, a.ID))
		if err == nil {
			break
		}
		by, leaves := holder(within, m, a, err)
		switch {
		case by == nil || within.Err() != nil:
			return err
		case !leaves && a.MayStay:
			tell("stays: " + by.By + " is on it")
			return nil
		case !leaves:
			return by
		}
		tell("waits for " + by.By + ", which is on it")
		if waited := between.wait(within); errors.Is(waited, errPatience) {
			return by
		} else if waited != nil {
			return waited
		}
	}
	for between := (pauses{}); ; {
		left := leaving(within, m, a.ID, found.Labels[labels.ProjectOf])
		_, err := m.client.NetworkInspect(within, a.ID, network.InspectOptions{})
		switch {
		case errdefs.IsNotFound(err) && len(left) == 0:
			return nil
		case len(left) > 0:
			tell("waits for tasks that end: " + strings.Join(left, ", "))
		}
		if err := between.wait(within); errors.Is(err, errPatience) {
			tell("is removed, and nodes have not left it yet")
			return nil
		} else if err != nil {
			return err
		}
	}
}

// errPatience ends what has waited for long enough.
var errPatience = errors.New("waited for long enough")

// once reports texts, each only where it is another than the one before.
func once(report func(plan.Progress)) func(text string) {
	last := ""
	return func(text string) {
		if text != last {
			last = text
			report(plan.Progress{Text: text})
		}
	}
}

// Held is a network that is not removed, because of who is on it.
type Held struct {
	Network string
	By      string // container 0123456789ab, task demo_web.1 or service demo_web
	Err     error
}

func (h *Held) Error() string { return "network " + h.Network + " stays: " + h.By + " is on it" }

// Unwrap gives the client's error.
func (h *Held) Unwrap() error { return h.Err }

// Hints says what to type.
func (h *Held) Hints() []string {
	if id, is := strings.CutPrefix(h.By, "container "); is {
		return []string{"to take it off, on its node: docker network disconnect " + h.Network + " " + id}
	}
	if name, is := strings.CutPrefix(h.By, "service "); is {
		return []string{"to take it off: docker service update --network-rm " + h.Network + " " + name}
	}
	return nil
}

// holder is who is on a network, as the refusal to remove it says, and whether that may
// leave it by itself: tasks are told to end after their service is gone. It is nil where
// the removal was refused for something else.
func holder(ctx context.Context, m *Manager, a plan.RemoveNetwork, err error) (by *Held, leaves bool) {
	by = &Held{Network: a.Name, Err: err}
	if _, id, is := strings.Cut(err.Error(), "is in use by service "); is {
		by.By = "service " + m.serviceName(ctx, strings.TrimSpace(id))
		return by, false
	}
	_, id, is := strings.Cut(err.Error(), "is in use by task ")
	if !is {
		by.By = "something"
		if !strings.Contains(err.Error(), "has active endpoints") {
			by = nil
		}
		return by, true
	}
	t, _, err := m.client.TaskInspectWithRaw(ctx, strings.TrimSpace(id))
	switch {
	case err != nil:
		by.By = "a task"
	case t.Spec.NetworkAttachmentSpec != nil:
		id := t.Spec.NetworkAttachmentSpec.ContainerID
		by.By = "container " + id[:min(12, len(id))]
		return by, false
	default:
		by.By = "task " + taskName(t, m.serviceName(ctx, t.ServiceID))
	}
	return by, true
}

// serviceName is the name of a service, or its id where it is gone.
func (m *Manager) serviceName(ctx context.Context, id string) string {
	if s, _, err := m.client.ServiceInspectWithRaw(ctx, id, api.ServiceInspectOptions{}); err == nil {
		return s.Spec.Name
	}
	return id
}

// leaving are the tasks of a project that are still on a network and are being stopped, by
// the names of their nodes. What is on a node that is down nobody knows.
func leaving(ctx context.Context, m *Manager, network, project string) (list []string) {
	if project == "" {
		return nil
	}
	tasks, err := m.client.TaskList(ctx, api.TaskListOptions{Filters: ofProject(project)})
	if err != nil {
		return nil
	}
	tasks = slices.DeleteFunc(tasks, func(t api.Task) bool {
		on := slices.ContainsFunc(t.NetworksAttachments, func(a api.NetworkAttachment) bool { return a.Network.ID == network })
		return !on || observed.Task{State: string(t.Status.State)}.Over() || order(string(t.Status.State)) < order("assigned")
	})
	if len(tasks) == 0 {
		return nil
	}
	nodes, err := m.client.NodeList(ctx, api.NodeListOptions{})
	if err != nil {
		return nil
	}
	count := map[string]int{}
	for _, t := range tasks {
		i := slices.IndexFunc(nodes, func(n api.Node) bool { return n.ID == t.NodeID })
		if i >= 0 && nodes[i].Status.State != api.NodeStateDown {
			count[nodeName(nodes[i])]++
		}
	}
	for name, n := range count {
		list = append(list, many(n, "task")+" on "+name)
	}
	slices.Sort(list)
	return list
}
