package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/session"
)

func newCreateCommand(c *cli) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "create [OPTIONS] [SERVICE...]",
		Short: "Make containers, and start none",
		Long: `Make containers and networks, as up does, and start none.

Containers that run go on; those whose settings changed are replaced.`,
		Example: `  docker stacklite create
  docker stacklite create --force-recreate web`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.noStart = true
			f.timeoutGiven = given(cmd, "timeout", &f.timeout)
			o := c.options()
			o.QuietPull = f.quietPull
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error { return runUp(ctx, s, c.classic, f, args) })
		},
	}
	f.add(cmd)
	_ = cmd.Flags().MarkHidden("no-start")
	cmd.Flags().BoolVar(&f.build, "build", false, "build images first, also those that exist")
	cmd.Flags().BoolVar(&f.noBuild, "no-build", false, "build nothing: an image that is missing is an error")
	cmd.Flags().BoolVar(&f.quietPull, "quiet-pull", false, "don't show how far pulls are")
	cmd.MarkFlagsMutuallyExclusive("build", "no-build")
	return cmd
}
