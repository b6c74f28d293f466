package command

import (
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newPauseCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "pause [SERVICE...]",
		Short: "Pause running containers",
		Long:  `Pause all processes of running containers, until unpause resumes them.`,
		Example: `  docker stacklite pause
  docker stacklite pause worker`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.act(cmd, plan.Goal{State: plan.Paused}, args, "pause")
		},
	}
}

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
