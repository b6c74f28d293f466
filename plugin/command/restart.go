package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newRestartCommand(c *cli) *cobra.Command {
	var timeout int
	cmd := &cobra.Command{
		Use:   "restart [OPTIONS] [SERVICE...]",
		Short: "Restart containers",
		Long: `Restart containers as they are, stopped ones too, in the order of their links.

Changes of the files take no effect: up makes those.`,
		Example: `  docker stacklite restart
  docker stacklite restart -t 60 mysql`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			goal := plan.Goal{State: plan.Restarted, Timeout: given(cmd, "timeout", &timeout)}
			return c.act(cmd, goal, args, exit.Failure{Msg: "no containers to restart", Advice: []string{"to make them: up -d"}})
		},
	}
	cmd.Flags().IntVarP(&timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	return cmd
}

// act does something to containers as they are. Where there is nothing to do that
// is the error none.
func (c *cli) act(cmd *cobra.Command, goal plan.Goal, args []string, none error) error {
	return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
		defer s.Lock(ctx)()
		p, err := s.PlanTake(ctx, goal, args, false)
		if err != nil {
			return err
		}
		if p.Empty() {
			return none
		}
		return s.Run(ctx, p)
	})
}

// given is the value of a flag that was set; nil: it was not.
func given[T any](cmd *cobra.Command, flag string, value *T) *T {
	if cmd.Flags().Changed(flag) {
		return value
	}
	return nil
}
