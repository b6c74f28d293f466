package engine

import (
	"context"
	"slices"
	"strings"

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
		return answer{so: isMade(a), relies: []condition{
			noContainerCalled(a.As), there(a.Replaces, "the container that "+a.As+" replaces"), imageCalled(a.Container.Image),
		}}, true
	case plan.RenameContainer:
		return answer{so: inspected(a.Container, func(c container.InspectResponse) bool {
			return strings.TrimPrefix(c.Name, "/") == a.To
		}), relies: []condition{there(a.Container, a.From), noContainerCalled(a.To)}}, true
	case plan.Connect:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool {
			return isConnected(ctx, e.client, e.created.id(a.Container), a)
		}, relies: []condition{there(a.Container, a.Name), networkCalled(a.Network.Name)}}, true
	case plan.Disconnect:
		return answer{so: isDisconnected(a), relies: []condition{there(a.Container, a.Name), cameBack(a)}}, true
	case plan.StartContainer:
		return answer{so: state(a.Container, func(s *container.State) bool { return s.Running && !s.Paused && !s.Restarting }),
			relies: []condition{there(a.Container, a.Name), notPaused(a.Container, a.Name), itsNetworks(a.Container)}}, true
	case plan.AwaitContainer, plan.AwaitCondition, plan.RunHook: // a hook may have run or not
		return answer{so: never}, true
	case plan.Drain: // a container is stopped also where its front does not answer
		return answer{so: func(context.Context, *Engine, error) bool { return true }}, true
	case plan.ImportImage:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool {
			_, err := e.client.ImageInspect(ctx, a.Image.Ref)
			return err == nil
		}}, true
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
	case plan.RemoveVolume:
		return answer{so: func(ctx context.Context, e *Engine, _ error) bool {
			_, err := e.client.VolumeInspect(ctx, a.Name)
			return errdefs.IsNotFound(err)
		}}, true
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
