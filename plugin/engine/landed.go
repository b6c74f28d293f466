package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// An engine carries a call to the end even if the client that made it is gone. What
// a run that was killed asked for may so be done after the next one has looked, and
// that one's own call is refused: it exists already, is no longer connected, is
// being removed. A second look then says whether all is as the action would have
// it.

// landed reports whether something is as an action that was refused would have
// it.
func landed(ctx context.Context, e *Engine, a plan.Action, refused error) bool {
	switch a := a.(type) {
	case plan.Connect:
		return isConnected(ctx, e.client, e.created.id(a.Container), a)
	case plan.Disconnect:
		c, err := e.client.ContainerInspect(ctx, a.Container)
		return err == nil && c.NetworkSettings != nil && c.NetworkSettings.Networks[a.Network] == nil
	case plan.CreateNetwork:
		return networkIsMade(ctx, e.client, a.Network) || ghostServes(ctx, e.client, a.Network)
	case plan.CreateContainer:
		if errdefs.IsConflict(refused) {
			awaitCreation(ctx, e.client, a.As)
		}
		id := madeOf(ctx, e.client, a)
		if id != "" {
			e.created.note(a.As, id)
		}
		return id != ""
	case plan.RenameContainer:
		c, err := e.client.ContainerInspect(ctx, e.created.id(a.Container))
		return err == nil && strings.TrimPrefix(c.Name, "/") == a.To
	case plan.RemoveContainer:
		return awaitRemoval(ctx, e.client, a.Container)
	}
	return false
}

// isConnected reports whether a container is attached to a network under the names
// that it is to have there.
func isConnected(ctx context.Context, client Client, id string, a plan.Connect) bool {
	c, err := client.ContainerInspect(ctx, id)
	if err != nil || c.NetworkSettings == nil {
		return false
	}
	got, want := c.NetworkSettings.Networks[a.Network.Name], desired.ConnectSettings(a)
	if got == nil || len(got.Links) != len(want.Links) {
		return false
	}
	has := func(list []string) func(string) bool {
		return func(name string) bool { return !slices.Contains(list, name) }
	}
	return !slices.ContainsFunc(want.Aliases, has(got.Aliases)) && !slices.ContainsFunc(want.Links, has(got.Links))
}

// networkIsMade reports whether there is one network of a name, made for the same.
func networkIsMade(ctx context.Context, client Client, n plan.Network) bool {
	found, err := client.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("name", n.Name))})
	if err != nil {
		return false
	}
	found = slices.DeleteFunc(found, func(f network.Summary) bool { return f.Name != n.Name })
	of := n.Spec.(desired.NetworkSpec).Labels
	return len(found) == 1 && !slices.ContainsFunc(labels.All(), func(name string) bool { return found[0].Labels[name] != of[name] })
}

// madeOf is the id of a container that was made as an action says and has never
// been started; empty: there is none.
func madeOf(ctx context.Context, client Client, a plan.CreateContainer) string {
	c, err := client.ContainerInspect(ctx, a.As)
	if err != nil || c.Config == nil || c.State == nil || c.State.Status != container.StateCreated {
		return ""
	}
	of := a.Container.Spec.(desired.ContainerSpec).Labels()
	if slices.ContainsFunc([]string{labels.Project, labels.Service, labels.Number, labels.OneOff, labels.Fingerprint}, func(name string) bool {
		return c.Config.Labels[name] != of[name]
	}) {
		return ""
	}
	return c.ID
}

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
		case <-time.After(50 * time.Millisecond):
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
