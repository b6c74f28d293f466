package command

import (
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newRestartCommand(c *cli) *cobra.Command {
	var timeout timeoutFlag
	cmd := &cobra.Command{
		Use:   "restart [OPTIONS] [SERVICE...]",
		Short: "Restart containers",
		Long: `Restart containers as they are, including stopped ones, in the order of their
links. Who shares the network, processes or memory of a restarted container is
restarted after it.

A network of the stack that is gone is made again before. Other changes in the
files have no effect: use up to apply them.`,
		Example: `  docker stacklite restart
  docker stacklite restart -t 60 mysql`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			goal := plan.Goal{State: plan.Restarted, Timeout: timeout.seconds}
			return c.act(cmd, goal, args, "restart")
		},
	}
	timeout.add(cmd.Flags())
	return cmd
}
