package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newLinkCommand(a *app) *cobra.Command {
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
	cmd.AddCommand(newLinkAddCommand(a), newLinkLsCommand(a), newLinkRmCommand(a), newLinkRunCommand(a))
	for _, c := range cmd.Commands() {
		c.Args = usageArgs(c.Args)
	}
	return cmd
}

func newLinkAddCommand(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeContainers,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.linkAdd(ctx, args[0], args[1:], isolate)
		},
	}
	cmd.Flags().BoolVar(&isolate, "isolate", false, "take the linked containers off the default bridge")
	return cmd
}

func (a *app) linkAdd(ctx context.Context, consumer string, targets []string, isolate bool) error {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	s, err := e.HandScene(ctx)
	if err != nil {
		return err
	}
	from, err := someContainer(s, consumer)
	if err != nil {
		return err
	}
	var to []engine.HandTarget
	for _, word := range targets {
		t, err := handTarget(s, word)
		if err != nil {
			return err
		}
		to = append(to, t)
	}
	p, err := e.PlanLink(s, from, to, isolate)
	if err != nil {
		return err
	}
	return a.run(ctx, e, p)
}

// handTarget reads TARGET[:ALIAS]. As docker run --link has it, a target that
// is given by something else than its name is called that.
func handTarget(s *engine.Snapshot, word string) (engine.HandTarget, error) {
	name, alias, _ := strings.Cut(word, ":")
	c, err := someContainer(s, name)
	return engine.HandTarget{Container: c, Alias: firstOf(alias, name)}, err
}

func someContainer(s *engine.Snapshot, word string) (*engine.Container, error) {
	if c := s.Container("", word); c != nil && word != "" {
		return c, nil
	}
	var names []string
	for _, c := range s.Containers {
		names = append(names, c.Name)
	}
	u := failure{msg: fmt.Sprintf("no such container: %s", word)}
	if len(names) > 0 {
		slices.Sort(names)
		u.hints = []string{"there are: " + strings.Join(names, ", ")}
	}
	return nil, u
}

func newLinkRmCommand(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeContainers,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.linkRm(ctx, args, gone)
		},
	}
	cmd.Flags().BoolVar(&gone, "gone", false, "take away what is left where a container is gone")
	return cmd
}

func (a *app) linkRm(ctx context.Context, args []string, gone bool) error {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	s, err := e.HandScene(ctx)
	if err != nil {
		return err
	}
	if gone {
		var of []*engine.Container
		for _, word := range args {
			c, err := someContainer(s, word)
			if err != nil {
				return err
			}
			of = append(of, c)
		}
		return a.run(ctx, e, e.PlanSweep(s, of...))
	}
	consumer, err := someContainer(s, args[0])
	if err != nil {
		return err
	}
	var targets []string
	aliases := map[string][]string{}
	for _, word := range args[1:] {
		target, alias, named := strings.Cut(word, ":")
		if !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
		if named {
			aliases[target] = append(aliases[target], alias)
		}
	}
	p, missing := e.PlanUnlink(s, consumer, targets, aliases)
	if len(missing) > 0 {
		return failure{msg: fmt.Sprintf("%s has no such link: %s", consumer.Name, strings.Join(missing, ", ")),
			hints: []string{"to see what there is: link ls " + consumer.Name}}
	}
	return a.run(ctx, e, p)
}

func newLinkLsCommand(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "ls [OPTIONS] [CONTAINER]",
		Short: "List the links made by hand",
		Long: `List the links made by hand, all or those of one container. A link is up where
both containers run, stopped where one does not, and gone where one was removed.`,
		Example: `  docker stacklite link ls
  docker stacklite link ls web --format json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeMembers(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.linkLs(ctx, args, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, json or a template")
	return cmd
}

func (a *app) linkLs(ctx context.Context, args []string, format string) error {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	s, err := e.HandScene(ctx)
	if err != nil {
		return err
	}
	links := s.HandLinks()
	if len(args) == 1 {
		c, err := someContainer(s, args[0])
		if err != nil {
			return err
		}
		links = slices.DeleteFunc(links, func(l engine.HandLink) bool { return l.Consumer != c.Name && l.Target != c.Name })
	}
	return view.Table(a.out, format, []string{"Consumer", "Target", "Aliases", "Network", "State"}, links)
}
