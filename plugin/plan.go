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

Each line is a piece of work with its cause. With --format steps each line is one
call to the engine: its number, what is done, the cause, and in brackets the
steps it waits for; what waits for nothing common is done at the same time. The
same plan is what up carries out. Every other command that changes something
says what it would do under --dry-run.`,
		Example: `  docker stacklite plan
  docker stacklite plan --format steps --scale web=3 web
  docker stacklite down --dry-run`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			a.flags.dryRun = true
			return a.up(ctx, f, args, cmd.Flags().Changed("timeout"))
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&a.flags.planFormat, "format", "tasks", "tasks, steps or json")
	return cmd
}
