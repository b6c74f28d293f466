package plugin

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newStopCommand(a *app) *cobra.Command {
	var timeout int
	cmd := &cobra.Command{
		Use:   "stop [OPTIONS] [SERVICE...]",
		Short: "Stop containers, and keep them",
		Long: `Stop containers, and keep them: start brings them back with all they hold.

A container is stopped after those that link to it.`,
		Example: `  docker stacklite stop
  docker stacklite stop -t 60 mysql`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			var seconds *int
			if cmd.Flags().Changed("timeout") {
				seconds = &timeout
			}
			return a.stop(ctx, args, seconds)
		},
	}
	cmd.Flags().IntVarP(&timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	return cmd
}

func (a *app) stop(ctx context.Context, args []string, timeout *int) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	return s.halt(ctx, plan.Goal{State: plan.Stopped, Timeout: timeout}, args, false)
}
