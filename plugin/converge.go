package plugin

import (
	"context"
	"fmt"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// stack is a project, what its links mean, and the engine that it runs on.
type stack struct {
	*app
	project  *compose.Project
	topology *linking.Topology
	engine   *engine.Engine
	noBuild  bool // an image that would have to be built is an error

	unchanged []string // containers that the latest plan leaves as they are, where an old tool would say so
}

// stack reads the files and connects to the engine. Nothing is asked of the
// engine before the files are known to be right.
func (a *app) stack(ctx context.Context, checkBuilds bool) (*stack, error) {
	project, err := a.load(checkBuilds)
	if err != nil {
		return nil, err
	}
	s := &stack{app: a, project: project}
	if err := s.resolve(plan.Have{}); err != nil {
		return nil, err
	}
	view.PrintNotes(a.view(), append(project.Notes, s.topology.Notes...))
	s.engine, err = a.engine(ctx)
	return s, err
}

// resolve works out what the links mean beside what there is, at the scale that
// the stack has.
func (s *stack) resolve(have plan.Have) error {
	return s.resolveAt(have, engine.KeepScale(s.project, have, nil))
}

// resolveAt is resolve at another scale. Without an engine it looks at nothing
// but the files.
func (s *stack) resolveAt(have plan.Have, scale engine.Scale) error {
	isolation, err := parseIsolation(s.flags.isolation)
	if err != nil {
		return err
	}
	discovery, err := s.discovery()
	if err != nil {
		return err
	}
	if s.engine == nil {
		s.topology, err = linking.Resolve(s.project, linking.Options{Isolation: isolation, NoDiscovery: discovery.Off})
	} else {
		s.topology, err = s.engine.Resolve(s.project, isolation, have, scale)
	}
	return err
}

// plan compares the stack with what runs: files → project → topology → want,
// engine → have, and both with the goal → plan.
func (s *stack) plan(ctx context.Context, goal plan.Goal, scale engine.Scale) (*plan.Plan, error) {
	return s.planWith(ctx, goal, scale, func(*plan.Want, plan.Have) {})
}

// planWith is plan with more that is wanted than the files say.
func (s *stack) planWith(ctx context.Context, goal plan.Goal, scale engine.Scale, more func(*plan.Want, plan.Have)) (*plan.Plan, error) {
	have, err := s.engine.Observe(ctx, s.project.Name, desired.ImageRefs(s.project))
	if err != nil {
		return nil, err
	}
	if err := s.sameFolder(s.project, have); err != nil {
		return nil, err
	}
	scale = engine.KeepScale(s.project, have, scale)
	want, err := s.want(ctx, goal, have, scale)
	if err != nil {
		return nil, err
	}
	more(&want, have)
	p, err := plan.Make(goal, want, have)
	if err == nil && s.noBuild {
		err = checkBuilt(p)
	}
	if err == nil && s.classic != nil {
		s.unchanged = unchanged(goal, want, have, p)
	}
	return p, err
}

// want is the stack as it should be beside what there is.
func (s *stack) want(ctx context.Context, goal plan.Goal, have plan.Have, scale engine.Scale) (plan.Want, error) {
	if err := s.resolveAt(have, scale); err != nil {
		return plan.Want{}, err
	}
	if !goal.NoCreate {
		if err := engine.Check(s.project, s.topology, have, goal.Services); err != nil {
			return plan.Want{}, err
		}
	}
	if err := s.engine.LoadImageFacts(ctx, s.project, s.topology, have); err != nil {
		return plan.Want{}, err
	}
	images := desired.Images(s.project, desired.BuildOptions{}, image.Bases)
	return s.engine.Desired(s.project, s.topology, have, scale, images)
}

// checkBuilt refuses a plan that builds images.
func checkBuilt(p *plan.Plan) error {
	for _, step := range p.Steps {
		if b, ok := step.Action.(plan.BuildImage); ok {
			return failure{msg: "image " + b.Image.Ref + " is not built, and --no-build says not to", hints: []string{"to build it: build"}}
		}
	}
	return nil
}

// converge brings the stack to a goal. Where images are built anew, everything
// that does not hang on what comes out goes on meanwhile; a second plan then
// replaces the containers whose image came out another.
func (s *stack) converge(ctx context.Context, goal plan.Goal, scale engine.Scale) error {
	defer s.alone(ctx, s.engine, s.project.Name)()
	for {
		p, err := s.plan(ctx, goal, scale)
		if err != nil {
			return err
		}
		for _, name := range s.unchanged {
			s.note(name + " is up-to-date")
		}
		if err := s.run(ctx, s.engine, p); err != nil || !goal.Build || s.flags.dryRun {
			return err
		}
		goal.Build = false
		if goal.Recreate == plan.Always {
			goal.Recreate = plan.WhenChanged
		}
	}
}

// run carries a plan out and shows how it goes, or under --dry-run only prints
// it.
func (a *app) run(ctx context.Context, e *engine.Engine, p *plan.Plan) error {
	if a.flags.dryRun {
		if err := view.PrintPlan(a.view(), a.flags.planFormat, p); err != nil {
			return usageError{msg: err.Error()}
		}
		return nil
	}
	return a.runShown(ctx, e, p, a.flags.progress)
}

// runAmidLines is run for when other lines are written meanwhile, which lines
// that are rewritten in place would get in the way of.
func (a *app) runAmidLines(ctx context.Context, e *engine.Engine, p *plan.Plan) error {
	kind := a.flags.progress
	if kind != "json" && kind != "quiet" {
		kind = "plain"
	}
	return a.runShown(ctx, e, p, kind)
}

func (a *app) runShown(ctx context.Context, e *engine.Engine, p *plan.Plan, kind string) error {
	progress, err := view.NewProgress(kind, a.view())
	if err != nil {
		return usageError{msg: err.Error()}
	}
	if err := a.store.Prepare(ctx, p); err != nil {
		return flagHint(err)
	}
	progress.Start(p)
	err = p.Run(ctx, a.flags.parallel, a.applyWith(e), func(e plan.Event) {
		if _, pulls := e.Step.Action.(plan.PullImage); pulls && a.quietPull && e.Phase == plan.Advanced {
			return
		}
		progress.Event(e)
	})
	progress.End()
	return err
}

// applyWith carries actions out on an engine, and those that get images on its
// store.
func (a *app) applyWith(e *engine.Engine) plan.Apply {
	return func(ctx context.Context, action plan.Action, report func(plan.Progress)) error {
		switch action.(type) {
		case plan.PullImage, plan.BuildImage, plan.PushImage:
			return a.store.Apply(ctx, action, report)
		}
		return e.Apply(ctx, action, report)
	}
}

func parseIsolation(s string) (linking.Isolation, error) {
	switch s {
	case "", "link":
		return linking.ByLinks, nil
	case "project":
		return linking.ByProject, nil
	}
	return 0, usageError{msg: fmt.Sprintf("--isolation %s is neither link nor project", s)}
}
