package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newLinkCommand(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "link",
		Short: "Link containers that no file made",
		Long: `Link containers that no file made: a network of two for each link, with the
name that the consumer alone sees there. Nobody is restarted, links survive
restarts, and go without a trace.

A link of a file is better written there: links: or external_links:. A link by
hand to a container of a stack ends when that container is replaced.`,
		Example: `  docker stacklite link run -it --name web --link mysql:mysql IMAGE /run.sh
  docker stacklite link add web mysql:db
  docker stacklite link ls`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLinkAddCommand(c), newLinkLsCommand(c), newLinkRmCommand(c), newLinkRunCommand(c))
	for _, child := range cmd.Commands() {
		child.Args = usageArgs(child.Args)
	}
	return cmd
}

func newLinkAddCommand(c *cli) *cobra.Command {
	var isolate bool
	cmd := &cobra.Command{
		Use:   "add [OPTIONS] CONSUMER TARGET[:ALIAS]...",
		Short: "Link a container to others, as they run",
		Long: `Link a container to others, as they run: CONSUMER finds each TARGET by its
name, and by ALIAS. Several links with one alias to one target may be made at
once or one after another.

Containers on the default bridge stay there, and everybody on it reaches them by
address; --isolate takes those that are linked off it, when they have the
network of the link, through which they reach the internet and publish their
ports as before. They go back with their last link.`,
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
	planner, err := linkPlanner(ctx, s)
	if err != nil {
		return err
	}
	from, err := someContainer(planner.Snapshot, consumer)
	if err != nil {
		return err
	}
	var to []adhoc.Target
	for _, word := range targets {
		t, err := linkTarget(planner.Snapshot, word)
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

// linkPlanner plans links beside what the engine shows, with the names of all
// containers that are linked by hand.
func linkPlanner(ctx context.Context, s *session.Session) (adhoc.Planner, error) {
	snapshot, err := s.Engine.Observe(ctx, nil)
	if err != nil {
		return adhoc.Planner{}, err
	}
	err = s.Engine.Names(ctx, adhoc.Linked(snapshot)...)
	return adhoc.Planner{Snapshot: snapshot, Version: s.Version(), Now: time.Now()}, err
}

// linkTarget reads TARGET[:ALIAS]. As docker run --link has it, a target that
// is given by something else than its name is called that.
func linkTarget(s *observed.Snapshot, word string) (adhoc.Target, error) {
	name, alias, _ := strings.Cut(word, ":")
	c, err := someContainer(s, name)
	return adhoc.Target{Container: c, Alias: cmp.Or(alias, name)}, err
}

func someContainer(s *observed.Snapshot, word string) (*observed.Container, error) {
	if c := s.Container("", word); c != nil && word != "" {
		return c, nil
	}
	var names []string
	for _, c := range s.Containers {
		names = append(names, c.Name)
	}
	f := exit.Failure{Msg: fmt.Sprintf("no such container: %s", word)}
	if len(names) > 0 {
		slices.Sort(names)
		f.Advice = []string{"there are: " + strings.Join(names, ", ")}
	}
	return nil, f
}

func newLinkRmCommand(c *cli) *cobra.Command {
	var gone bool
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] CONSUMER TARGET[:ALIAS]... | --gone [CONTAINER...]",
		Short: "Take links away",
		Long: `Take links of a container away, as it runs: one name, or all names for a
target. With the last of them goes the network, and a container that was taken
off the default bridge goes back there. --gone takes away what is left of links,
or of those of some containers, of which a container was removed.`,
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
	cmd.Flags().BoolVar(&gone, "gone", false, "take away what is left where a container is gone")
	return cmd
}

// runLinkSweep takes away what is left of links of which an end is gone.
func runLinkSweep(ctx context.Context, s *session.Session, containers []string) error {
	planner, err := linkPlanner(ctx, s)
	if err != nil {
		return err
	}
	var of []*observed.Container
	for _, word := range containers {
		c, err := someContainer(planner.Snapshot, word)
		if err != nil {
			return err
		}
		of = append(of, c)
	}
	return s.Run(ctx, planner.Sweep(of...))
}

func runLinkRm(ctx context.Context, s *session.Session, word string, links []string) error {
	planner, err := linkPlanner(ctx, s)
	if err != nil {
		return err
	}
	consumer, err := someContainer(planner.Snapshot, word)
	if err != nil {
		return err
	}
	var targets []string
	aliases := map[string][]string{}
	for _, word := range links {
		target, alias, named := strings.Cut(word, ":")
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
			Advice: []string{"to see what there is: link ls " + consumer.Name}}
	}
	return s.Run(ctx, p)
}

func newLinkLsCommand(c *cli) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "ls [OPTIONS] [CONTAINER]",
		Short: "List the links made by hand",
		Long: `List the links made by hand, all or those of one container. A link is up where
both containers run, stopped where one does not, and gone where one was removed.`,
		Example: `  docker stacklite link ls
  docker stacklite link ls web --format json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: c.completeMembers(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withEngine(cmd, func(ctx context.Context, s *session.Session) error { return runLinkLs(ctx, s, args, format) })
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, json or a template")
	return cmd
}

func runLinkLs(ctx context.Context, s *session.Session, args []string, format string) error {
	planner, err := linkPlanner(ctx, s)
	if err != nil {
		return err
	}
	links := adhoc.Links(planner.Snapshot)
	if len(args) == 1 {
		c, err := someContainer(planner.Snapshot, args[0])
		if err != nil {
			return err
		}
		links = slices.DeleteFunc(links, func(l adhoc.Link) bool { return l.Consumer != c.Name && l.Target != c.Name })
	}
	return view.Table(s.View.Out, format, []string{"Consumer", "Target", "Aliases", "Network", "State"}, links)
}
