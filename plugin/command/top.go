package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newTopCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "top [SERVICE...]",
		Short: "List the processes of containers",
		Long:  `List the processes that run in containers, as the host sees them.`,
		Example: `  docker stacklite top
  docker stacklite top web`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runTop(ctx, s, c.classic, args) })
		},
	}
}

func runTop(ctx context.Context, s *session.Session, old *classic.Tool, args []string) error {
	list, err := toLookInto(ctx, s, args)
	if err != nil {
		return err
	}
	first := true
	for _, c := range list {
		if !c.State.Up() {
			continue
		}
		titles, processes, err := s.Engine.Processes(ctx, c.ID)
		if err != nil {
			return err
		}
		heading := []string{"", c.Name}
		if first {
			heading = heading[1:]
		}
		first = false
		if err := view.Lines(s.View, heading...); err != nil {
			return err
		}
		if err := printProcesses(s.View, old, titles, processes); err != nil {
			return err
		}
	}
	return nil
}

// toLookInto gives the containers of services: of those in a swarm what the engine at hand
// has.
func toLookInto(ctx context.Context, s *session.Session, args []string) (list []observed.Container, err error) {
	done, err := inSwarm(ctx, s, func() error {
		list, err = tasks.AllHere(ctx, s, args, func(container string) []string { return []string{"top", container} })
		return err
	})
	if done {
		return list, err
	}
	return s.List(ctx, args)
}

func printProcesses(o view.Options, old *classic.Tool, titles []string, processes [][]string) error {
	if old != nil {
		return view.ComposeTable(o.Out, titles, processes)
	}
	rows := make([]map[string]string, len(processes))
	for i, p := range processes {
		rows[i] = map[string]string{}
		for j, cell := range p[:min(len(p), len(titles))] {
			rows[i][titles[j]] = cell
		}
	}
	return view.Table(o, "table", titles, rows)
}
