package engine

import (
	"context"
	"errors"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// What happens to a container, in the engine's words. There are others.
const (
	Started   = "start"
	Died      = "die"
	Signalled = "kill"
	Destroyed = "destroy"
)

// Event is something that happened to a container of a project.
type Event struct {
	Time               time.Time
	Action             string // the engine's word: start, die, …
	observed.Container        // as far as an event says: ID, Name, Project, Service, Number, OneOff, Image
	ExitCode           int    // of Died
	// Attributes are what the engine says beside, without the labels of the
	// container: image, name, signal, exitCode, …
	Attributes map[string]string
}

// EventQuery says which events are wanted.
type EventQuery struct {
	Claim observed.Claim // of the project whose containers are meant
	Since string         // a time or how long ago; empty: from now on
	Until string         // likewise; empty: until the context ends
}

// Watch reports what happens to the containers of a project. It calls begun
// when nothing that happens from then on is missed, and emit for every event,
// one after another. It returns when the context ends, or at the end of the
// query.
func (e *Engine) Watch(ctx context.Context, q EventQuery, begun func(), emit func(Event)) error {
	filter := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)))
	if project := q.Claim.Filter(); project != "" {
		filter.Add("label", labels.Project+"="+project)
	}
	messages, errs := e.client.Events(ctx, events.ListOptions{Since: q.Since, Until: q.Until, Filters: filter})
	begun()
	for {
		select {
		case m := <-messages:
			of := m.Actor.Attributes // the labels are among them
			copied := false
			var err error
			if of[labels.Project] == q.Claim.Project || !labels.Ours(of) {
				copied, err = e.facts.isCopy(ctx, q.Claim, m.Actor.ID, of["name"], of["image"], of)
			}
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return e.explain(err)
			case !copied:
				if out := event(m); out.Project == q.Claim.Project || q.Claim.Take(&out.Container) {
					emit(out)
				}
			}
		case err := <-errs:
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, io.EOF) && q.Until != "":
				return nil
			}
			return eventsEnded(e, err)
		}
	}
}

func event(m events.Message) Event {
	attributes := m.Actor.Attributes
	out := Event{
		Time:       time.Unix(0, m.TimeNano),
		Action:     string(m.Action),
		Container:  observed.Container{ID: m.Actor.ID, Name: attributes["name"], Image: attributes["image"]},
		Attributes: maps.Clone(attributes),
	}
	out.Owner = attributes[labels.Project] // among the attributes are the labels
	if labels.Ours(attributes) {
		out.Project = out.Owner
		addReplica(&out.Container, attributes)
	}
	addCompose(&out.Container, attributes)
	out.ExitCode, _ = strconv.Atoi(attributes["exitCode"])
	maps.DeleteFunc(out.Attributes, func(name, _ string) bool {
		// A label differs from an attribute only in its form: the engine's own
		// names have neither dot nor slash.
		return strings.ContainsAny(name, "./")
	})
	return out
}
