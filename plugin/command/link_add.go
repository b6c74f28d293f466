package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newLinkAddCommand(c *cli) *cobra.Command {
	var isolate bool
	cmd := &cobra.Command{
		Use:   "add [OPTIONS] CONSUMER TARGET[:ALIAS]...",
		Short: "Link a running container to others",
		Long: `Link a container to others while they run: CONSUMER finds each TARGET by its
name, and by ALIAS if one is given. A target can have several aliases. A name
that CONSUMER has for something else already is refused.

Containers on the default bridge stay there, where all other containers on it
reach them by address. --isolate takes the linked containers off the default
bridge; through the link's network they still reach the internet and publish
their ports. They return to the bridge when their last link is removed.`,
		Example: `  docker stacklite link add web mysql redis:cache
  docker stacklite link add --isolate web mysql`,
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: c.completeContainers,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withEngine(cmd, func(ctx context.Context, s *session.Session) error {
				return runLinkAdd(ctx, s, args[0], args[1:], isolate)
			})
		},
	}
	cmd.Flags().BoolVar(&isolate, "isolate", false, "take the linked containers off the default bridge")
	return cmd
}

func runLinkAdd(ctx context.Context, s *session.Session, consumer string, targets []string, isolate bool) error {
	planner, err := session.LinkPlanner(ctx, s.Engine, s.Version())
	if err != nil {
		return err
	}
	from, err := planner.Find(consumer)
	if err != nil {
		return err
	}
	if err := s.Engine.Names(ctx, from); err != nil {
		return err
	}
	var to []adhoc.Target
	for _, word := range targets {
		t, err := planner.FindTarget(word)
		if err != nil {
			return err
		}
		to = append(to, t)
	}
	p, err := planner.Link(from, to, isolate)
	if err != nil {
		return err
	}
	return s.Run(ctx, p)
}
