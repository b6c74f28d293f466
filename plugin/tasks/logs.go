package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/swarm"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Logs are the logs of tasks that are to be shown, and how.
type Logs struct {
	Query engine.LogQuery
	Log   view.LogOptions
	Index int // of the replica; 0: all
}

// Print shows what the tasks of services have written, on whichever node, in the order of
// time.
func (l Logs) Print(ctx context.Context, s *session.Session, args []string) error {
	seen, services, err := look(ctx, s, args)
	if err != nil {
		return err
	}
	away := unread(seen, services)
	for _, text := range away {
		s.Note(text)
	}
	p := &logPrinter{Logs: l, session: s, args: args, down: len(away) > 0, names: newTaskNames(seen)}
	for _, t := range seen.Tasks {
		if slices.ContainsFunc(services, func(s observed.Service) bool { return s.ID == t.Service }) && p.meant(t) {
			p.Log.Containers = append(p.Log.Containers, view.LogLine{Container: logName(p.session.Name, t)})
		}
	}
	return p.run(ctx, services)
}

// unread says of nodes that are down whose tasks' logs are there and can't be read.
func unread(seen *observed.Swarm, services []observed.Service) []string {
	var out []string
	for _, n := range seen.Nodes {
		if n.State != "down" {
			continue
		}
		var names []string
		for _, r := range replicas(seen, services) {
			for _, t := range r.tasks {
				if t.Node == n.ID && !slices.Contains(names, t.Name) {
					names = append(names, t.Name)
				}
			}
		}
		if len(names) > 0 {
			out = append(out, fmt.Sprintf("%s is down: what was written there can't be read (%s)", nodeName(n), listed(names)))
		}
	}
	return out
}

// logName is what stands before the lines of a task of a project: web.1@node2.
func logName(project string, t observed.Task) string {
	name := strings.TrimPrefix(t.Name, project+"_")
	if node := cmp.Or(t.NodeName, t.Node); node != "" {
		name += "@" + node
	}
	return name
}

// taskNames knows tasks by their ids, also those that are gone.
type taskNames struct {
	mu    sync.Mutex
	byID  map[string]observed.Task
	nodes map[string]string // names by id
}

func newTaskNames(seen *observed.Swarm) *taskNames {
	n := &taskNames{byID: map[string]observed.Task{}, nodes: map[string]string{}}
	n.add(seen)
	return n
}

func (n *taskNames) add(seen *observed.Swarm) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range seen.Tasks {
		n.byID[t.ID] = t
	}
	for _, of := range seen.Nodes {
		n.nodes[of.ID] = nodeName(of)
	}
}

func (n *taskNames) get(id string) (observed.Task, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t, known := n.byID[id]
	return t, known
}

// gone makes a task of what is known of one that the manager has forgotten.
func (n *taskNames) gone(id, service, node string) observed.Task {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := observed.Task{ID: id, Name: service, Node: node, NodeName: n.nodes[node]}
	n.byID[id] = t
	return t
}

// logPrinter shows the logs of services, and where they are followed also of those that
// are made meanwhile.
type logPrinter struct {
	Logs
	session *session.Session
	args    []string
	down    bool // it was said that nodes are
	names   *taskNames

	lines *ordered
	once  sync.Once // the manager said that something is missing
}

func (p *logPrinter) meant(t observed.Task) bool { return p.Index == 0 || t.Slot == p.Index }

func (p *logPrinter) run(ctx context.Context, services []observed.Service) error {
	out := view.NewLogs(p.session.View, p.Log)
	p.lines = newOrdered(p.Query.Follow, out.Line)
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	broken := view.NewOutput(p.session.View.Out).Broken()
	go func() {
		select {
		case <-broken: // all that follows is lost too
			cancel()
		case <-within.Done():
		}
	}()
	group, streams := errgroup.WithContext(within)
	open := func(s observed.Service, q engine.LogQuery) {
		group.Go(func() error { return p.service(streams, s, q) })
	}
	for _, s := range services {
		open(s, p.Query)
	}
	if p.Query.Follow {
		group.Go(func() error {
			defer cancel()
			return p.keepUp(streams, services, open)
		})
	}
	err := group.Wait()
	p.lines.Close()
	if lost := out.Close(); lost != nil {
		return lost
	}
	if p.Query.Follow {
		if ctx.Err() == nil && errors.Is(err, context.Canceled) { // nothing is left to follow
			return nil
		}
		return exit.Watched(ctx, err)
	}
	return err
}

// service passes on the lines of one service until they end.
func (p *logPrinter) service(ctx context.Context, s observed.Service, q engine.LogQuery) error {
	var missing *swarm.Incomplete
	err := p.session.Swarm.Logs(ctx, s.ID, q, func(l swarm.LogLine) { p.line(ctx, s, l) })
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.As(err, &missing):
		if !p.down { // that is said
			p.once.Do(func() { p.session.Note(err.Error()) })
		}
		return nil
	}
	return err
}

func (p *logPrinter) line(ctx context.Context, s observed.Service, l swarm.LogLine) {
	t, known := p.names.get(l.Task)
	if !known {
		if seen, err := p.session.Swarm.Observe(ctx, p.session.Name, swarm.Look{Tasks: true, Nodes: true}); err == nil {
			p.names.add(seen)
		}
		if t, known = p.names.get(l.Task); !known { // it is gone, but what it wrote is not
			t = p.names.gone(l.Task, s.Name, l.Node)
		}
	}
	if p.meant(t) {
		p.lines.Line(view.LogLine{Container: logName(p.session.Name, t), Service: s.Service, Number: t.Slot, Time: l.Time, Text: l.Text})
	}
}

// keepUp follows services that are made, until none of those that are meant has tasks to run.
func (p *logPrinter) keepUp(ctx context.Context, services []observed.Service, open func(observed.Service, engine.LogQuery)) error {
	followed := map[string]bool{}
	for _, s := range services {
		followed[s.ID] = true
	}
	idle := 0
	for {
		if session.Pause(p.session)(ctx, often); ctx.Err() != nil {
			return ctx.Err()
		}
		seen, err := p.session.Swarm.Observe(ctx, p.session.Name, swarm.Look{Tasks: true, Nodes: true})
		if err != nil {
			return err
		}
		p.names.add(seen)
		q := p.Query
		q.Tail = -1
		busy := false
		for _, s := range chosen(seen, p.args) {
			if !followed[s.ID] {
				followed[s.ID] = true
				open(s, q)
			}
			busy = busy || !s.Stopped && !s.Job && (s.Everywhere || s.Replicas > 0)
		}
		for _, r := range replicas(seen, chosen(seen, p.args)) {
			busy = busy || slices.ContainsFunc(r.tasks, func(t observed.Task) bool { return !t.Over() && !onLostNode(seen, t) })
		}
		if idle++; busy {
			idle = 0
		}
		if idle > 2 {
			return nil
		}
	}
}
