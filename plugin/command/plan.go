package command

import (
	"context"
	"errors"

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
		Short: "Print what up would do, and why",
		Long: `Print what up would do, and why, without doing it.

Each line is a task and its cause. With --format steps each line is one call to
the engine: its number, what it does, the cause, and in brackets the steps that
it waits for. Steps that do not wait for each other run at the same time. up
carries out this same plan. Other commands that change something print their
plan with --dry-run.`,
		Example: `  docker stacklite plan
  docker stacklite plan --format steps --scale web=3 web
  docker stacklite down --dry-run`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(f.imageFlags.check(), f.deployFlags.check()); err != nil {
				return err
			}
			o := c.options()
			o.DryRun, o.PlanFormat, o.Deploy = true, format, f.deploy()
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error { return runUp(ctx, s, c.classic, f, args) })
		},
	}
	f.add(cmd)
	f.imageFlags.add(cmd)
	f.rolling.add(cmd)
	_ = cmd.Flags().MarkHidden("quiet-pull") // nothing is pulled
	cmd.Flags().StringVar(&format, "format", "tasks", "output format: tasks, steps or json")
	return cmd
}
