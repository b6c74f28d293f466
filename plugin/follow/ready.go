package follow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Readiness waits until containers are ready: they run and, where their image
// has a health check, are healthy. Nothing is polled: the engine's events say
// when something changes.
type Readiness struct {
	Engine   *engine.Engine
	Claim    observed.Claim // of the project
	Services []string
	Timeout  time.Duration // 0: without end

	changed chan struct{}

	mu   sync.Mutex
	news map[string]bool // containers that something has happened to, by id
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

// wait looks at every container once, and again at those that something happens
// to.
func (r *Readiness) wait(ctx context.Context) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	r.changed, r.news = make(chan struct{}, 1), map[string]bool{}
	begun, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		failed <- r.Engine.Watch(within, engine.EventQuery{Claim: r.Claim}, func() { close(begun) }, r.event)
	}()
	<-begun
	list, err := r.Engine.Containers(ctx, r.Claim)
	if err != nil {
		return err
	}
	waiting := map[string]observed.Container{}
	news := map[string]bool{}
	for _, c := range list {
		if !c.OneOff && slices.Contains(r.Services, c.Service) {
			waiting[c.ID], news[c.ID] = c, true
		}
	}
	for {
		for id := range news {
			c, ok := waiting[id]
			if !ok {
				continue
			}
			ready, err := r.ready(ctx, c)
			if err != nil {
				return err
			}
			if ready {
				delete(waiting, id)
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		select {
		case <-r.changed:
		case err := <-failed:
			return err
		}
		r.mu.Lock()
		news, r.news = r.news, map[string]bool{}
		r.mu.Unlock()
	}
}

func (r *Readiness) event(e engine.Event) {
	switch {
	case e.Action == engine.Started, e.Action == engine.Died, e.Action == engine.Destroyed,
		strings.HasPrefix(e.Action, "health_status"):
		r.mu.Lock()
		r.news[e.ID] = true
		r.mu.Unlock()
		notify(r.changed)
	}
}

// ready reports whether a container is ready. That it never will be is an
// error.
func (r *Readiness) ready(ctx context.Context, c observed.Container) (bool, error) {
	now, there, err := r.Engine.Status(ctx, c.ID)
	advice := []string{"to see its output: docker stacklite logs " + c.Service}
	switch {
	case err != nil:
		return false, err
	case !there:
		return false, exit.Failure{Msg: c.Name + " is gone"}
	case !now.State.Up():
		return false, exit.Failure{Msg: fmt.Sprintf("%s exited with code %d", c.Name, now.ExitCode), Advice: advice}
	case now.Health == "unhealthy":
		return false, exit.Failure{Msg: c.Name + " is unhealthy", Advice: advice}
	}
	return now.State == plan.StateRunning && (now.Health == "" || now.Health == "healthy"), nil
}
