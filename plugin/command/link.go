package command

import (
	"github.com/spf13/cobra"
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
