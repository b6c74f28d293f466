package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newKillCommand(c *cli) *cobra.Command {
	var signal string
	cmd := &cobra.Command{
		Use:   "kill [OPTIONS] [SERVICE...]",
		Short: "Kill running containers, or send them another signal",
		Long: `Kill running containers, or send them another signal.

Killed containers are kept: start starts them again.`,
		Example: `  docker stacklite kill
  docker stacklite kill -s SIGHUP nginx`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runKill(ctx, s, signal, args) })
		},
	}
	cmd.Flags().StringVarP(&signal, "signal", "s", "SIGKILL", "signal to send, by name or number")
	return cmd
}

// runKill does not wait for another command on the same project: that command
// may be the reason to kill.
func runKill(ctx context.Context, s *session.Session, signal string, args []string) error {
	return session.TakeAtOnce(ctx, s, plan.Goal{State: plan.Killed, Signal: signal}, args, false)
}
