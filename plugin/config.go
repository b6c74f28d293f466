package plugin

import (
	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newConfigCommand(a *app) *cobra.Command {
	var quiet bool
	cmd := &cobra.Command{
		Use:   "config [OPTIONS]",
		Short: "Check the files and print the stack they describe",
		Long: `Check the files and print the stack they describe, with variables, extends and
overrides resolved. What is printed can be read again and means the same. Notes
on what was assumed go to standard error.`,
		Example: `  docker stacklite config
  docker stacklite -f fig.yml -f test.yml config --quiet`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := a.load(false)
			if err != nil {
				return err
			}
			t, err := linking.Resolve(p, linking.Options{})
			if err != nil {
				return err
			}
			view.PrintNotes(a.view(), append(p.Notes, t.Notes...))
			if quiet {
				return nil
			}
			text, err := compose.Marshal(p)
			if err != nil {
				return err
			}
			_, err = a.out.Write(text)
			return err
		},
	}
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "check only")
	return cmd
}
