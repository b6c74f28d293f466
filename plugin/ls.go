package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newLsCommand(a *app) *cobra.Command {
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
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.ls(ctx, all, quiet, format)
		},
	}
	cmd.Flags().BoolVarP(&all, "all", "a", false, "stacks of which nothing runs, too")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "names only")
	cmd.Flags().StringVar(&format, "format", "table", "table, json or a template")
	return cmd
}

// stackRow is what ls tells of a stack, under the names that templates use.
type stackRow struct {
	Name        string
	Status      string
	ConfigFiles []string
}

func (a *app) ls(ctx context.Context, all, quiet bool, format string) error {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	stacks, err := e.Stacks(ctx)
	if err != nil {
		return err
	}
	rows := []stackRow{}
	for _, s := range stacks {
		up := 0
		for state, n := range s.States {
			if plan.State(state).Up() {
				up += n
			}
		}
		if up == 0 && !all {
			continue
		}
		rows = append(rows, stackRow{s.Name, s.Status(), s.Files})
	}
	if quiet {
		for _, r := range rows {
			fmt.Fprintln(a.out, r.Name)
		}
		return nil
	}
	return view.Table(a.out, format, []string{"Name", "Status", "ConfigFiles"}, rows)
}
