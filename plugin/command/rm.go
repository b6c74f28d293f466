package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newRmCommand(c *cli) *cobra.Command {
	goal := plan.Goal{State: plan.Removed}
	var force, all bool
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] [SERVICE...]",
		Short: "Remove stopped containers",
		Long: `Remove stopped containers, also those that run left behind, after a question.

Networks and volumes stay: down takes networks away too.`,
		Example: `  docker stacklite rm
  docker stacklite rm --force --stop worker`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runRm(ctx, s, c.classic, c.terminal(), goal, args, force)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&force, "force", "f", false, "don't ask")
	cmd.Flags().BoolVarP(&goal.Stop, "stop", "s", false, "stop containers that run, and remove them too")
	cmd.Flags().BoolVarP(&goal.Volumes, "volumes", "v", false, "remove anonymous volumes too")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "one-off containers too: no longer needed")
	_ = cmd.Flags().MarkHidden("all")
	return cmd
}

func runRm(ctx context.Context, s *session.Session, old *classic.Tool, t follow.Terminal, goal plan.Goal, args []string, force bool) error {
	p, err := s.PlanTake(ctx, goal, args, false)
	if err != nil {
		return err
	}
	names := removed(p)
	if len(names) == 0 {
		if old != nil {
			return view.Lines(s.View, "No stopped containers")
		}
		s.Note("no stopped containers")
		return nil
	}
	if old != nil && force {
		if err := view.Lines(s.View, "Going to remove "+strings.Join(names, ", ")); err != nil {
			return err
		}
	}
	if !force && !s.Options.DryRun {
		streams := view.Streams{In: t.In, Out: t.Out, Err: t.Err}
		yes, err := streams.Confirm("Going to remove " + strings.Join(names, ", ") + "\nAre you sure?")
		if err != nil || !yes {
			return err
		}
	}
	// Nobody else is kept waiting by a question; what has changed meanwhile
	// counts.
	return s.Take(ctx, goal, args, false)
}

// removed names the containers that a plan removes.
func removed(p *plan.Plan) []string {
	var names []string
	for _, step := range p.Steps {
		if a, ok := step.Action.(plan.RemoveContainer); ok {
			names = append(names, a.Name)
		}
	}
	return names
}
