package command

import (
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newUnpauseCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "unpause [SERVICE...]",
		Short: "Resume paused containers",
		Long:  `Resume the processes of paused containers.`,
		Example: `  docker stacklite unpause
  docker stacklite unpause worker`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.act(cmd, plan.Goal{State: plan.Unpaused}, args, "unpause")
		},
	}
}
