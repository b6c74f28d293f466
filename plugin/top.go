package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newTopCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "top [SERVICE...]",
		Short: "List the processes of containers",
		Long:  `List the processes that run in containers, as seen from the host.`,
		Example: `  docker stacklite top
  docker stacklite top web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.top(ctx, args)
		},
	}
}

func (a *app) top(ctx context.Context, args []string) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	list, err := s.list(ctx, args)
	if err != nil {
		return err
	}
	first := true
	for _, r := range list {
		if !plan.State(r.State).Up() {
			continue
		}
		titles, processes, err := s.engine.Processes(ctx, r.ID)
		if err != nil {
			return err
		}
		if !first {
			fmt.Fprintln(a.out)
		}
		first = false
		fmt.Fprintln(a.out, r.Name)
		if a.classic != nil {
			if err := view.ComposeTable(a.out, titles, processes); err != nil {
				return err
			}
			continue
		}
		rows := make([]map[string]string, len(processes))
		for i, p := range processes {
			rows[i] = map[string]string{}
			for j, cell := range p[:min(len(p), len(titles))] {
				rows[i][titles[j]] = cell
			}
		}
		if err := view.Table(a.out, "table", titles, rows); err != nil {
			return err
		}
	}
	return nil
}
