package engine

import (
	"context"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
)

// pause is between two looks at something that is on its way.
const pause = 50 * time.Millisecond

// awaitCreation waits for a container that is being made: the engine gives its name
// to nobody else from the beginning, and shows it only when it is whole.
func awaitCreation(ctx context.Context, client Client, name string) {
	end := time.After(10 * time.Second)
	for {
		if _, err := client.ContainerInspect(ctx, name); !errdefs.IsNotFound(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-end:
			return
		case <-time.After(pause):
		}
	}
}

// awaitRemoval waits for a container that is being removed.
func awaitRemoval(ctx context.Context, client Client, id string) bool {
	c, err := client.ContainerInspect(ctx, id)
	if err != nil || c.State == nil || c.State.Status != container.StateRemoving {
		return ignoreNotFound(err) == nil && err != nil
	}
	gone, errs := client.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-gone:
		return true
	case err := <-errs:
		return ignoreNotFound(err) == nil
	}
}

// awaitRemoving waits for a container that is being removed, and reports whether there
// was one and it is gone.
func awaitRemoving(ctx context.Context, client Client, id string) bool {
	c, err := client.ContainerInspect(ctx, id)
	return err == nil && c.State != nil && c.State.Status == container.StateRemoving && awaitRemoval(ctx, client, c.ID)
}

// awaitLeaving waits for the containers on a network that are being removed, and
// reports whether there were any.
func awaitLeaving(ctx context.Context, client Client, id string) bool {
	n, err := client.NetworkInspect(ctx, id, network.InspectOptions{})
	if err != nil {
		return false
	}
	left := false
	for member := range n.Containers {
		left = awaitRemoving(ctx, client, member) || left
	}
	return left
}
