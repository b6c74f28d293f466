package command

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// lsFlags are the flags of ls.
type lsFlags struct {
	quiet  bool
	all    bool
	format string
}

func newLsCommand(c *cli) *cobra.Command {
	var f lsFlags
	cmd := &cobra.Command{
		Use:   "ls [OPTIONS]",
		Short: "List running stacks",
		Long: `List the stacks that have running containers, with the files that they were
created from. The files themselves are not read.

The manager of a swarm lists the stacks of the swarm too, and ENGINE says so.

Stacks that docker-compose 1.x has created are listed too, and MADE BY says so.
In their directory all commands act on them, and up replaces their containers.`,
		Example: `  docker stacklite ls
  docker stacklite ls --all --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withEngine(cmd, func(ctx context.Context, s *session.Session) error { return runLs(ctx, s, f) })
		},
	}
	cmd.Flags().BoolVarP(&f.all, "all", "a", false, "also list stacks that are stopped")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print only names")
	cmd.Flags().StringVar(&f.format, "format", "table", "output format: table, json or a Go template")
	return cmd
}

// projectRow is what ls shows of a project, under the names that templates use.
type projectRow struct {
	Name        string
	Status      string
	ConfigFiles []string
	MadeBy      string
	Engine      string `json:",omitempty"` // swarm; empty: one engine
}

func runLs(ctx context.Context, s *session.Session, f lsFlags) error {
	list, err := s.Engine.Containers(ctx, observed.Claim{})
	if err != nil {
		return err
	}
	rows := []projectRow{}
	columns := []string{"Name", "Status", "ConfigFiles"}
	var names []string
	there, err := tasks.ListProjects(ctx, s)
	if err != nil {
		return err
	}
	for _, p := range observed.Projects(list) {
		if p.Running() == 0 && !f.all {
			continue
		}
		by := "stack-lite"
		if len(p.MadeBy) > 0 {
			by, columns = strings.Join(p.MadeBy, ", "), []string{"Name", "Status", "MadeBy", "ConfigFiles"}
		}
		rows = append(rows, projectRow{p.Name, p.Status(), p.Files, by, ""})
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	for _, p := range there {
		if !p.Up() && !f.all {
			continue
		}
		columns = slices.DeleteFunc(columns, func(c string) bool { return c == "Engine" })
		columns = slices.Insert(columns, 2, "Engine")
		rows = append(rows, projectRow{p.Name, p.Status(), p.Files, "stack-lite", "swarm"})
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	slices.SortStableFunc(rows, func(a, b projectRow) int { return strings.Compare(a.Name, b.Name) })
	if f.quiet {
		return view.Lines(s.View, names...)
	}
	return view.Table(s.View, f.format, columns, rows)
}
