package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// An engine carries a call to the end even if the client that made it is gone, and
// another user may be at work on the same stack. What a run that was killed asked
// for may so be done after the next one has looked, and that one's own call is
// refused: it exists already, is no longer connected, is being removed. A second
// look then says whether all is as the action would have it, or else what it relied
// on and is no longer so. answerTo has both for every action.

// answer is how to find out what became of that which an action is about, once the
// engine has refused it.
type answer struct {
	so     func(ctx context.Context, e *Engine, refused error) bool // all is as the action would have it
	relies []condition                                              // on what else was so when the plan was made
}

// condition is something that has to be so for an action to succeed. It says what is
// no longer; empty: it is so, or can't be told.
type condition func(ctx context.Context, e *Engine, refused error) string

// never is the answer of an action of which nobody can tell afterwards whether it
// was carried out by another.
func never(context.Context, *Engine, error) bool { return false }

// answerTo gives the answer to an action that an engine carries out; false: it
// carries out no such action.
func answerTo(a plan.Action) (answer, bool) {
	switch a := a.(type) {
	case plan.CreateNetwork:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool {
			return networkIsMade(ctx, e.client, a.Network) || ghostServes(ctx, e.client, a.Network)
		}, relies: []condition{noNetworkCalled(a.Network.Name)}}, true
	case plan.RemoveNetwork:
		return answer{so: networkGone(a.ID), relies: []condition{deserted(a.ID, a.Name)}}, true
	case plan.CreateContainer:
		return answer{so: isMade(a), relies: []condition{noContainerCalled(a.As), there(a.Replaces, "the container that "+a.As+" replaces")}}, true
	case plan.RenameContainer:
		return answer{so: inspected(a.Container, func(c container.InspectResponse) bool {
			return strings.TrimPrefix(c.Name, "/") == a.To
		}), relies: []condition{there(a.Container, a.From), noContainerCalled(a.To)}}, true
	case plan.Connect:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool {
			return isConnected(ctx, e.client, e.created.id(a.Container), a)
		}, relies: []condition{there(a.Container, a.Name), networkCalled(a.Network.Name)}}, true
	case plan.Disconnect:
		return answer{so: isDisconnected(a), relies: []condition{there(a.Container, a.Name)}}, true
	case plan.StartContainer:
		return answer{so: state(a.Container, func(s *container.State) bool { return s.Running && !s.Paused && !s.Restarting }),
			relies: []condition{there(a.Container, a.Name), notPaused(a.Container, a.Name), itsNetworks(a.Container)}}, true
	case plan.StopContainer:
		return answer{so: goneOr(a.Container, func(s *container.State) bool { return !s.Running })}, true
	case plan.RestartContainer:
		return answer{so: never, relies: []condition{there(a.Container, a.Name), itsNetworks(a.Container)}}, true
	case plan.KillContainer:
		return answer{so: goneOr(a.Container, func(s *container.State) bool { return !s.Running })}, true
	case plan.PauseContainer:
		return answer{so: state(a.Container, func(s *container.State) bool { return s.Paused }),
			relies: []condition{there(a.Container, a.Name), running(a.Container, a.Name)}}, true
	case plan.UnpauseContainer:
		return answer{so: goneOr(a.Container, func(s *container.State) bool { return !s.Paused })}, true
	case plan.RemoveContainer:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool { return awaitRemoval(ctx, e.client, a.Container) },
			relies: []condition{notRunning(a.Name)}}, true
	case plan.RemoveImage:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool {
			_, err := e.client.ImageInspect(ctx, a.Ref)
			return errdefs.IsNotFound(err)
		}}, true
	}
	return answer{}, false
}

// Changed is the failure of an action because of what has changed on the engine since
// the plan was made: another look, and another plan, may well succeed.
type Changed struct {
	What string // is so now
	Err  error
}

func (c *Changed) Error() string { return c.Err.Error() }

// Unwrap gives the client's error.
func (c *Changed) Unwrap() error { return c.Err }

// met is what is left of the refusal of an action after a second look: nothing where
// all is as the action would have it.
func met(ctx context.Context, e *Engine, a plan.Action, refused error) error {
	if refused == nil || ctx.Err() != nil || client.IsErrConnectionFailed(refused) || brokeOff(refused) {
		return refused
	}
	answer, known := answerTo(a)
	if !known {
		return refused
	}
	if answer.so(ctx, e, refused) {
		return nil
	}
	for _, relied := range answer.relies {
		if what := relied(ctx, e, refused); what != "" {
			return &Changed{What: what, Err: refused}
		}
	}
	return refused
}

// unblocked waits for what is in the way of an action and on its way out, or takes it
// away, and reports whether the action is to be tried again.
func unblocked(ctx context.Context, e *Engine, a plan.Action, refused error) bool {
	if name := ambiguousName(refused); name != "" {
		return oneOfAName(ctx, e.client, name)
	}
	switch a := a.(type) {
	case plan.CreateContainer:
		return errdefs.IsConflict(refused) && awaitRemoving(ctx, e.client, a.As)
	case plan.RenameContainer:
		return errdefs.IsConflict(refused) && awaitRemoving(ctx, e.client, a.To)
	case plan.StartContainer:
		return addressTaken(refused) && anyAddress(ctx, e.client, e.created.id(a.Container))
	case plan.RestartContainer:
		return addressTaken(refused) && anyAddress(ctx, e.client, a.Container)
	case plan.RemoveNetwork:
		return isOccupied(refused) && awaitLeaving(ctx, e.client, a.ID)
	}
	return false
}

// inspected asks whether something is so of a container that is there.
func inspected(address string, is func(container.InspectResponse) bool) func(context.Context, *Engine, error) bool {
	return func(ctx context.Context, e *Engine, _ error) bool {
		c, err := e.client.ContainerInspect(ctx, e.created.id(address))
		return err == nil && c.ContainerJSONBase != nil && c.State != nil && is(c)
	}
}

// state is inspected of its state.
func state(address string, is func(*container.State) bool) func(context.Context, *Engine, error) bool {
	return inspected(address, func(c container.InspectResponse) bool { return is(c.State) })
}

// goneOr is state, or that the container is gone, or going.
func goneOr(address string, is func(*container.State) bool) func(context.Context, *Engine, error) bool {
	so := state(address, func(s *container.State) bool { return is(s) || going(s) })
	return func(ctx context.Context, e *Engine, refused error) bool {
		return IsGone(refused) || so(ctx, e, refused)
	}
}

// going reports whether a container is being removed, or could not be removed
// altogether.
func going(s *container.State) bool {
	return s.Status == container.StateRemoving || s.Dead
}

// there is the condition that a container exists, and is not just being removed; none
// for no container.
func there(address, name string) condition {
	return func(ctx context.Context, e *Engine, refused error) string {
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
	return func(ctx context.Context, e *Engine, refused error) string {
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

// noContainerCalled is the condition that the name of a container is free.
func noContainerCalled(name string) condition {
	return func(ctx context.Context, e *Engine, refused error) string {
		if _, err := e.client.ContainerInspect(ctx, name); err == nil {
			return "there is a container " + name + " by now"
		}
		return ""
	}
}

// noNetworkCalled is the condition that the name of a network is free.
func noNetworkCalled(name string) condition {
	return func(ctx context.Context, e *Engine, refused error) string {
		if found, err := networksCalled(ctx, e.client, name); err == nil && len(found) > 0 {
			return "there is a network " + name + " by now"
		}
		return ""
	}
}

// networkCalled is the condition that there is a network of a name.
func networkCalled(name string) condition {
	return func(ctx context.Context, e *Engine, refused error) string {
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
	return func(ctx context.Context, e *Engine, refused error) string {
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

// networkGone asks whether there is no network of an id.
func networkGone(id string) func(context.Context, *Engine, error) bool {
	return func(ctx context.Context, e *Engine, _ error) bool {
		_, err := e.client.NetworkInspect(ctx, id, network.InspectOptions{})
		return errdefs.IsNotFound(err)
	}
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

// isDisconnected asks whether a container is not attached to a network: to the one of
// an id, where that is known, or to any of the name.
func isDisconnected(a plan.Disconnect) func(context.Context, *Engine, error) bool {
	return inspected(a.Container, func(c container.InspectResponse) bool {
		if c.NetworkSettings == nil {
			return false
		}
		on := c.NetworkSettings.Networks[a.Network]
		return on == nil || a.ID != "" && on.NetworkID != "" && on.NetworkID != a.ID
	})
}

// networkIsMade reports whether there is one network of a name, made for the same.
func networkIsMade(ctx context.Context, client Client, n plan.Network) bool {
	found, err := networksCalled(ctx, client, n.Name)
	if err != nil {
		return false
	}
	of := n.Spec.(desired.NetworkSpec).Labels
	return len(found) == 1 && !slices.ContainsFunc(labels.All(), func(name string) bool { return found[0].Labels[name] != of[name] })
}

// isMade asks whether a container was made as an action says, by a run that was at
// work at the same time. That one may have started it already.
func isMade(a plan.CreateContainer) func(context.Context, *Engine, error) bool {
	return func(ctx context.Context, e *Engine, refused error) bool {
		if errdefs.IsConflict(refused) {
			awaitCreation(ctx, e.client, a.As)
		}
		id := madeOf(ctx, e.client, a)
		if id != "" {
			e.created.note(a.As, id)
		}
		return id != ""
	}
}

// madeOf is the id of a container that was made as an action says; empty: there is
// none.
func madeOf(ctx context.Context, client Client, a plan.CreateContainer) string {
	c, err := client.ContainerInspect(ctx, a.As)
	if err != nil || c.Config == nil || c.State == nil || going(c.State) || c.ID == a.Replaces {
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
