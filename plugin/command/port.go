package command

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// portFlags are the flags of port.
type portFlags struct {
	protocol string
	index    int // of the replica; 0: the first
}

func newPortCommand(c *cli) *cobra.Command {
	var f portFlags
	cmd := &cobra.Command{
		Use:   "port [OPTIONS] SERVICE PORT",
		Short: "Print the host address of a published port",
		Long:  `Print the host address at which a port of a container is published.`,
		Example: `  docker stacklite port web 80
  docker stacklite port --index 2 --protocol udp dns 53`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runPort(ctx, s, c.classic, f, args[0], args[1])
			})
		},
		ValidArgsFunction: c.completeFirstService(cobra.ShellCompDirectiveNoFileComp),
	}
	cmd.Flags().StringVar(&f.protocol, "protocol", "tcp", "tcp, udp or sctp")
	cmd.Flags().IntVar(&f.index, "index", 0, "number of the replica (default the first)")
	return cmd
}

func runPort(ctx context.Context, s *session.Session, old *classic.Tool, f portFlags, service, port string) error {
	if done, err := inSwarm(ctx, s, func() error { return f.ofTasks(ctx, s, service, port) }); done {
		return err
	}
	port += "/" + f.protocol
	container, err := s.Replica(ctx, service, f.index, false)
	if err != nil {
		return err
	}
	list, err := s.Engine.Published(ctx, container.ID, port)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if list, err = publishedByFront(ctx, s, container, port); err != nil {
			return err
		}
	}
	if len(list) == 0 && old != nil {
		list = []string{""}
	}
	if len(list) == 0 {
		return exit.Failure{Msg: fmt.Sprintf("%s does not publish %s", container.Name, port), Advice: []string{"to see what it publishes: docker stacklite ps " + service}}
	}
	return view.Lines(s.View, list[0])
}

// ofTasks prints the address where a service in a swarm publishes a port.
func (f portFlags) ofTasks(ctx context.Context, s *session.Session, service, port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return exit.Usage{Msg: fmt.Sprintf("a port is a number, not %q", port)}
	}
	at, err := tasks.Port(ctx, s, service, f.index, uint16(n), f.protocol)
	if err != nil {
		return err
	}
	return view.Lines(s.View, at)
}

// publishedByFront gives the addresses at which the front of a container's service
// publishes a port; none where there is no front that runs.
func publishedByFront(ctx context.Context, s *session.Session, of observed.Container, port string) ([]string, error) {
	list, err := s.Engine.Containers(ctx, s.Claim)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.Project == of.Project && c.Fronts == of.Service && c.State.Up() {
			return s.Engine.Published(ctx, c.ID, port)
		}
	}
	return nil, nil
}
