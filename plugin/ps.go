package plugin

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newPsCommand(a *app) *cobra.Command {
	var (
		quiet  bool
		format string
	)
	cmd := &cobra.Command{
		Use:   "ps [OPTIONS] [SERVICE...]",
		Short: "List the containers of the stack",
		Long:  `List the containers of the stack, stopped ones too, with their ports.`,
		Example: `  docker stacklite ps
  docker stacklite ps --format json web
  docker stacklite ps --format '{{.Name}} {{.Ports}}'
  docker rm -f $(docker stacklite ps -q web)`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			s, err := a.scope(ctx)
			if err != nil {
				return err
			}
			list, err := s.list(ctx, args)
			if err != nil {
				return err
			}
			if quiet {
				for _, r := range list {
					fmt.Fprintln(a.out, r.ID)
				}
				return nil
			}
			return a.printReplicas(list, format)
		},
	}
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "ids only")
	cmd.Flags().StringVar(&format, "format", "table", "table, json or a template")
	return cmd
}

// psRow is what ps tells of a container, under the names that templates use.
type psRow struct {
	Name     string
	Service  string
	Number   int
	ID       string
	Image    string
	Command  string
	State    string
	Status   string
	Ports    string
	Networks string
}

func (a *app) printReplicas(list []engine.Replica, format string) error {
	rows := make([]psRow, len(list))
	for i, r := range list {
		rows[i] = psRow{
			Name: r.Name, Service: r.Service, Number: r.Number, ID: r.ID, Image: r.Image,
			Command: r.Command, State: r.State, Status: r.Status,
			Ports: strings.Join(r.Ports, ", "), Networks: strings.Join(r.Networks, ", "),
		}
	}
	return view.Table(a.out, format, []string{"Name", "Image", "Status", "Ports"}, rows)
}
