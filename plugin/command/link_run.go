package command

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/dockerrun"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newLinkRunCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "run --link TARGET[:ALIAS]... [OPTIONS] IMAGE [COMMAND] [ARG...]",
		Short: "Run docker run with each --link as a network of two",
		Long: `Run docker run with each --link as a network of two containers. All options and
arguments are those of docker run, and docker itself does the rest.

The container is not on the default bridge: it reaches the containers that it is
linked to and the internet, and publishes ports. Nothing else reaches it, and
its targets do not reach each other through it. --network adds a network, except
bridge, which is left out; host, none and container:NAME are refused.`,
		Example: `  docker stacklite link run -it --name web --link mysql:mysql IMAGE /run.sh
  docker stacklite link run -d -p 80:80 --link mysql --link redis:cache IMAGE`,
		DisableFlagParsing: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 && args[len(args)-1] == "--link" {
				return c.completeContainers(cmd, nil, word)
			}
			return []string{"--link"}, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "--help" {
				return cmd.Help()
			}
			s, err := session.Connect(c.env, c.options())
			if err != nil {
				return err
			}
			err = dockerrun.Run(cmd.Context(), s, c.env.Docker, c.terminal(), args)
			if errors.Is(err, dockerrun.ErrHelp) {
				return cmd.Help()
			}
			return err
		},
	}
}
