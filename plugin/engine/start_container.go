package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// PlaceTaken is a container that another tool has made, or started, in the place
// that one of a plan was to take: the two would use the same data.
type PlaceTaken struct{ Name string }

func (p *PlaceTaken) Error() string {
	return fmt.Sprintf("another program, maybe docker-compose, has replaced or started %s since this command looked, or is about to", p.Name)
}

// startContainer starts a container. Where it takes the place of those of another
// tool, it looks whether that tool is at work too: it knows nothing of the lock.
func startContainer(ctx context.Context, e *Engine, a plan.StartContainer) error {
	id := e.created.id(a.Container)
	if len(a.Predecessors) > 0 {
		c, err := e.client.ContainerInspect(ctx, a.Name)
		if errdefs.IsNotFound(err) && a.Held {
			return &PlaceTaken{Name: a.Name} // renamed, and soon replaced
		}
		if err = ignoreNotFound(err); err != nil {
			return err
		}
		another := c.ContainerJSONBase != nil && c.ID != "" && c.ID != id && c.Name != "/"+strings.TrimPrefix(id, "/")
		if another && (!slices.Contains(a.Predecessors, c.ID) || c.State != nil && c.State.Running) {
			return &PlaceTaken{Name: a.Name}
		}
	}
	return startAtOtherPort(ctx, e, id, e.client.ContainerStart(ctx, id, container.StartOptions{}))
}
