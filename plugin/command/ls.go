package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newLsCommand(c *cli) *cobra.Command {
	var (
		quiet, all bool
		format     string
	)
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List the stacks of the engine",
		Long: `List the stacks of the engine of which a container runs, with the files that
they were brought up from. Files are not read for it.`,
		Example: `  docker stacklite ls
  docker stacklite ls --all --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withEngine(cmd, func(ctx context.Context, s *session.Session) error { return runLs(ctx, s, all, quiet, format) })
		},
	}
	cmd.Flags().BoolVarP(&all, "all", "a", false, "stacks of which nothing runs, too")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "names only")
	cmd.Flags().StringVar(&format, "format", "table", "table, json or a template")
	return cmd
}

// projectRow is what ls tells of a project, under the names that templates use.
type projectRow struct {
	Name        string
	Status      string
	ConfigFiles []string
}

func runLs(ctx context.Context, s *session.Session, all, quiet bool, format string) error {
	list, err := s.Engine.Containers(ctx, "")
	if err != nil {
		return err
	}
	rows := []projectRow{}
	var names []string
	for _, p := range observed.Projects(list) {
		if p.Running() == 0 && !all {
			continue
		}
		rows = append(rows, projectRow{p.Name, p.Status(), p.Files})
		names = append(names, p.Name)
	}
	if quiet {
		return view.Lines(s.View, names...)
	}
	return view.Table(s.View.Out, format, []string{"Name", "Status", "ConfigFiles"}, rows)
}
