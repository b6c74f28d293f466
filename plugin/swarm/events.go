package swarm

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// The types of what something happens to.
const (
	OfService = "service"
	OfNetwork = "network"
	OfNode    = "node"
	OfTask    = "task"
)

// Event is something that happened in a swarm.
type Event struct {
	Time       time.Time
	Type       string
	Action     string // create, update or remove; of a task the state that it has come to
	ID, Name   string // Name is that on the swarm
	Service    string // in the files, of a service or a task
	Task       *observed.Task
	Attributes map[string]string // what the manager says beside
}

// EventQuery says which events are wanted.
type EventQuery struct {
	Project string
	Since   string // a time or how long ago; empty: from now on
	Until   string // likewise; empty: until the context ends
	Tasks   bool   // what becomes of tasks too, from now on
}

// often is how long it is until tasks are looked at again: a manager does not tell of
// them.
const often = time.Second

// Events reports what happens to the services and networks of a project, and to nodes. It
// calls begun when nothing that happens from then on is missed, and emit for every event,
// one after another. It returns when the context ends, or at the end of the query.
func (m *Manager) Events(ctx context.Context, q EventQuery, begun func(), emit func(Event)) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	filter := filters.NewArgs(filters.Arg("scope", "swarm"))
	for _, t := range []string{OfService, OfNetwork, OfNode} {
		filter.Add("type", t)
	}
	messages, errs := m.client.Events(within, events.ListOptions{Since: q.Since, Until: q.Until, Filters: filter})
	seen, err := m.Observe(within, q.Project, Look{Tasks: q.Tasks, Nodes: q.Tasks})
	if err != nil {
		return err
	}
	f := follower{manager: m, project: q.Project, services: map[string]string{}, networks: map[string]bool{}, tasks: map[string]string{}}
	f.know(seen)
	begun()
	var ticks <-chan time.Time
	if q.Tasks {
		clock := time.NewTicker(often)
		defer clock.Stop()
		ticks = clock.C
	}
	for {
		select {
		case <-ticks:
			seen, err := m.Observe(within, q.Project, Look{Tasks: true, Nodes: true})
			if err != nil && ctx.Err() == nil {
				return err
			} else if err == nil {
				f.tell(seen, emit)
			}
		case message := <-messages:
			if e, ours := f.event(within, message); ours {
				emit(e)
			}
		case err := <-errs:
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, io.EOF) && q.Until != "":
				return nil
			case err == nil, errors.Is(err, io.EOF):
				return engine.Unreachable{Host: m.options.Host, Err: errors.New("the engine closed the stream of events")}
			}
			return m.explain(ctx, err)
		}
	}
}

// follower knows what is a project's: events have no labels.
type follower struct {
	manager  *Manager
	project  string
	services map[string]string // by id: in the files
	networks map[string]bool   // ids
	tasks    map[string]string // by id: the state that was told of
}

func (f *follower) know(seen *observed.Swarm) {
	for _, s := range seen.Services {
		f.services[s.ID] = s.Service
	}
	for _, n := range seen.Networks {
		f.networks[n.ID] = true
	}
	for _, t := range seen.Tasks {
		f.tasks[t.ID] = t.State
	}
}

// event makes an event of what the manager tells, and reports whether it is about the
// project.
func (f *follower) event(ctx context.Context, m events.Message) (Event, bool) {
	out := Event{
		Time: time.Unix(0, m.TimeNano), Type: string(m.Type), Action: string(m.Action), ID: m.Actor.ID, Name: m.Actor.Attributes["name"],
		Attributes: maps.Clone(m.Actor.Attributes),
	}
	delete(out.Attributes, "name")
	switch out.Type {
	case OfNode:
		return out, true
	case OfNetwork:
		if !f.networks[out.ID] && f.owns(f.networkLabels(ctx, out.ID), out.Name) {
			f.networks[out.ID] = true
		}
		return out, f.networks[out.ID]
	}
	service, known := f.services[out.ID]
	if !known {
		of := f.serviceLabels(ctx, out.ID)
		if known = f.owns(of, out.Name); known {
			service = of[labels.ServiceOf]
			if of == nil {
				service = strings.TrimPrefix(out.Name, f.project+"_")
			}
			f.services[out.ID] = service
		}
	}
	out.Service = service
	return out, known
}

// owns reports whether labels are the project's. What is gone has none to look at: then
// the name tells.
func (f *follower) owns(of map[string]string, name string) bool {
	if of == nil {
		return strings.HasPrefix(name, f.project+"_")
	}
	return of[labels.ProjectOf] == f.project
}

func (f *follower) serviceLabels(ctx context.Context, id string) map[string]string {
	s, _, err := f.manager.client.ServiceInspectWithRaw(ctx, id, api.ServiceInspectOptions{})
	return orEmpty(s.Spec.Labels, err)
}

func (f *follower) networkLabels(ctx context.Context, id string) map[string]string {
	n, err := f.manager.client.NetworkInspect(ctx, id, network.InspectOptions{})
	return orEmpty(n.Labels, err)
}

// orEmpty are the labels of what is there; nil: it is not.
func orEmpty(of map[string]string, err error) map[string]string {
	switch {
	case err != nil:
		return nil
	case of == nil:
		return map[string]string{}
	}
	return of
}

// tell tells of tasks that have come to another state.
func (f *follower) tell(seen *observed.Swarm, emit func(Event)) {
	before := f.tasks
	f.tasks = map[string]string{}
	f.know(seen)
	for _, t := range seen.Tasks {
		if before[t.ID] != t.State {
			emit(Event{Time: t.Since, Type: OfTask, Action: t.State, ID: t.ID, Name: t.Name, Service: f.services[t.Service], Task: &t})
		}
	}
}
