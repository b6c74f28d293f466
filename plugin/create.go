package plugin

import (
	"github.com/spf13/cobra"
)

func newCreateCommand(a *app) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "create [OPTIONS] [SERVICE...]",
		Short: "Make containers, and start none",
		Long: `Make containers and networks, as up does, and start none.

Containers that run go on; those whose settings changed are replaced.`,
		Example: `  docker stacklite create
  docker stacklite create --force-recreate web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			f.noStart = true
			return a.up(ctx, f, args, cmd.Flags().Changed("timeout"))
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
