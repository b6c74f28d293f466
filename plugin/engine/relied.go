package engine

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// there is the condition that a container exists, and is not just being removed; none
// for no container.
func there(address, name string) condition {
	return func(ctx context.Context, e *Engine, _ error) string {
		if address == "" {
			return ""
		}
		c, err := e.client.ContainerInspect(ctx, e.created.id(address))
		switch {
		case IsGone(err):
			return name + " is gone"
		case err == nil && c.State != nil && going(c.State):
			return name + " is being removed"
		}
		return ""
	}
}

// thereAnd is a condition on the state of a container that exists.
func thereAnd(address, says string, is func(*container.State) bool) condition {
	so := state(address, is)
	return func(ctx context.Context, e *Engine, _ error) string {
		if so(ctx, e, nil) {
			return says
		}
		return ""
	}
}

func notPaused(address, name string) condition {
	return thereAnd(address, name+" is paused", func(s *container.State) bool { return s.Paused })
}

func running(address, name string) condition {
	return thereAnd(address, name+" does not run", func(s *container.State) bool { return !s.Running || s.Restarting })
}

// notRunning is the condition that a container does not run. One that did for a moment
// only has changed too.
func notRunning(name string) condition {
	return func(_ context.Context, _ *Engine, refused error) string {
		if IsRunning(refused) {
			return name + " runs again"
		}
		return ""
	}
}

// imageCalled is the condition that there is an image of a reference.
func imageCalled(ref string) condition {
	return func(ctx context.Context, e *Engine, _ error) string {
		if _, err := e.client.ImageInspect(ctx, ref); IsGone(err) {
			return "image " + ref + " is gone"
		}
		return ""
	}
}

// noContainerCalled is the condition that the name of a container is free.
func noContainerCalled(name string) condition {
	return func(ctx context.Context, e *Engine, _ error) string {
		if _, err := e.client.ContainerInspect(ctx, name); err == nil {
			return "there is a container " + name + " by now"
		}
		return ""
	}
}

// noNetworkCalled is the condition that the name of a network is free.
func noNetworkCalled(name string) condition {
	return func(ctx context.Context, e *Engine, _ error) string {
		if found, err := networksCalled(ctx, e.client, name); err == nil && len(found) > 0 {
			return "there is a network " + name + " by now"
		}
		return ""
	}
}

// networkCalled is the condition that there is a network of a name.
func networkCalled(name string) condition {
	return func(ctx context.Context, e *Engine, _ error) string {
		if found, err := networksCalled(ctx, e.client, name); err == nil && len(found) == 0 {
			return "network " + name + " is gone"
		}
		return ""
	}
}

// itsNetworks is the condition that a container can be attached to all that it is to
// be attached to when it is started.
func itsNetworks(address string) condition {
	return func(ctx context.Context, e *Engine, refused error) string {
		c, err := e.client.ContainerInspect(ctx, e.created.id(address))
		if err != nil || c.NetworkSettings == nil {
			return ""
		}
		for name := range c.NetworkSettings.Networks {
			if gone := networkCalled(name)(ctx, e, refused); gone != "" {
				return gone
			}
		}
		return ""
	}
}

// deserted is the condition that no container is attached to a network.
func deserted(id, name string) condition {
	return func(ctx context.Context, e *Engine, _ error) string {
		n, err := e.client.NetworkInspect(ctx, id, network.InspectOptions{})
		if err != nil || len(n.Containers) == 0 {
			return ""
		}
		if _, ghosts := attachedGhosts(ctx, e.client, id); ghosts {
			return ""
		}
		return "there are containers on network " + name + " by now"
	}
}

// cameBack is the condition that a container that is not attached to a network is so
// still: one that came back to it meanwhile was refused to be detached, and is on it
// again. One that is about to be started again is refused alike, all the time.
func cameBack(a plan.Disconnect) condition {
	on := inspected(a.Container, func(c container.InspectResponse) bool {
		return !c.State.Restarting && c.NetworkSettings != nil && c.NetworkSettings.Networks[a.Network] != nil
	})
	return func(ctx context.Context, e *Engine, refused error) string {
		if strings.Contains(refused.Error(), notConnected) && on(ctx, e, refused) {
			return a.Name + " has left network " + a.Network + " and come back"
		}
		return ""
	}
}
