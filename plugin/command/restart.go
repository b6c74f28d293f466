package command

import (
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newRestartCommand(c *cli) *cobra.Command {
	var (
		timeout timeoutFlag
		noDeps  bool
	)
	cmd := &cobra.Command{
		Use:   "restart [OPTIONS] [SERVICE...]",
		Short: "Restart containers",
		Long: `Restart containers as they are, including stopped ones, in the order of their
links. Who shares the network, processes or memory of a restarted container is
restarted after it, and so are services that depend on it with restart: true.
Commands under pre_stop are run before, those under post_start after it.

A network of the stack that is gone is made again before. Other changes in the
files have no effect: use up to apply them.`,
		Example: `  docker stacklite restart
  docker stacklite restart -t 60 mysql`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			goal := plan.Goal{State: plan.Restarted, Timeout: timeout.seconds, Alone: noDeps}
			return c.act(cmd, goal, args, "restart")
		},
	}
	timeout.add(cmd.Flags())
	cmd.Flags().BoolVar(&noDeps, "no-deps", false, "leave out the services that depend on the named ones with restart: true")
	return cmd
}
