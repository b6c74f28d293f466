package plugin

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newKillCommand(a *app) *cobra.Command {
	goal := plan.Goal{State: plan.Killed}
	cmd := &cobra.Command{
		Use:   "kill [OPTIONS] [SERVICE...]",
		Short: "Kill containers, or send them a signal",
		Long: `Kill containers that run, or send their processes another signal.

They stay, stopped: start brings them back.`,
		Example: `  docker stacklite kill
  docker stacklite kill -s SIGHUP nginx`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.kill(ctx, goal, args)
		},
	}
	cmd.Flags().StringVarP(&goal.Signal, "signal", "s", "SIGKILL", "the signal, by name or number")
	return cmd
}

// kill does not wait for another command on the same stack: that command may
// be what is killed for.
func (a *app) kill(ctx context.Context, goal plan.Goal, args []string) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	p, err := s.plan(ctx, goal, args, false)
	if err != nil {
		return err
	}
	return s.run(ctx, s.engine, p)
}
