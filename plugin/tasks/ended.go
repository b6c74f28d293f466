package tasks

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// often is how long a command waits before it asks the manager again: it tells of services, but
// not of their tasks.
const often = time.Second

// Wait waits until all tasks of services have ended for good, and prints their exit codes.
// The error has the first that is not 0.
func Wait(ctx context.Context, s *session.Session, args []string) error {
	codes, err := wait(ctx, s, args)
	if err != nil {
		return err
	}
	var lines []string
	for _, code := range codes {
		lines = append(lines, strconv.Itoa(code))
	}
	return errors.Join(view.Lines(s.View, lines...), exit.Of(first(codes)))
}

func wait(ctx context.Context, s *session.Session, args []string) ([]int, error) {
	for {
		seen, services, err := look(ctx, s, args)
		if err != nil {
			return nil, err
		}
		services = slices.DeleteFunc(services, func(s observed.Service) bool { return s.OneOff || s.Stopped })
		if len(services) == 0 {
			return nil, exit.Failure{Msg: "no tasks to wait for", Advice: []string{"to start them: docker stacklite up -d"}}
		}
		if codes, over := ended(seen, services); over && len(codes) > 0 {
			return codes, nil
		}
		if session.Pause(s)(ctx, often); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// failure is the exit code of a task that has none: it was never begun.
const failure = 1

// ended gives the exit codes of the replicas of services, by name and number, and
// reports whether all have ended and are not begun again. A replica that has failed
// may be: then the swarm has made another task for it, or is about to.
func ended(seen *observed.Swarm, services []observed.Service) (codes []int, over bool) {
	over = true
	begun := map[string]int{} // replicas, by service
	for _, r := range replicas(seen, services) {
		if !r.isWanted() {
			continue
		}
		begun[r.service.ID]++
		t := r.tasks[0]
		for _, other := range r.tasks {
			over = over && (other.Over() && !(other.Meant() && hasFailed(other)) || !other.Meant() && onLostNode(seen, other))
		}
		code := t.ExitCode
		if code == 0 && (hasFailed(t) || onLostNode(seen, t)) {
			code = failure
		}
		codes = append(codes, code)
	}
	for _, s := range services {
		over = over && begun[s.ID] >= s.Replicas
	}
	return codes, over
}

// first is the first exit code that is not 0, or 0.
func first(codes []int) int {
	for _, code := range codes {
		if code != 0 {
			return code
		}
	}
	return 0
}
