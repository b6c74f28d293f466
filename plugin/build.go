package plugin

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
)

func newBuildCommand(a *app) *cobra.Command {
	var o engine.BuildOptions
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] [SERVICE...]",
		Short: "Build the images of services",
		Long: `Build the images of services that have a build directory, also when they exist.

Containers that run keep the image that they were made from until the next up.`,
		Example: `  docker stacklite build
  docker stacklite build --no-cache web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			s, err := a.stack(ctx, true)
			if err != nil {
				return err
			}
			services, err := chosen(s.project, args)
			if err != nil {
				return err
			}
			return s.build(ctx, services, o)
		},
	}
	cmd.Flags().BoolVar(&o.NoCache, "no-cache", false, "build every step anew")
	cmd.Flags().BoolVar(&o.Pull, "pull", false, "look for newer base images")
	return cmd
}

// build builds the images of services, or of all where services is nil.
func (s *stack) build(ctx context.Context, services []string, o engine.BuildOptions) error {
	return s.run(ctx, s.engine, engine.Builds(s.project, services, o))
}
