package swarm

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Apply carries one action out. What is already as the action would have it is success:
// another run, or one that was cut off, may have been there before.
func (m *Manager) Apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	switch a := a.(type) {
	case plan.CreateNetwork:
		err = createNetwork(ctx, m, a.Network, report)
	case plan.RemoveNetwork:
		err = removeNetwork(ctx, m, a, report)
	case plan.CreateManaged:
		err = createService(ctx, m, a, report)
	case plan.UpdateManaged:
		err = updateService(ctx, m, a, report)
	case plan.ScaleManaged:
		err = scaleService(ctx, m, a, report)
	case plan.RestartManaged:
		err = restartService(ctx, m, a)
	case plan.AwaitManaged:
		err = awaitService(ctx, m, a, report)
	case plan.RemoveManaged:
		err = removeService(ctx, m, a)
	case plan.RemoveFile:
		err = removeFile(ctx, m, a.File)
	default:
		err = fmt.Errorf("an action that a manager of a swarm does not know: %T", a)
	}
	return m.explain(ctx, err)
}

// Taken is a name that something has which is not the project's.
type Taken struct {
	Kind, Name string // service or network
	Local      bool   // a network of the engine alone
	Err        error
}

func (t *Taken) Error() string {
	where := "the swarm has"
	if t.Local {
		where = "the engine has"
	}
	return fmt.Sprintf("%s a %s %s already, which is not this project's", where, t.Kind, t.Name)
}

// Unwrap gives the client's error.
func (t *Taken) Unwrap() error { return t.Err }

// Hints says what to type.
func (t *Taken) Hints() []string {
	return []string{"to see what it is: docker " + t.Kind + " inspect " + t.Name, "to have the project under another name: docker stacklite -p NAME …"}
}

// isTaken reports whether a name was refused because something has it.
func isTaken(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "already exists") || strings.Contains(err.Error(), "AlreadyExists"))
}

// pauses are between looks at what is on its way: short ones first.
type pauses struct{ next time.Duration }

const (
	shortest = 200 * time.Millisecond
	longest  = time.Second
)

// wait waits for a moment, and returns the context's error where that ends first.
func (p *pauses) wait(ctx context.Context) error {
	p.next = min(max(shortest, p.next*3/2), longest)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(p.next):
		return nil
	}
}
