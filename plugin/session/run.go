package session

import (
	"context"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Run carries a plan out and shows how it goes, or in a dry run only prints it.
func (s *Session) Run(ctx context.Context, p *plan.Plan) error {
	if s.Options.DryRun {
		if err := view.PrintPlan(s.View, s.Options.PlanFormat, p); err != nil {
			return exit.Usage{Msg: err.Error()}
		}
		return nil
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
	return Explain(ctx, s, p.Run(ctx, max(1, s.Options.Parallel), s.apply, func(plan.Event) {}), "", "")
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
	if err := s.Images.Prepare(ctx, p); err != nil {
		return err
	}
	progress.Start(p)
	err = p.Run(ctx, s.Options.Parallel, s.apply, func(e plan.Event) {
		if _, pulls := e.Step.Action.(plan.PullImage); pulls && s.Options.QuietPull && e.Phase == plan.Advanced {
			return
		}
		progress.Event(e)
	})
	progress.End()
	return Explain(ctx, s, err, "", "")
}

// apply carries one action out, through the package that knows it.
func (s *Session) apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	switch a.(type) {
	case plan.PullImage, plan.BuildImage, plan.PushImage:
		err = s.Images.Apply(ctx, a, report)
	default:
		err = s.Engine.Apply(ctx, a, report)
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
