package command

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newGraphCommand(c *cli) *cobra.Command {
	var (
		format string
		live   bool
	)
	cmd := &cobra.Command{
		Use:   "graph [OPTIONS] [SERVICE...]",
		Short: "Draw who links to whom, and on which networks",
		Long: `Draw who links to whom, and on which networks.

From the files, without asking an engine; with --live as it is on the engine:
containers with their addresses and published ports, and beside every link
whether there is a network that carries it. What is missing there, and who
reaches whom without a link, is marked. Named services are shown with their
neighbours.`,
		Example: `  docker stacklite graph
  docker stacklite graph --live web
  docker stacklite graph --format svg > stack.svg
  docker stacklite graph --format dot | dot -Tpng > stack.png`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := graph.Check(format); err != nil {
				return exit.Usage{Msg: err.Error()}
			}
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			g, err := c.graph(ctx, live)
			if err != nil {
				return err
			}
			return printGraph(c.view(), g, args, format)
		},
	}
	var names []string
	for _, f := range graph.Formats() {
		names = append(names, f.Name)
	}
	cmd.Flags().StringVar(&format, "format", names[0], "how it is drawn: "+strings.Join(names, ", "))
	cmd.Flags().BoolVar(&live, "live", false, "show what is on the engine, and where it differs from the files")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// graph is the graph of the files or, live, of the engine.
func (c *cli) graph(ctx context.Context, live bool) (graph.Graph, error) {
	if live {
		s, err := session.Find(c.env, c.options())
		if err != nil {
			return graph.Graph{}, err
		}
		v, err := look(ctx, s)
		if err != nil {
			return graph.Graph{}, err
		}
		return reach.Compare(v.Snapshot, v.Project, v.File), nil
	}
	s, err := session.OpenFiles(c.env, c.options(), false)
	if err != nil {
		return graph.Graph{}, err
	}
	view.PrintNotes(s.View, s.Topology.Notes)
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
	return view.Bytes(o, text.Bytes())
}

// look asks the engine who is where, once, next to what the files say. As for
// every verb that only looks, the files may be broken or gone where
// --project-name says which project is meant.
func look(ctx context.Context, s *session.Session) (reach.View, error) {
	have, err := s.Observe(ctx, false)
	if err != nil {
		return reach.View{}, err
	}
	v := reach.View{Project: s.Name, Snapshot: &have.Snapshot}
	if s.Project == nil {
		v.File = reach.Recorded(v.Snapshot, v.Project)
		return v, nil
	}
	if err := s.Resolve(have, nil); err != nil {
		return reach.View{}, err
	}
	v.Loaded, v.Topology, v.File = s.Project, s.Topology, graph.Of(s.Project, s.Topology)
	return v, nil
}

// knownNodes refuses names that the graph does not have.
func knownNodes(g graph.Graph, names []string) error {
	var known []string
	for _, n := range g.Nodes {
		known = append(known, n.Name)
	}
	var unknown []string
	for _, name := range names {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return session.NoSuchService(unknown, known)
}
