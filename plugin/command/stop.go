package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newStopCommand(c *cli) *cobra.Command {
	var timeout timeoutFlag
	cmd := &cobra.Command{
		Use:   "stop [OPTIONS] [SERVICE...]",
		Short: "Stop containers without removing them",
		Long: `Stop containers without removing them: start starts them again, with their data.

A container is stopped after the containers that link to it. Commands that the
files have under pre_stop are run in it before; kill runs none.`,
		Example: `  docker stacklite stop
  docker stacklite stop -t 60 mysql`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			goal := plan.Goal{State: plan.Stopped, Timeout: timeout.seconds}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return s.Take(ctx, goal, args, false) })
		},
	}
	timeout.add(cmd.Flags())
	return cmd
}
