package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/convert"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// What convert writes files for.
const (
	toCompose = "compose"
	toStack   = "stack"
)

func conversions() []string { return []string{toCompose, toStack} }

type convertFlags struct {
	target  string
	flatten bool
}

func newConvertCommand(c *cli) *cobra.Command {
	var f convertFlags
	cmd := &cobra.Command{
		Use:   "convert [OPTIONS]",
		Short: "Write the files as a file for docker compose or docker stack",
		Long: `Write the files as one file for a tool that knows no links as a boundary.

For docker compose of today, a file of Fig or docker-compose 1.x is written with
the networks that its links become, so that docker compose keeps services apart
as up does. A file of today is written flat: what it includes and extends is in
it. Where links are its boundary (--isolation link, or x-stack-lite in the file)
their networks are written as well, unless there is --flatten.

For docker stack deploy (--to stack), the same networks span the nodes of a
swarm, and each service is on one at least: tasks without would reach all others
of their node. Services that publish no ports are found by the addresses of
their tasks (endpoint_mode: dnsrr). Names of links are aliases that nobody else
sees.

Notes tell what can't be said there, where in the files it is, and what to do.
What can only be left out together with a part of the boundary, such as
net: container, is an error. All values are resolved: variables, extends and env
files are gone.`,
		Example: `  docker stacklite convert > compose.yaml
  docker stacklite -f fig.yml convert | less

  docker stacklite -f compose.yaml --isolation link convert > apart.yaml
  docker compose -f apart.yaml up -d

  docker stacklite convert --to stack > stack.yaml
  docker stack deploy -c stack.yaml shop`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return runConvert(cmd.Context(), c, f)
		},
	}
	cmd.Flags().StringVar(&f.target, "to", toCompose, "the tool that shall read the file: compose, or stack for docker stack deploy")
	cmd.Flags().BoolVar(&f.flatten, "flatten", false, "write a file of today without networks for its links")
	_ = cmd.RegisterFlagCompletionFunc("to", oneOfWords(conversions()...))
	return cmd
}

// check refuses flags that can't be.
func (f convertFlags) check() error {
	if err := oneOf("--to", f.target, conversions()); err != nil {
		return err
	}
	if f.flatten && f.target == toStack {
		return exit.Usage{Msg: "--flatten and --to stack exclude each other: in a stack networks are all that keeps services apart"}
	}
	return nil
}

func runConvert(ctx context.Context, c *cli, f convertFlags) error {
	o := c.options()
	o.WithoutFronts = true
	s, err := session.OpenFiles(c.env, o, false)
	if err != nil {
		return err
	}
	if f.flatten && s.Model == nil {
		return exit.Usage{
			Msg:    "--flatten is for files of today: others have to say their links as networks",
			Advice: []string{"for one network of all services: --isolation project"},
		}
	}
	if f.target == toStack {
		err = session.ResolveForSwarm(s)
	} else {
		session.LookBeyond(ctx, s)
	}
	if err != nil {
		return err
	}
	if f.target == toCompose { // a stack carries more out than one engine
		view.PrintNotes(s.View, s.Project.Notes)
	}
	text, notes, err := converted(s, f)
	if err != nil {
		return err
	}
	view.PrintNotes(s.View, notes)
	return view.Bytes(s.View, text)
}

// converted is what the files become, and what can't be said there.
func converted(s *session.Session, f convertFlags) ([]byte, []compose.Note, error) {
	var values map[string]any
	var err error
	if s.Model != nil {
		if values, err = s.Model.Values(); err != nil {
			return nil, nil, err
		}
	}
	var file compose.Map
	var notes []compose.Note
	switch {
	case f.target == toStack:
		file, notes, err = convert.ToStack(s.Project, s.Topology, values)
		notes = append(s.Topology.Notes, notes...)
	case s.Model != nil && (f.flatten || !session.LinksAreBoundary(s)):
		file = convert.Flat(values)
	case s.Model != nil:
		file, notes = convert.Separated(s.Project, s.Topology, values)
		notes = append(s.Topology.Notes, notes...)
	default:
		file, notes = convert.ToSpec(s.Project, s.Topology)
	}
	if err != nil {
		return nil, nil, err
	}
	if s.Model != nil {
		if left := s.Model.Inactive(); len(left) > 0 {
			notes = append(notes, compose.Note{Text: "these are left out, for their profiles are not active: " + strings.Join(left, ", ") + ". To have them: --profile NAME"})
		}
	}
	text, err := compose.MarshalMap(file)
	return text, notes, err
}
