package engine

import (
	"context"
	"errors"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// removeContainer removes a container and, where asked to, its anonymous
// volumes. The engine takes those that were carried over from a replaced
// container for named ones, because they are mounted by their names; they are
// removed one by one, each with the last container that mounts it.
func removeContainer(ctx context.Context, client Client, a plan.RemoveContainer) error {
	var volumes []string
	if a.Volumes {
		c, err := client.ContainerInspect(ctx, a.Container)
		if err != nil {
			return ignoreNotFound(err)
		}
		for _, m := range observedMounts(c.Mounts) {
			if m.Anonymous() {
				volumes = append(volumes, m.Volume)
			}
		}
	}
	err := ignoreNotFound(client.ContainerRemove(ctx, a.Container, container.RemoveOptions{RemoveVolumes: a.Volumes}))
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range volumes {
		errs = append(errs, ignoreConflict(client.VolumeRemove(ctx, name, false)))
	}
	return errors.Join(errs...)
}
