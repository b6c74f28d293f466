package command

import (
	"bytes"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// graphFlags are the flags of graph.
type graphFlags struct {
	format string
	live   bool
}

func newGraphCommand(c *cli) *cobra.Command {
	var f graphFlags
	cmd := &cobra.Command{
		Use:   "graph [OPTIONS] [SERVICE...]",
		Short: "Draw which services are linked, and their networks",
		Long: `Draw which services are linked, and their networks.

The graph is that of the files. Which proxies and sites of other projects
discovery joins is asked of the engine, where it runs on this machine and a
service takes part in discovery. With --live the graph is that of the engine:
containers with their addresses and published ports, and for each link whether a
network carries it. Missing links, and services that reach each other without a
link, are marked. Services that are named are shown with their neighbours.`,
		Example: `  docker stacklite graph
  docker stacklite graph --live web
  docker stacklite graph --format svg > stack.svg
  docker stacklite graph --format dot | dot -Tpng > stack.png`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runGraph(cmd.Context(), c, f, args)
		},
	}
	names := graphFormats()
	cmd.Flags().StringVar(&f.format, "format", names[0], "output format: "+strings.Join(names, ", "))
	cmd.Flags().BoolVar(&f.live, "live", false, "show what is on the engine, and where it differs from the files")
	return cmd
}

// graphFormats names them.
func graphFormats() []string {
	var names []string
	for _, format := range graph.Formats() {
		names = append(names, format.Name)
	}
	return names
}

func runGraph(ctx context.Context, c *cli, f graphFlags, args []string) error {
	if err := graph.Check(f.format); err != nil {
		return exit.Usage{Msg: err.Error()}
	}
	g, err := c.graph(ctx, f.live)
	if err != nil {
		return err
	}
	return printGraph(c.view(), g, args, f.format)
}

// graph is the graph of the files or, live, of the engine.
func (c *cli) graph(ctx context.Context, live bool) (graph.Graph, error) {
	if live {
		s, err := session.Find(c.env, c.options())
		if err != nil {
			return graph.Graph{}, err
		}
		v, _, err := look(ctx, s)
		if err != nil {
			return graph.Graph{}, err
		}
		return tasks.WithNodes(reach.Compare(v.Snapshot, v.Project, v.File), v.Snapshot), nil
	}
	s, err := session.OpenFiles(c.env, c.options(), false)
	if err != nil {
		return graph.Graph{}, err
	}
	view.PrintNotes(s.View, s.Topology.Notes)
	session.LookBeyond(ctx, s)
	return graph.Of(s.Project, s.Topology), nil
}

func printGraph(o view.Options, g graph.Graph, nodes []string, format string) error {
	if err := knownNodes(g, nodes); err != nil {
		return err
	}
	if len(nodes) > 0 {
		g = g.Around(nodes)
	}
	var text bytes.Buffer
	if err := graph.Write(&text, format, g); err != nil {
		return err
	}
	if format == graph.Formats()[0].Name {
		return view.Tree(o, text.String())
	}
	return view.Bytes(o, text.Bytes())
}
