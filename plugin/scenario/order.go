package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/rogpeppe/go-internal/testscript"
)

// watch runs stacklite and notes the engine's events meanwhile. It listens from
// before: an engine keeps the last 256 of all, and other scripts make events too.
func watch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: events stacklite ARG...")
	}
	s, since := Of(ts), time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	heard := s.listen(ctx, events.ListOptions{Since: stamp(since)})
	ts.Check(ts.Exec(args[0], args[1:]...))
	recent, err := gather(s.listen(ctx, events.ListOptions{Since: stamp(since), Until: stamp(time.Now())}), nil)
	ts.Check(err)
	s.events = nil
	if len(recent) > 0 {
		s.events, err = gather(heard, &recent[len(recent)-1])
		ts.Check(err)
	}
}

func stamp(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }

// listen gives the engine's events as they come, until the engine ends them.
func (s *Scene) listen(ctx context.Context, options events.ListOptions) <-chan events.Message {
	messages, failure := s.Client.Events(ctx, options)
	// An engine leaves events out for who is slow to take them.
	heard := make(chan events.Message, 1<<16)
	go func() {
		defer close(heard)
		for {
			select {
			case m := <-messages:
				heard <- m
			case <-failure: // the end of those until a time, too
				return
			}
		}
	}()
	return heard
}

// gather takes events up to the last, or all where nil says that the engine ends them.
func gather(heard <-chan events.Message, last *events.Message) ([]events.Message, error) {
	var list []events.Message
	for m := range heard {
		list = append(list, m)
		if last != nil && m.TimeNano == last.TimeNano && m.Type == last.Type && m.Action == last.Action && m.Actor.ID == last.Actor.ID {
			return list, nil
		}
	}
	if last != nil {
		return nil, errors.New("the engine ended its events before the last")
	}
	return list, nil
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
