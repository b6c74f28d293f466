package plugin

import (
	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newUnpauseCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "unpause [SERVICE...]",
		Short: "Let paused containers go on",
		Long:  `Let the processes of paused containers go on.`,
		Example: `  docker stacklite unpause
  docker stacklite unpause worker`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.handle(ctx, plan.Goal{State: plan.Unpaused}, args, failure{msg: "no containers to unpause"})
		},
	}
}
