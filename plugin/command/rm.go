package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// rmFlags are the flags of rm.
type rmFlags struct {
	force   bool
	stop    bool
	volumes bool
}

func newRmCommand(c *cli) *cobra.Command {
	var f rmFlags
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] [SERVICE...]",
		Short: "Remove stopped containers",
		Long: `Remove stopped containers, including those that run has created. Asks first.

Networks and volumes are kept; down removes networks too.`,
		Example: `  docker stacklite rm
  docker stacklite rm --force --stop worker`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runRm(ctx, c, s, f, args) })
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.force, "force", "f", false, "do not ask")
	cmd.Flags().BoolVarP(&f.stop, "stop", "s", false, "stop running containers first, and remove them too")
	cmd.Flags().BoolVarP(&f.volumes, "volumes", "v", false, "also remove anonymous volumes")
	cmd.Flags().BoolP("all", "a", false, "also remove one-off containers: always done")
	_ = cmd.Flags().MarkHidden("all")
	return cmd
}

func runRm(ctx context.Context, c *cli, s *session.Session, f rmFlags, args []string) error {
	goal := plan.Goal{State: plan.Removed, Stop: f.stop, Volumes: f.volumes}
	p, err := s.PlanTake(ctx, goal, args, false)
	if err != nil {
		return err
	}
	names := removed(p)
	if len(names) == 0 {
		if c.classic != nil {
			return view.Lines(s.View, "No stopped containers")
		}
		what := "containers"
		if s.Swarm != nil {
			what = "services"
		}
		s.Note("no stopped " + what)
		return nil
	}
	if c.classic != nil && f.force {
		if err := view.Lines(s.View, "Going to remove "+strings.Join(names, ", ")); err != nil {
			return err
		}
	}
	if !f.force && !s.Options.DryRun {
		streams := view.Streams{In: c.env.In, Out: c.env.Out, Err: c.env.Err}
		yes, err := streams.Confirm("Going to remove " + strings.Join(names, ", ") + "\nAre you sure?")
		if err != nil || !yes {
			return err
		}
	}
	// No lock is held while the question is open, so this plans again.
	return s.Take(ctx, goal, args, false)
}

// removed names the containers, or services of a swarm, that a plan removes.
func removed(p *plan.Plan) []string {
	var names []string
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case plan.RemoveContainer:
			names = append(names, a.Name)
		case plan.RemoveManaged:
			names = append(names, a.Name)
		}
	}
	return names
}
