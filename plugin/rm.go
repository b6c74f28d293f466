package plugin

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newRmCommand(a *app) *cobra.Command {
	goal := plan.Goal{State: plan.Removed}
	var force, all bool
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] [SERVICE...]",
		Short: "Remove stopped containers",
		Long: `Remove stopped containers, also those that run left behind, after a question.

Networks and volumes stay: down takes networks away too.`,
		Example: `  docker stacklite rm
  docker stacklite rm --force --stop worker`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.rm(ctx, goal, args, force)
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

func (a *app) rm(ctx context.Context, goal plan.Goal, args []string, force bool) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	p, err := s.plan(ctx, goal, args, false)
	if err != nil {
		return err
	}
	names := removed(p)
	if len(names) == 0 {
		if a.classic != nil {
			_, err := fmt.Fprintln(a.out, "No stopped containers")
			return err
		}
		a.note("no stopped containers")
		return nil
	}
	if a.classic != nil && force {
		fmt.Fprintln(a.out, "Going to remove "+strings.Join(names, ", "))
	}
	if !force && !a.flags.dryRun {
		streams := view.Streams{In: a.in, Out: a.out, Err: a.err}
		yes, err := streams.Confirm("Going to remove " + strings.Join(names, ", ") + "\nAre you sure?")
		if err != nil || !yes {
			return err
		}
	}
	// Nobody else is kept waiting by a question; what has changed meanwhile
	// counts.
	defer s.alone(ctx, s.engine, s.project)()
	if p, err = s.plan(ctx, goal, args, false); err != nil {
		return err
	}
	return s.run(ctx, s.engine, p)
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
