package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newGraphCommand(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.graph(ctx, args, format, live)
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

func (a *app) graph(ctx context.Context, args []string, format string, live bool) error {
	if err := graph.Check(format); err != nil {
		return usageError{msg: err.Error()}
	}
	picture, err := a.picture(ctx, live)
	if err != nil {
		return err
	}
	if err := knownNodes(picture, args); err != nil {
		return err
	}
	if len(args) > 0 {
		picture = picture.Around(args)
	}
	return graph.Write(a.out, format, picture)
}

// picture is the graph of the files or, live, of the engine.
func (a *app) picture(ctx context.Context, live bool) (graph.Graph, error) {
	if live {
		l, err := a.look(ctx)
		if err != nil {
			return graph.Graph{}, err
		}
		return l.scene.Graph(l.project, l.file), nil
	}
	project, err := a.load(false)
	if err != nil {
		return graph.Graph{}, err
	}
	s := &stack{app: a, project: project}
	if err := s.resolve(plan.Have{}); err != nil {
		return graph.Graph{}, err
	}
	view.PrintNotes(a.view(), s.topology.Notes)
	return graph.Of(project, s.topology), nil
}

// sight is what an engine shows, next to what the files say.
type sight struct {
	*app
	project  string
	engine   *engine.Engine
	scene    *engine.Snapshot
	loaded   *compose.Project  // nil where the files can't be read
	topology *linking.Topology // of the files; nil likewise
	file     graph.Graph       // their picture, or what the stack's labels say of them
}

// look asks the engine who is where. As for every verb that only looks, the
// files may be broken or gone where --project-name says which stack is meant.
func (a *app) look(ctx context.Context) (*sight, error) {
	scope, err := a.scope(ctx)
	if err != nil {
		return nil, err
	}
	l := &sight{app: a, project: scope.project, engine: scope.engine, loaded: scope.loaded}
	if scope.loaded != nil {
		s := &stack{app: a, project: scope.loaded, engine: scope.engine}
		have, err := s.engine.Observe(ctx, s.project.Name, nil)
		if err != nil {
			return nil, err
		}
		if err := s.resolve(have); err != nil {
			return nil, err
		}
		l.topology, l.file = s.topology, graph.Of(s.project, s.topology)
	}
	if l.scene, err = l.engine.Snapshot(ctx); err != nil {
		return nil, err
	}
	if l.loaded == nil {
		l.file = l.scene.Recorded(l.project)
	}
	return l, nil
}

// glance asks the engine alone: no stack is meant, or none that can be read.
func (a *app) glance(ctx context.Context) (*sight, error) {
	e, err := a.engine(ctx)
	if err != nil {
		return nil, err
	}
	s, err := e.Snapshot(ctx)
	return &sight{app: a, engine: e, scene: s}, err
}

// knownNodes refuses names that the picture does not have.
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
	if len(known) == 0 {
		return usageError{msg: fmt.Sprintf("no such service: %s", strings.Join(unknown, ", "))}
	}
	return noSuchService(unknown, known)
}
