package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// NotReady is a container that will not be ready.
type NotReady struct {
	ID   string
	What string // became of it: exited with code 3, is unhealthy, is gone
	Gone bool   // there is no output of it to look at
}

func (n *NotReady) Error() string { return n.What }

// mostNamed is of how many containers an engine is asked for the events; of more it is
// asked for those of all.
const mostNamed = 100

// AwaitReady waits until containers, by id, are ready: they run and, where their image
// has a health check and that counts, are healthy; else they have run for as long as
// steady. Nothing is polled: the engine's events say when something changes. The error
// is a *NotReady where one never will be ready.
func AwaitReady(ctx context.Context, e *Engine, ids []string, health bool, steady time.Duration) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	r := readiness{engine: e, health: health, steady: steady, waiting: map[string]bool{}, since: map[string]time.Time{}, settled: make(chan string)}
	filter := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)))
	for _, id := range ids {
		r.waiting[id] = true
		if len(ids) <= mostNamed {
			filter.Add("container", id)
		}
	}
	messages, failed := e.client.Events(within, events.ListOptions{Filters: filter})
	for _, id := range ids {
		if err := r.look(within, id); err != nil {
			return err
		}
	}
	for len(r.waiting) > 0 {
		var err error
		select {
		case m := <-messages:
			err = r.event(within, m)
		case id := <-r.settled:
			err = r.look(within, id)
		case err = <-failed:
			err = eventsEnded(e, err)
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
	}
	return nil
}

// readiness are the containers that are waited for.
type readiness struct {
	engine  *Engine
	health  bool // a health check counts
	steady  time.Duration
	waiting map[string]bool      // by id
	since   map[string]time.Time // when one without a health check was first seen to run
	settled chan string          // ids of those that have run for long enough, if they still do
}

// event looks at a container that something has happened to.
func (r *readiness) event(ctx context.Context, m events.Message) error {
	id := m.Actor.ID
	switch {
	case !r.waiting[id] || !tellsOfReadiness(m.Action):
		return nil
	case m.Action == Died && r.steady > 0: // its restart policy may have started it again
		return &NotReady{ID: id, What: "exited with code " + m.Actor.Attributes["exitCode"]}
	}
	return r.look(ctx, id)
}

// look finds out whether a container is ready.
func (r *readiness) look(ctx context.Context, id string) error {
	if !r.waiting[id] {
		return nil
	}
	ready, healthy, err := r.isReady(ctx, id)
	switch {
	case err != nil:
		return err
	case ready && !healthy && r.steady > 0 && r.since[id].IsZero():
		r.since[id] = time.Now()
		time.AfterFunc(r.steady, func() {
			select {
			case r.settled <- id:
			case <-ctx.Done():
			}
		})
	case ready && (healthy || time.Since(r.since[id]) >= r.steady):
		delete(r.waiting, id)
	}
	return nil
}

// tellsOfReadiness reports whether a container may be ready, or never be, after an event.
func tellsOfReadiness(action events.Action) bool {
	switch action {
	case Started, Died, Destroyed, events.ActionUnPause:
		return true
	}
	return strings.HasPrefix(string(action), "health_status")
}

// isReady reports whether a container is ready, and whether its health check says so. A
// *NotReady is one that never will be; among these is, where it is to stay up, one that
// its restart policy starts again.
func (r *readiness) isReady(ctx context.Context, id string) (ready, healthy bool, err error) {
	now, there, err := r.engine.Status(ctx, id)
	if !r.health {
		now.Health = ""
	}
	switch {
	case err != nil:
		return false, false, err
	case !there:
		return false, false, &NotReady{ID: id, What: "is gone", Gone: true}
	case !now.State.Up(), r.steady > 0 && now.State == plan.StateRestarting:
		return false, false, &NotReady{ID: id, What: fmt.Sprintf("exited with code %d", now.ExitCode)}
	case now.Health == "unhealthy":
		return false, false, &NotReady{ID: id, What: "is unhealthy"}
	}
	healthy = now.Health == "healthy"
	return now.State == plan.StateRunning && (now.Health == "" || healthy), healthy, nil
}

// eventsEnded is why the stream of events ended.
func eventsEnded(e *Engine, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return Unreachable{Host: e.Host(), Err: errors.New("the engine closed the stream of events")}
	}
	return e.explain(err)
}
