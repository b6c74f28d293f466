package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
)

// readyFlags say whether up waits until the containers are of use.
type readyFlags struct {
	wait        bool
	waitTimeout int
}

func (f *readyFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.wait, "wait", false, "wait until containers run and, where their image has a health check, are healthy; implies -d")
	cmd.Flags().IntVar(&f.waitTimeout, "wait-timeout", 0, "seconds to wait at most (default without end)")
}

// bringReady brings the stack up and waits until the containers of the
// services, or of all where services is nil, are ready. Nothing is asked again
// and again: the engine tells when something changes.
func (s *stack) bringReady(ctx context.Context, f readyFlags, services []string, bring func(context.Context) error) error {
	if err := bring(ctx); err != nil {
		return err
	}
	if f.waitTimeout > 0 {
		var cancel context.CancelFunc
		late := failure{msg: fmt.Sprintf("not ready after %d seconds", f.waitTimeout), hints: []string{"to see what they say: logs"}}
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(f.waitTimeout)*time.Second, late)
		defer cancel()
	}
	w := &readiness{stack: s, services: services, changed: make(chan struct{}, 1)}
	err := w.await(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// readiness waits for containers.
type readiness struct {
	*stack
	services []string
	changed  chan struct{}

	mu   sync.Mutex
	look map[string]bool // containers about which there is news, by id
}

// await looks at every container once, and again at those that something
// happens to.
func (w *readiness) await(ctx context.Context) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	w.look = map[string]bool{}
	begun, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		failed <- w.engine.Watch(within, engine.EventQuery{Project: w.project.Name}, func() { close(begun) }, w.event)
	}()
	<-begun
	list, err := w.engine.List(ctx, w.project.Name)
	if err != nil {
		return err
	}
	waiting := map[string]engine.Replica{}
	news := map[string]bool{}
	for _, r := range list {
		if !r.OneOff && (w.services == nil || slices.Contains(w.services, r.Service)) && slices.Contains(serviceNames(w.project), r.Service) {
			waiting[r.ID], news[r.ID] = r, true
		}
	}
	for {
		for id := range news {
			r, ok := waiting[id]
			if !ok {
				continue
			}
			ready, err := w.ready(ctx, r)
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
		case <-w.changed:
		case err := <-failed:
			return err
		}
		w.mu.Lock()
		news, w.look = w.look, map[string]bool{}
		w.mu.Unlock()
	}
}

func (w *readiness) event(e engine.Event) {
	switch {
	case e.Action == engine.Started, e.Action == engine.Died, e.Action == engine.Destroyed,
		strings.HasPrefix(e.Action, "health_status"):
		w.mu.Lock()
		w.look[e.ID] = true
		w.mu.Unlock()
		poke(w.changed)
	}
}

// ready tells whether a container is of use. That it never will be is an error.
func (w *readiness) ready(ctx context.Context, r engine.Replica) (bool, error) {
	c, there, err := w.engine.Status(ctx, r.ID)
	hints := []string{"to see what it said: logs " + r.Service}
	switch {
	case err != nil:
		return false, err
	case !there:
		return false, failure{msg: r.Name + " is gone"}
	case !c.State.Up():
		return false, failure{msg: fmt.Sprintf("%s exited with code %d", r.Name, c.ExitCode), hints: hints}
	case c.Health == "unhealthy":
		return false, failure{msg: r.Name + " is unhealthy", hints: hints}
	}
	return c.State == "running" && (c.Health == "" || c.Health == "healthy"), nil
}
