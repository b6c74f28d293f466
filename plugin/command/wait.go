package command

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newWaitCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "wait SERVICE...",
		Short: "Wait for containers to exit",
		Long: `Wait until all containers of the services have exited, and print their exit
codes, one per line, ordered by name and number. wait exits with the first code
that is not 0.`,
		Example:           `  docker stacklite wait migration`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runWait(ctx, s, args) })
		},
	}
}

func runWait(ctx context.Context, s *session.Session, args []string) error {
	if done, err := inSwarm(ctx, s, func() error { return tasks.Wait(ctx, s, args) }); done {
		return err
	}
	list, refused, err := session.Listed(ctx, s, args)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c observed.Container) bool { return c.OneOff || c.State == plan.StateCreated })
	if len(list) == 0 {
		return exit.Failure{Msg: "no containers to wait for", Advice: session.ToStart(s, refused, "to start them: docker stacklite up -d")}
	}
	codes := make([]int, len(list))
	group, within := errgroup.WithContext(ctx)
	for i, c := range list {
		group.Go(func() (err error) {
			codes[i], err = s.Engine.Exited(within, c.ID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var lines []string
	result := 0
	for _, code := range codes {
		lines = append(lines, strconv.Itoa(code))
		if result == 0 {
			result = code
		}
	}
	return errors.Join(view.Lines(s.View, lines...), exit.Of(result))
}
