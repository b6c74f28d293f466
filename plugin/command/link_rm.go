package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newLinkRmCommand(c *cli) *cobra.Command {
	var gone bool
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] CONSUMER TARGET[:ALIAS]... | --gone [CONTAINER...]",
		Short: "Remove links",
		Long: `Remove links of a container while it runs: one alias, or all names of a target.
The network is removed with its last link, and a container that was taken off
the default bridge returns to it. --gone removes what is left of links whose
other container was removed, for all containers or for those that are named.`,
		Example: `  docker stacklite link rm web mysql
  docker stacklite link rm web redis:cache
  docker stacklite link rm --gone`,
		Args: func(cmd *cobra.Command, args []string) error {
			if gone {
				return nil
			}
			return cobra.MinimumNArgs(2)(cmd, args)
		},
		ValidArgsFunction: c.completeContainers,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withEngine(cmd, func(ctx context.Context, s *session.Session) error {
				if gone {
					return runLinkSweep(ctx, s, args)
				}
				return runLinkRm(ctx, s, args[0], args[1:])
			})
		},
	}
	cmd.Flags().BoolVar(&gone, "gone", false, "remove what is left of links to containers that were removed")
	return cmd
}

// runLinkSweep removes what is left of links of which an end is gone.
func runLinkSweep(ctx context.Context, s *session.Session, containers []string) error {
	planner, err := session.LinkPlanner(ctx, s.Engine, s.Version())
	if err != nil {
		return err
	}
	var of []*observed.Container
	for _, word := range containers {
		c, err := planner.Find(word)
		if err != nil {
			return err
		}
		of = append(of, c)
	}
	return s.Run(ctx, planner.Sweep(of...))
}

func runLinkRm(ctx context.Context, s *session.Session, word string, links []string) error {
	planner, err := session.LinkPlanner(ctx, s.Engine, s.Version())
	if err != nil {
		return err
	}
	consumer, err := planner.Find(word)
	if err != nil {
		return err
	}
	var targets []string
	aliases := map[string][]string{}
	for _, word := range links {
		target, alias, named := adhoc.CutTarget(word)
		if !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
		if named {
			aliases[target] = append(aliases[target], alias)
		}
	}
	p, missing := planner.Unlink(consumer, targets, aliases)
	if len(missing) > 0 {
		return exit.Failure{Msg: fmt.Sprintf("%s has no such link: %s", consumer.Name, strings.Join(missing, ", ")),
			Advice: []string{"to list its links: docker stacklite link ls " + consumer.Name}}
	}
	return s.Run(ctx, p)
}
