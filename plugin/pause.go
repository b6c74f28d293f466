package plugin

import (
	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newPauseCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "pause [SERVICE...]",
		Short: "Freeze containers that run",
		Long:  `Freeze the processes of containers that run, until unpause lets them go on.`,
		Example: `  docker stacklite pause
  docker stacklite pause worker`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.handle(ctx, plan.Goal{State: plan.Paused}, args, failure{msg: "no containers to pause"})
		},
	}
}
