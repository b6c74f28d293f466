package swarm

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/docker/api/types/filters"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// scaleService changes how many tasks a service has, and nothing else of it. One that is
// stopped has none when it returns: nodes have ended them.
func scaleService(ctx context.Context, m *Manager, a plan.ScaleManaged, report func(plan.Progress)) error {
	if !a.Stopped && a.Replicas > 0 {
		// A task that is being removed counts as its replica's where those that end are not
		// started again, and no other is made in its place, then or later.
		if err := awaitRemoved(ctx, m, a.ID, report); err != nil {
			return err
		}
	}
	err := m.change(ctx, a.ID, func(now api.Service) (api.ServiceSpec, pinned, error) {
		next := clone(now.Spec)
		hold(&next, a.Replicas, a.Stopped)
		return next, pinned{}, nil
	}, nil)
	if err == nil && a.Stopped {
		err = awaitRemoved(ctx, m, a.ID, report)
	}
	return err
}

// awaitRemoved waits until the tasks of a service are gone that are to be removed, for as
// long as a node may take that has not gone itself.
func awaitRemoved(ctx context.Context, m *Manager, id string, report func(plan.Progress)) error {
	within, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	tell := once(report)
	for between := (pauses{}); ; {
		tasks, err := m.client.TaskList(within, api.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", id))})
		if err != nil {
			return err
		}
		left := 0
		for _, t := range tasks {
			if t.DesiredState == api.TaskStateRemove {
				left++
			}
		}
		if left == 0 {
			return nil
		}
		tell(fmt.Sprintf("waits for %d to end", left))
		if err := between.wait(within); errors.Is(err, errPatience) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
