package plugin

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newStartCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "start [OPTIONS] [SERVICE...]",
		Short: "Start containers that exist",
		Long: `Start containers that exist, in the order of their links.

No container is made or replaced: up does that.`,
		Example: `  docker stacklite start
  docker stacklite start web mysql`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.start(ctx, args)
		},
	}
}

func (a *app) start(ctx context.Context, args []string) error {
	s, err := a.stack(ctx, false)
	if err != nil {
		return err
	}
	services, err := chosen(s.project, args)
	if err != nil {
		return err
	}
	have, err := s.engine.Observe(ctx, s.project.Name, desired.ImageRefs(s.project))
	if err != nil {
		return err
	}
	if !have.Has(services) {
		return failure{msg: "no containers to start", hints: []string{"to make them: up -d"}}
	}
	return s.converge(ctx, plan.Goal{Services: services, NoCreate: true, Recreate: plan.Never}, nil)
}
