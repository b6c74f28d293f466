package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newCreateCommand(c *cli) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "create [OPTIONS] [SERVICE...]",
		Short: "Create containers without starting them",
		Long: `Create containers and networks, as up does, without starting the containers.

Running containers keep running, unless their settings have changed: those are
replaced.`,
		Example: `  docker stacklite create
  docker stacklite create --force-recreate web`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.classic != nil {
				classic.Warn(c.view(), "The create command is deprecated. Use the up command with the --no-start flag instead.")
			}
			if err := errors.Join(f.imageFlags.check(), f.deployFlags.check()); err != nil {
				return err
			}
			create := f
			create.noStart = true
			o := c.options()
			o.QuietPull, o.Deploy = f.quietPull, f.deploy()
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error { return runUp(ctx, s, c.classic, create, args) })
		},
	}
	f.add(cmd)
	_ = cmd.Flags().MarkHidden("no-start")
	f.imageFlags.add(cmd)
	return cmd
}
