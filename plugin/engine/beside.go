package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// A container that is to replace another one, and is started while that one runs, is
// taken away again where it does not come up: nothing is different then from before.

const (
	// steady is how long a container without a health check has to run before another one
	// goes: one that can't do its work mostly ends at once, and a proxy that writes its
	// configuration anew needs some of that time.
	steady = time.Second
	// mostPatience is how long a new container may take to become healthy. The engine
	// itself ends most of that: it calls one unhealthy after some tries.
	mostPatience = 10 * time.Minute
)

// Withdrawn is a new container that did not come up and was taken away again.
type Withdrawn struct {
	Name string
	Last string // line that it wrote; empty: none
	Err  error  // why it did not come up
}

func (w *Withdrawn) Error() string {
	text := w.Err.Error()
	if never := (*NotReady)(nil); errors.As(w.Err, &never) {
		text = "the new " + w.Name + " " + text
	}
	if w.Last != "" {
		text += ": " + w.Last
	}
	return text
}

// Unwrap gives why it did not come up.
func (w *Withdrawn) Unwrap() error { return w.Err }

// awaitUp waits until a new container is up.
func awaitUp(ctx context.Context, e *Engine, a plan.AwaitContainer) error {
	within, cancel := context.WithTimeoutCause(ctx, mostPatience, fmt.Errorf("not healthy after %d minutes", int(mostPatience.Minutes())))
	defer cancel()
	c, err := e.client.ContainerInspect(within, e.created.id(a.Container))
	if err != nil {
		return err
	}
	err = AwaitReady(within, e, []string{c.ID}, a.Beside, steady)
	if never := (*NotReady)(nil); errors.As(err, &never) && !a.Beside {
		if last := LastWords(ctx, e, c.ID); last != "" {
			never.What += ": " + last
		}
	}
	if within.Err() != nil {
		return context.Cause(within)
	}
	return err
}

// withdrawn takes the container of an action away that did not come up, where the one
// that it is to replace runs, and adds that to the error. What was interrupted stays.
func withdrawn(ctx context.Context, e *Engine, a plan.Action, failed error) error {
	address, name := "", ""
	switch a := a.(type) {
	case plan.StartContainer:
		if a.Beside {
			address, name = a.Container, a.Name
		}
	case plan.AwaitContainer:
		if a.Beside {
			address, name = a.Container, a.Name
		}
	case plan.RunHook:
		if a.Beside {
			address, name = a.Container, a.Name
		}
	}
	if failed == nil || address == "" || ctx.Err() != nil {
		return failed
	}
	id := e.created.id(address)
	last := LastWords(ctx, e, id)
	_ = e.client.ContainerStop(ctx, id, container.StopOptions{}) // it may have work to end; else it is killed
	err := ignoreNotFound(e.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true}))
	switch {
	case err == nil:
		return &Withdrawn{Name: name, Last: last, Err: failed}
	case client.IsErrConnectionFailed(err) || brokeOff(err):
		return failed // and nothing can be done
	}
	return errors.Join(failed, fmt.Errorf("the new %s could not be taken away: %w", name, e.explain(err)))
}
