package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// AfterStart runs what files say is to be run in a container of a service when it has
// started, for one that no plan starts. The error is a *plan.StepError.
func AfterStart(ctx context.Context, s *Session, service *compose.Service, container string) error {
	for _, a := range desired.HooksOf(service).AfterStart(container, service.Name) {
		if err := Apply(ctx, s, a); err != nil {
			return &plan.StepError{Step: plan.Step{Action: a}, Err: err}
		}
	}
	return nil
}

// hook explains the failure of a command of the files that was run in a container.
func (x *explaining) hook(err error, why error, a plan.RunHook) *refusal.Refusal {
	r := &refusal.Refusal{Path: fmt.Sprintf("%s.%s[%d]", a.Service, a.Event, a.Number), Pos: x.placeOf(a), Errs: []error{err}}
	failed := (*engine.HookFailed)(nil)
	switch {
	case errors.As(why, &failed) && failed.Ended:
		r.Msg = fmt.Sprintf("container %s has exited with code %d", a.Name, failed.Code)
		if failed.Gone || failed.Again {
			r.Msg = fmt.Sprintf("container %s %s", a.Name, failed.Became())
		}
		if failed.Last != "" {
			r.Msg += ": " + failed.Last
		}
		if failed.Gone {
			return r
		}
		r.Advice = []string{"a command is run only in a container that stays: to see why it does not: docker stacklite logs --tail 20 " + a.Service}
		return r
	case errors.As(why, &failed):
		r.Msg = fmt.Sprintf("exited with code %d in container %s", failed.Code, a.Name)
		if failed.Last != "" {
			r.Msg += ": " + failed.Last
		}
	case refusal.Said(why):
		said := refusal.Read(why, refusal.Facts{"service": a.Service, "container": a.Name})
		r.Msg, r.Advice = said.Msg, said.Advice
		if said.Kind == refusal.NotRunning {
			return r
		}
	default:
		r.Msg = why.Error()
	}
	switch {
	case a.Event == plan.PreStop:
		r.Advice = append(r.Advice, fmt.Sprintf("%s runs on; to stop it without its %s: docker stacklite kill %s", a.Name, a.Event, a.Service))
	case !a.Beside && !a.MayEnd:
		r.Advice = append(r.Advice, fmt.Sprintf("%s runs, and up does not run its %s again; to do that: docker stacklite restart %s", a.Name, a.Event, a.Service))
	}
	return r
}

// placeOf is where in the files a command stands that is run in containers.
func (x *explaining) placeOf(a plan.RunHook) compose.Pos {
	s := x.service(a.Service)
	if s == nil || s.Spec == nil {
		return compose.Pos{}
	}
	list := s.Spec.PostStart
	if a.Event == plan.PreStop {
		list = s.Spec.PreStop
	}
	if a.Number >= len(list) {
		return compose.Pos{}
	}
	return list[a.Number].Pos
}
