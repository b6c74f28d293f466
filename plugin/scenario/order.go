package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/rogpeppe/go-internal/testscript"
)

// watch runs stacklite and notes the engine's events meanwhile. A real engine
// keeps the last 256 of all: few enough scripts play at the same time.
func watch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: events stacklite ARG...")
	}
	s, since := Of(ts), time.Now()
	ts.Check(ts.Exec(args[0], args[1:]...))
	var err error
	s.events, err = s.eventsBetween(since, time.Now())
	ts.Check(err)
}

func (s *Scene) eventsBetween(since, until time.Time) ([]events.Message, error) {
	stamp := func(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }
	messages, failure := s.Client.Events(context.Background(), events.ListOptions{Since: stamp(since), Until: stamp(until)})
	var list []events.Message
	for {
		select {
		case m := <-messages:
			list = append(list, m)
		case err := <-failure:
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return list, err
		}
	}
}

// happenedBefore claims that all events of a kind about containers of one
// service came before all of another kind about those of another: ACTION SERVICE
// ACTION SERVICE. To be connected to a network is an event of a container here.
func happenedBefore(s *Scene, args []string) error {
	first, err := s.positions(args[0], args[1])
	if err != nil {
		return err
	}
	second, err := s.positions(args[2], args[3])
	if err != nil {
		return err
	}
	if first[len(first)-1] > second[0] {
		return fmt.Errorf("%s of %s is event %d, after %s of %s, which is %d",
			args[0], args[1], first[len(first)-1], args[2], args[3], second[0])
	}
	return nil
}

// positions returns which of the events are an action on a service's
// containers. That there are none is an error.
func (s *Scene) positions(action, service string) ([]int, error) {
	project, service := s.split(service)
	about := map[string]bool{}
	for _, e := range s.events {
		if e.Type == events.ContainerEventType {
			about[e.Actor.ID] = e.Actor.Attributes[LabelProject] == project && e.Actor.Attributes[LabelService] == service
		}
	}
	var found []int
	for i, e := range s.events {
		id := e.Actor.ID
		if e.Type == events.NetworkEventType {
			id = e.Actor.Attributes["container"]
		}
		if about[id] && string(e.Action) == action {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("none of %d events is %s of %s", len(s.events), action, service)
	}
	return found, nil
}
