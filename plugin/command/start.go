package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newStartCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "start [OPTIONS] [SERVICE...]",
		Short: "Start existing containers",
		Long: `Start existing containers, in the order of their links.

No container is created or replaced: up does that.`,
		Example: `  docker stacklite start
  docker stacklite start web mysql`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withFiles(cmd, c.options(), false, func(ctx context.Context, s *session.Session) error { return runStart(ctx, s, c.classic, args) })
		},
	}
}

func runStart(ctx context.Context, s *session.Session, old *classic.Tool, args []string) error {
	services, err := session.Chosen(s.Project, args)
	if err != nil {
		return err
	}
	tell := func(plan.Have, *plan.Plan) {}
	if old != nil {
		tell = func(have plan.Have, p *plan.Plan) {
			for _, line := range classic.Idle(meant(s, services), have, p) {
				view.PrintText(s.View, line)
			}
		}
		s.Options.Planned = func(_ view.Options, p session.Planned) {
			classic.NameServices(p.Have, p.Plan)
			tell(p.Have, p.Plan)
		}
	}
	goal := plan.Goal{Services: services, NoCreate: true, Recreate: plan.Never}
	return toldExits(ctx, s, s.Converge(ctx, session.Request{Goal: goal, Check: func(have plan.Have) error {
		if !have.Has(services) {
			tell(have, nil)
			return exit.Failure{Msg: "no containers to start", Advice: []string{"to create them: docker stacklite up -d"}}
		}
		return nil
	}}))
}
