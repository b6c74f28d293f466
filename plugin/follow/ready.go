package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Readiness waits until containers are ready: they run and, where their image
// has a health check, are healthy. Nothing is polled: the engine's events say
// when something changes.
type Readiness struct {
	Engine   *engine.Engine
	Claim    observed.Claim // of the project
	Services []string
	Timeout  time.Duration // 0: without end
}

// Wait waits for all of them. That one never will be ready is an error.
func (r *Readiness) Wait(ctx context.Context) error {
	if r.Timeout > 0 {
		var cancel context.CancelFunc
		late := exit.Failure{Msg: fmt.Sprintf("not ready after %d seconds", int(r.Timeout.Seconds())), Advice: []string{"to see their output: docker stacklite logs"}}
		ctx, cancel = context.WithTimeoutCause(ctx, r.Timeout, late)
		defer cancel()
	}
	err := r.wait(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (r *Readiness) wait(ctx context.Context) error {
	list, err := r.Engine.Containers(ctx, r.Claim)
	if err != nil {
		return err
	}
	var ids []string
	by := map[string]observed.Container{}
	for _, c := range list {
		if !c.OneOff && slices.Contains(r.Services, c.Service) {
			ids, by[c.ID] = append(ids, c.ID), c
		}
	}
	err = engine.AwaitReady(ctx, r.Engine, ids, true, 0)
	if never := (*engine.NotReady)(nil); errors.As(err, &never) {
		c := by[never.ID]
		failure := exit.Failure{Msg: c.Name + " " + never.What}
		if !never.Gone {
			failure.Advice = []string{"to see its output: docker stacklite logs " + c.Service}
		}
		return failure
	}
	return err
}
