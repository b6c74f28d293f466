package command

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newLinkCommand(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "link",
		Short: "Link containers that do not come from a file",
		Long: `Link containers that do not come from a file. Each link is a network of two
containers, on which only the consumer sees the target's alias. No container is
restarted, and links survive restarts.

Links between the services of a file belong in the file, in links: or
external_links:. A link made here to a container of a stack ends when that
container is replaced.`,
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

func newLinkLsCommand(c *cli) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "ls [OPTIONS] [CONTAINER]",
		Short: "List links between containers",
		Long: `List the links that link add and link run have made, or those of one container.
A link is up if both containers run, stopped if one does not, and gone if one
was removed; that is shown, and can be named, as it was called.`,
		Example: `  docker stacklite link ls
  docker stacklite link ls web --format json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: c.completeMembers(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withEngine(cmd, func(ctx context.Context, s *session.Session) error { return runLinkLs(ctx, s, args, format) })
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "output format: table, json or a Go template")
	return cmd
}

func runLinkLs(ctx context.Context, s *session.Session, args []string, format string) error {
	planner, err := session.LinkPlanner(ctx, s.Engine, s.Version())
	if err != nil {
		return err
	}
	links := adhoc.Links(planner.Snapshot)
	if len(args) == 1 {
		_, name, err := planner.FindEnd(args[0])
		if err != nil {
			return err
		}
		links = slices.DeleteFunc(links, func(l adhoc.Link) bool { return l.Consumer != name && l.Target != name })
	}
	return view.Table(s.View, format, []string{"Consumer", "Target", "Aliases", "Network", "State"}, links)
}
