package engine

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// notConnected is what engines say where a container that is to be detached is not
// attached.
const notConnected = "is not connected to"

// disconnect detaches a container from a network. An engine refuses that while a
// container waits for its restart policy to start it again, though it is attached to
// the network when it starts. Plans stop one that was seen so before. One that runs
// when a plan is made, or is not among those that serve on, is stopped here and
// started again, if it is the stack's.
func disconnect(ctx context.Context, c Client, a plan.Disconnect) error {
	network := cmp.Or(a.ID, a.Network)
	err := ignoreNotFound(c.NetworkDisconnect(ctx, network, a.Container, false))
	if err == nil || !a.Ours || !betweenStarts(ctx, c, a, err) {
		return err
	}
	if stopped := c.ContainerStop(ctx, a.Container, container.StopOptions{}); stopped != nil {
		return errors.Join(err, stopped)
	}
	err = ignoreNotFound(c.NetworkDisconnect(ctx, network, a.Container, false))
	return errors.Join(err, c.ContainerStart(ctx, a.Container, container.StartOptions{}))
}

// betweenStarts reports whether a container was refused to be detached because its
// restart policy is about to start it again, or just has.
func betweenStarts(ctx context.Context, client Client, a plan.Disconnect, refused error) bool {
	if !strings.Contains(refused.Error(), notConnected) {
		return false
	}
	c, err := client.ContainerInspect(ctx, a.Container)
	return err == nil && c.ContainerJSONBase != nil && c.State != nil && c.State.Running && (c.State.Restarting || c.RestartCount > 0) &&
		c.NetworkSettings != nil && c.NetworkSettings.Networks[a.Network] != nil
}
