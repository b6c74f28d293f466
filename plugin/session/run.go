package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Run carries a plan out and shows how it goes, or in a dry run only prints it.
func (s *Session) Run(ctx context.Context, p *plan.Plan) error {
	if s.Options.DryRun {
		err := view.PrintPlan(s.View, s.Options.PlanFormat, p)
		if lost := (*view.Unwritten)(nil); err != nil && !errors.As(err, &lost) {
			return exit.Usage{Msg: err.Error()}
		}
		return err
	}
	return s.runShown(ctx, p, s.Options.Progress)
}

// RunAmidLines is Run for when other lines are written meanwhile, for which
// progress that is rewritten in place does not work.
func (s *Session) RunAmidLines(ctx context.Context, p *plan.Plan) error {
	kind := s.Options.Progress
	if kind != "json" && kind != "quiet" {
		kind = "plain"
	}
	return s.runShown(ctx, p, kind)
}

// RunSilently carries a plan out and prints nothing.
func (s *Session) RunSilently(ctx context.Context, p *plan.Plan) error {
	return Explain(ctx, s, carryOut(ctx, s, p, func(plan.Event) {}), "", "")
}

func (s *Session) runShown(ctx context.Context, p *plan.Plan, kind string) error {
	show := s.Options.Show
	if show == nil {
		show = func(s *Session, kind string) (view.Progress, error) { return view.NewProgress(kind, s.View) }
	}
	progress, err := show(s, kind)
	if err != nil {
		return exit.Usage{Msg: err.Error()}
	}
	if s.Options.Show == nil {
		progress = view.WithSummary(progress, s.View)
	}
	if err := prepare(ctx, s, p); err != nil {
		return err
	}
	progress.Start(p)
	s.started.open = len(p.Later) > 0
	err = carryOut(ctx, s, p, func(e plan.Event) {
		if _, pulls := e.Step.Action.(plan.PullImage); pulls && s.Options.QuietPull && e.Phase == plan.Advanced {
			return
		}
		s.started.note(e, time.Now())
		progress.Event(e)
	})
	progress.End()
	return Explain(ctx, s, err, "", "")
}

// prepare chooses how the images of a plan are built.
func prepare(ctx context.Context, s *Session, p *plan.Plan) error {
	if !p.Empty() {
		defer s.Options.Profile.Phase("prepare images")()
	}
	return s.Images.Prepare(ctx, p)
}

// carryOut carries a plan out, and tells emit how it goes.
func carryOut(ctx context.Context, s *Session, p *plan.Plan, emit func(plan.Event)) error {
	if !p.Empty() {
		defer s.Options.Profile.Phase("carry out")()
		ctx, emit = s.Options.Profile.Plan(ctx, p, s.Options.Parallel, view.Label, emit)
	}
	return p.Run(plan.GivesUp(ctx, interrupt.After(ctx)), max(1, s.Options.Parallel), s.apply, emit)
}

// Apply carries one action out that is no step of a plan.
func Apply(ctx context.Context, s *Session, a plan.Action) error {
	return s.apply(ctx, a, func(plan.Progress) {})
}

// apply carries one action out, through the package that knows it. What an engine
// was asked to do it does even if nobody waits for it, and then nobody knows what is
// there: so that is waited for, also after an interruption. Images are no part of
// that: what was pulled or built half is of no use, and in nobody's way. Nor is waiting
// for connections to end.
func (s *Session) apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	by := s.Engine.Apply
	if s.Swarm != nil {
		by = s.Swarm.Apply
	}
	switch a.(type) {
	case plan.PullImage, plan.BuildImage, plan.PushImage:
		done := interrupt.Work(ctx, a.Words())
		defer done()
		err = s.Images.Apply(ctx, a, report)
	case plan.AwaitContainer, plan.AwaitCondition, plan.AwaitManaged, plan.Drain: // the next run goes on with what there is
		done := interrupt.Work(ctx, a.Words())
		defer done()
		err = by(ctx, a, report)
	default:
		within, done := interrupt.Step(ctx, a.Words())
		defer done()
		err = by(within, a, report)
	}
	if err != nil && ctx.Err() != nil && strings.Contains(err.Error(), context.Canceled.Error()) {
		return interrupted(err)
	}
	return err
}

// interrupted is the error of a step that was cut off, without the request that was
// on its way.
func interrupted(err error) error {
	return &refusal.Refusal{Kind: refusal.Interrupted, Msg: "interrupted", Errs: []error{err, context.Canceled}}
}

// leftRunning adds to the error of an interrupted plan which services run that it
// has started, and what was not run in their containers.
func leftRunning(ctx context.Context, s *Session, p *plan.Plan, err error) error {
	if err == nil || ctx.Err() == nil || s.Options.EngineWords || s.Swarm != nil {
		return err
	}
	defer s.Options.Profile.Look()()
	list, _ := s.Engine.Containers(interrupt.After(ctx), s.Claim) // after a second Ctrl-C it is not asked
	var services []string
	for _, step := range p.Steps {
		start, is := step.Action.(plan.StartContainer)
		up := is && slices.ContainsFunc(list, func(c observed.Container) bool {
			return c.State.Up() && (c.Name == start.Name || plan.LaterName(c.Name) == start.Name)
		})
		if up && !slices.Contains(services, start.Service) {
			services = append(services, start.Service)
		}
	}
	r := &refusal.Refusal{Kind: refusal.Interrupted, Msg: "interrupted", Errs: []error{err}, Advice: s.started.advice()}
	if len(services) == 0 && len(s.started.unrun) == 0 {
		return err
	}
	if len(services) > 0 {
		r.Msg += "; started and running: " + strings.Join(services, ", ")
		r.Advice = append(r.Advice, "or stop them: docker stacklite stop "+strings.Join(services, " "))
	}
	return r
}
