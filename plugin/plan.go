package plugin

import (
	"github.com/spf13/cobra"
)

func newPlanCommand(a *app) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "plan [OPTIONS] [SERVICE...]",
		Short: "Say what up would do, and why, without doing it",
		Long: `Say what up would do, and why, without doing it.

Each line is one call to the engine: its number, what is done, the cause, and in
brackets the steps it waits for. Steps that wait for nothing common run at the
same time. No line means that the stack is as the files say. The same plan is
what up carries out.`,
		Example: `  docker stacklite plan
  docker stacklite plan --scale web=3 web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			f.dryRun = true
			return a.up(ctx, f, args, cmd.Flags().Changed("timeout"))
		},
	}
	f.add(cmd)
	return cmd
}
