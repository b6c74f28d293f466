package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
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
created from. The files themselves are not read.`,
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
}

func runLs(ctx context.Context, s *session.Session, f lsFlags) error {
	list, err := s.Engine.Containers(ctx, observed.Claim{})
	if err != nil {
		return err
	}
	rows := []projectRow{}
	var names []string
	for _, p := range observed.Projects(list) {
		if p.Running() == 0 && !f.all {
			continue
		}
		rows = append(rows, projectRow{p.Name, p.Status(), p.Files})
		names = append(names, p.Name)
	}
	if f.quiet {
		return view.Lines(s.View, names...)
	}
	return view.Table(s.View.Out, f.format, []string{"Name", "Status", "ConfigFiles"}, rows)
}
