package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/session"
)

func newPlanCommand(c *cli) *cobra.Command {
	var (
		f      upFlags
		format string
	)
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
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := c.options()
			o.DryRun, o.PlanFormat = true, format
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error { return runUp(ctx, s, c.classic, f, args) })
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&format, "format", "tasks", "tasks, steps or json")
	return cmd
}
