package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newPortCommand(c *cli) *cobra.Command {
	var (
		protocol string
		index    int
	)
	cmd := &cobra.Command{
		Use:   "port [OPTIONS] SERVICE PORT",
		Short: "Print where a port of a container is published",
		Long:  `Print the address of the host at which a port of a container is published.`,
		Example: `  docker stacklite port web 80
  docker stacklite port --index 2 --protocol udp dns 53`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runPort(ctx, s, c.classic, args[0], args[1]+"/"+protocol, index)
			})
		},
		ValidArgsFunction: c.completeFirstService(cobra.ShellCompDirectiveNoFileComp),
	}
	cmd.Flags().StringVar(&protocol, "protocol", "tcp", "tcp, udp or sctp")
	cmd.Flags().IntVar(&index, "index", 0, "of this replica, by number (default the first)")
	return cmd
}

func runPort(ctx context.Context, s *session.Session, old *classic.Tool, service, port string, index int) error {
	container, err := s.Replica(ctx, service, index, false)
	if err != nil {
		return err
	}
	list, err := s.Engine.Published(ctx, container.ID, port)
	if err != nil {
		return err
	}
	if len(list) == 0 && old != nil {
		list = []string{""}
	}
	if len(list) == 0 {
		return exit.Failure{Msg: fmt.Sprintf("%s does not publish %s", container.Name, port), Advice: []string{"to see what it publishes: ps " + service}}
	}
	return view.Lines(s.View, list[0])
}
