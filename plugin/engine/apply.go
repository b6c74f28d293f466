package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Apply carries one action out. What is already as the action would have it
// (a container that is gone when it should be removed) is success: another run,
// or one that was cut off, may have been there before.
func (e *Engine) Apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	err := e.apply(ctx, a, report)
	for tries := 1; err != nil && ctx.Err() == nil && tries < mostTries && unblocked(ctx, e, a, err); tries++ {
		err = e.apply(ctx, a, report)
	}
	return withdrawn(ctx, e, a, e.explain(met(ctx, e, a, err)))
}

// mostTries is how often an action is tried whose obstacle is taken away each time: by
// then it is somebody who puts it there again and again.
const mostTries = 5

// apply asks the engine for what an action is.
func (e *Engine) apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	switch a := a.(type) {
	case plan.CreateNetwork:
		err = e.subnets.createNetwork(ctx, a.Network, a.Subnet)
	case plan.RemoveNetwork:
		err = removeNetwork(ctx, e.client, a, report)
	case plan.CreateContainer:
		err = createContainer(ctx, e, a, report)
	case plan.RenameContainer:
		err = e.client.ContainerRename(ctx, e.created.id(a.Container), a.To)
	case plan.Connect:
		a.Address = e.subnets.address(a)
		err = connect(ctx, e.client, e.created.id(a.Container), a)
		if desired.ConnectsExternal(a) {
			err = ignoreNotFound(err)
		}
	case plan.Disconnect:
		err = disconnect(ctx, e.client, a)
	case plan.StartContainer:
		err = startContainer(ctx, e, a)
	case plan.AwaitContainer:
		err = awaitUp(ctx, e, a)
	case plan.AwaitCondition:
		err = awaitCondition(ctx, e, a)
		if err != nil && a.Optional && ctx.Err() == nil {
			report(plan.Progress{Text: err.Error() + "; " + a.For + " does not need it"})
			err = nil
		}
	case plan.Drain:
		err = Drain(ctx, e, a.Front, a.Address, stopTime(a.Timeout))
	case plan.StopContainer:
		err = ignoreNotFound(e.client.ContainerStop(ctx, a.Container, container.StopOptions{Timeout: a.Timeout}))
	case plan.RestartContainer:
		err = startAtOtherPort(ctx, e, a.Container, e.client.ContainerRestart(ctx, a.Container, container.StopOptions{Timeout: a.Timeout}))
	case plan.RunHook:
		err = runHook(ctx, e, a, report)
	case plan.KillContainer:
		err = ignoreConflict(e.client.ContainerKill(ctx, a.Container, a.Signal))
	case plan.PauseContainer:
		err = e.client.ContainerPause(ctx, a.Container)
	case plan.UnpauseContainer:
		err = e.client.ContainerUnpause(ctx, a.Container)
	case plan.RemoveContainer:
		err = removeContainer(ctx, e.client, a)
	case plan.ImportImage:
		err = MakeFrontImage(ctx, e, a.Image.Ref, e.program)
	case plan.RemoveVolume:
		if err = ignoreNotFound(e.client.VolumeRemove(ctx, a.Name, false)); err != nil && ignoreConflict(err) == nil {
			report(plan.Progress{Text: "kept: other containers use it"})
			err = nil
		}
	case plan.RemoveImage:
		_, err = e.client.ImageRemove(ctx, a.Ref, image.RemoveOptions{PruneChildren: true})
		if err = ignoreNotFound(err); err != nil && ignoreConflict(err) == nil {
			report(plan.Progress{Text: "kept: other containers use it"})
			err = nil
		}
	default:
		err = fmt.Errorf("an action that this engine does not know: %T", a)
	}
	return err
}

// stopTime is how long a container is given to stop where nobody says otherwise.
func stopTime(seconds *int) time.Duration {
	if seconds == nil {
		return 10 * time.Second
	}
	return time.Duration(*seconds) * time.Second
}

// ignoreNotFound takes "no such thing" for success. What is no engine says that of
// everything.
func ignoreNotFound(err error) error {
	if errdefs.IsNotFound(err) && !isGarbled(err) {
		return nil
	}
	return err
}

// ignoreConflict takes "not running" and "no such thing" for success.
func ignoreConflict(err error) error {
	if errdefs.IsConflict(err) && !isGarbled(err) {
		return nil
	}
	return ignoreNotFound(err)
}
