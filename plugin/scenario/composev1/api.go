package composev1

import (
	"context"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

// api is the engine, as far as it is asked about one container.
type api struct{ cli *client.Client }

func (a api) drop(ctx context.Context, c container, g goal) error {
	if err := a.stopOne(ctx, c, g.timeout); err != nil {
		return err
	}
	return a.removeOne(ctx, c, false)
}

func (a api) stopOne(ctx context.Context, c container, timeout *int) error {
	return a.cli.ContainerStop(ctx, c.ID, containertypes.StopOptions{Timeout: timeout})
}

func (a api) startOne(ctx context.Context, id string) error {
	return a.cli.ContainerStart(ctx, id, containertypes.StartOptions{})
}

func (a api) removeOne(ctx context.Context, c container, volumes bool) error {
	return a.cli.ContainerRemove(ctx, c.ID, containertypes.RemoveOptions{RemoveVolumes: volumes})
}
