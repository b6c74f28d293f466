package tasks

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/swarm"
)

// Event is something that has happened to a service, a task or a network of a project, or to
// a node.
type Event struct {
	Time       time.Time
	Type       string // service, task, network or node
	Action     string
	ID         string
	Service    string // in the files; empty: it is about none
	Attributes map[string]string
}

// Events reports what happens, until the context ends or until a time. Services that args
// name have to be there, or in the files.
func Events(ctx context.Context, s *session.Session, args []string, since, until string, emit func(Event)) error {
	if len(args) > 0 {
		if _, _, err := look(ctx, s, args); err != nil {
			return err
		}
	}
	q := swarm.EventQuery{Project: s.Name, Since: since, Until: until, Tasks: true}
	return s.Swarm.Events(ctx, q, func() {}, func(e swarm.Event) { emit(event(e)) })
}

// event is an event with what it says in words.
func event(e swarm.Event) Event {
	out := Event{Time: e.Time, Type: e.Type, Action: e.Action, ID: e.ID, Service: e.Service, Attributes: maps.Clone(e.Attributes)}
	if out.Attributes == nil {
		out.Attributes = map[string]string{}
	}
	add := func(name, value string) {
		if value != "" {
			out.Attributes[name] = value
		}
	}
	add("name", e.Name)
	if t := e.Task; t != nil {
		add("node", cmp.Or(t.NodeName, t.Node))
		add("error", t.Err)
		add("container", t.Container)
		if t.Over() {
			add("exitCode", strconv.Itoa(t.ExitCode))
		}
	}
	return out
}
