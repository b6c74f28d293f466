package plugin

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newRestartCommand(a *app) *cobra.Command {
	var timeout int
	cmd := &cobra.Command{
		Use:   "restart [OPTIONS] [SERVICE...]",
		Short: "Restart containers",
		Long: `Restart containers as they are, stopped ones too, in the order of their links.

Changes of the files take no effect: up makes those.`,
		Example: `  docker stacklite restart
  docker stacklite restart -t 60 mysql`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			goal := plan.Goal{State: plan.Restarted}
			if cmd.Flags().Changed("timeout") {
				goal.Timeout = &timeout
			}
			return a.handle(ctx, goal, args, failure{msg: "no containers to restart", hints: []string{"to make them: up -d"}})
		},
	}
	cmd.Flags().IntVarP(&timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	return cmd
}

// handle does something to containers as they are. Where there is nothing to
// do that is an error, unless none is nil.
func (a *app) handle(ctx context.Context, goal plan.Goal, args []string, none error) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	defer s.alone(ctx, s.engine, s.project)()
	p, err := s.plan(ctx, goal, args, false)
	if err != nil {
		return err
	}
	if p.Empty() && none != nil {
		return none
	}
	return s.run(ctx, s.engine, p)
}
