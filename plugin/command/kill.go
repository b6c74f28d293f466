package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newKillCommand(c *cli) *cobra.Command {
	goal := plan.Goal{State: plan.Killed}
	cmd := &cobra.Command{
		Use:   "kill [OPTIONS] [SERVICE...]",
		Short: "Kill containers, or send them a signal",
		Long: `Kill containers that run, or send their processes another signal.

They stay, stopped: start brings them back.`,
		Example: `  docker stacklite kill
  docker stacklite kill -s SIGHUP nginx`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				// It does not wait for another command on the same project: that
				// command may be what is killed for.
				p, err := s.PlanTake(ctx, goal, args, false)
				if err != nil {
					return err
				}
				return s.Run(ctx, p)
			})
		},
	}
	cmd.Flags().StringVarP(&goal.Signal, "signal", "s", "SIGKILL", "the signal, by name or number")
	return cmd
}
