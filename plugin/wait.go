package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"golang.org/x/sync/errgroup"
)

func newWaitCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "wait SERVICE...",
		Short: "Wait until containers have exited",
		Long: `Wait until all containers of the services have exited, and print their exit
codes, a line each by name and number. The first that is not 0 is the exit code
of wait.`,
		Example:           `  docker stacklite wait migration`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.wait(ctx, args)
		},
	}
}

func (a *app) wait(ctx context.Context, args []string) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	list, err := s.list(ctx, args)
	if err != nil {
		return err
	}
	var waited []engine.Replica
	for _, r := range list {
		if !r.OneOff && plan.State(r.State) != plan.StateCreated {
			waited = append(waited, r)
		}
	}
	if len(waited) == 0 {
		return failure{msg: "no containers to wait for", hints: []string{"to bring them up: up -d"}}
	}
	codes := make([]int, len(waited))
	group, within := errgroup.WithContext(ctx)
	for i, r := range waited {
		group.Go(func() (err error) {
			codes[i], err = s.engine.Exited(within, r.ID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	result := 0
	for _, code := range codes {
		fmt.Fprintln(a.out, code)
		if result == 0 {
			result = code
		}
	}
	return asStatus(result)
}
