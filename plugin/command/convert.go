package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/convert"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newConvertCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "convert [OPTIONS]",
		Short: "Write the files as a file for docker compose",
		Long: `Write a file of Fig or docker-compose 1.x as a file for docker compose of today.
The networks that links become are declared in it, so that docker compose keeps
services apart as up does. Notes say what can't be said there. All values are
resolved: variables, extends and env files are gone.

A file of today is written flat: what it includes and extends is in it.`,
		Example: `  docker stacklite convert > compose.yaml
  docker stacklite -f fig.yml convert | less`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConvert(cmd.Context(), c) },
	}
}

func runConvert(ctx context.Context, c *cli) error {
	o := c.options()
	o.WithoutFronts = true
	s, err := session.OpenFiles(c.env, o, false)
	if err != nil {
		return err
	}
	session.LookBeyond(ctx, s)
	view.PrintNotes(s.View, s.Project.Notes)
	var text []byte
	if s.Model != nil {
		text, err = s.Model.YAML()
	} else {
		file, notes := convert.ToSpec(s.Project, s.Topology)
		view.PrintNotes(s.View, notes)
		text, err = compose.MarshalMap(file)
	}
	if err != nil {
		return err
	}
	return view.Bytes(s.View, text)
}
