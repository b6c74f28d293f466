package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newLinkRmCommand(c *cli) *cobra.Command {
	var gone bool
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] CONSUMER TARGET[:ALIAS]... | --gone [CONTAINER...]",
		Short: "Remove links",
		Long: `Remove links of a container while it runs: one alias, or all names of a target.
The network is removed with its last link, and a container that was taken off
the default bridge, or is left without a network, is put there. Where the engine
starts a container only while the network exists that it was made on, that
network stays, empty.

--gone removes what is left of links whose other container was removed, and what
stayed for a container that was removed: of all containers, or of those that are
named. Without names it leaves alone what a link run may be about to use, and
says until when.

Containers that were removed are called by the names that they had.`,
		Example: `  docker stacklite link rm web mysql
  docker stacklite link rm web redis:cache
  docker stacklite link rm --gone
  docker stacklite link rm --gone web`,
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
	p, err := planner.Sweep(containers...)
	if err != nil {
		return err
	}
	return s.Run(ctx, p)
}

func runLinkRm(ctx context.Context, s *session.Session, word string, links []string) error {
	planner, err := session.LinkPlanner(ctx, s.Engine, s.Version())
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
	p, missing, err := planner.Unlink(word, targets, aliases)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return exit.Failure{Msg: fmt.Sprintf("%s has no such link: %s", word, strings.Join(missing, ", ")),
			Advice: []string{"to list its links: docker stacklite link ls " + word}}
	}
	return s.Run(ctx, p)
}
