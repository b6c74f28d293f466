package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func newPortCommand(a *app) *cobra.Command {
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
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.port(ctx, args[0], args[1]+"/"+protocol, index)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.completeServices(cmd, args, word)
		},
	}
	cmd.Flags().StringVar(&protocol, "protocol", "tcp", "tcp, udp or sctp")
	cmd.Flags().IntVar(&index, "index", 0, "of this replica, by number (default the first)")
	return cmd
}

func (a *app) port(ctx context.Context, service, port string, index int) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	r, err := s.replica(ctx, service, index, false)
	if err != nil {
		return err
	}
	list, err := s.engine.Published(ctx, r.ID, port)
	if err != nil {
		return err
	}
	if len(list) == 0 && a.classic != nil {
		list = []string{""}
	}
	if len(list) == 0 {
		return failure{msg: fmt.Sprintf("%s does not publish %s", r.Name, port), hints: []string{"to see what it publishes: ps " + service}}
	}
	_, err = fmt.Fprintln(a.out, list[0])
	return err
}
