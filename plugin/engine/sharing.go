package engine

import (
	"context"
	"slices"
	"time"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Sharing fills in what containers share with others: a network, processes or
// memory. What they share ends with the other's process, and one that was started
// again has made it anew. When that was tells only the inspection of both, so there
// is a call for each of the containers and one for each of those that they share
// with. Containers that are gone meanwhile keep what they have.
func Sharing(ctx context.Context, e *Engine, containers ...*observed.Container) error {
	users, err := inspectAll(ctx, e, containers, func(c *observed.Container) string { return c.ID }, whatTheyShare)
	if err != nil {
		return err
	}
	var ids []string
	joined := make([][]observed.Joined, len(containers))
	for i, user := range users {
		joined[i] = joinedBy(user)
		for _, j := range joined[i] {
			if !slices.Contains(ids, j.Of) {
				ids = append(ids, j.Of)
			}
		}
	}
	others, err := inspectAll(ctx, e, ids, func(id string) string { return id }, whatTheyShare)
	if err != nil {
		return err
	}
	for i, c := range containers {
		for n := range joined[i] {
			j := &joined[i][n]
			of := others[slices.Index(ids, j.Of)]
			j.Gone = startedAfter(of, users[i])
			if of.ContainerJSONBase != nil {
				j.Of = of.ID
			}
		}
		c.Joined = joined[i]
	}
	return nil
}

// whatTheyShare is what Sharing looks at, in its errors.
const whatTheyShare = "what its containers share"

// inspectAll asks for containers, some at a time; what says what for. Those that are gone give nothing.
func inspectAll[T any](ctx context.Context, e *Engine, list []T, id func(T) string, what string) ([]container.InspectResponse, error) {
	found := make([]container.InspectResponse, len(list))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, c := range list {
		group.Go(func() (err error) {
			found[i], err = e.client.ContainerInspect(within, id(c))
			return ignoreNotFound(err)
		})
	}
	return found, explainLook(e, what, group.Wait())
}

// joinedBy lists what a container was made to share with others.
func joinedBy(c container.InspectResponse) []observed.Joined {
	if c.ContainerJSONBase == nil || c.HostConfig == nil {
		return nil
	}
	var list []observed.Joined
	add := func(what, of string) {
		if of != "" {
			list = append(list, observed.Joined{Of: of, What: what})
		}
	}
	add("network", c.HostConfig.NetworkMode.ConnectedContainer())
	add("processes", c.HostConfig.PidMode.Container())
	add("memory", c.HostConfig.IpcMode.Container())
	return list
}

// startedAfter reports whether both containers run and the one was started last.
func startedAfter(c, other container.InspectResponse) bool {
	at, ok := runsSince(c)
	before, also := runsSince(other)
	return ok && also && at.After(before)
}

// runsSince is when a container was started that runs.
func runsSince(c container.InspectResponse) (time.Time, bool) {
	if c.ContainerJSONBase == nil || c.State == nil || !c.State.Running || c.State.Restarting {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, c.State.StartedAt)
	return at, err == nil
}

// Times fills in when containers were made, exactly, and since when their processes
// run. There is a call for each. Of those that are gone meanwhile nothing changes.
func Times(ctx context.Context, e *Engine, containers ...*observed.Container) error {
	found, err := inspectAll(ctx, e, containers, func(c *observed.Container) string { return c.ID }, "since when its containers run")
	if err != nil {
		return err
	}
	for i, c := range containers {
		if found[i].ContainerJSONBase == nil {
			continue
		}
		if at, err := time.Parse(time.RFC3339Nano, found[i].Created); err == nil {
			c.Created = at
		}
		c.Started, _ = runsSince(found[i])
	}
	return nil
}
