package command

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// checkFlags are the flags of check.
type checkFlags struct {
	format  string
	prober  string
	timeout time.Duration
}

func newCheckCommand(c *cli) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [OPTIONS] [SERVICE...]",
		Short: "Try out who reaches whom, from inside the running containers",
		Long: `Try out who reaches whom, from inside the running containers, and compare it
with the files: everybody with a link must find the other by all its names and
get an answer, everybody else must not, by any address. The exit status is 1
where a link is broken or two reach each other that should not.

Nothing is needed in the images. For the moment of the check this program itself
runs beside every container, in its network and with its name server; nothing
of it is left afterwards. Where nobody listens a refusal tells that packets go
there and back. Containers of others on the stack's networks are checked too.

A published port is a way round through the host that no network closes: it is
told, but no failure. Publish on 127.0.0.1 what only this machine needs.`,
		Example: `  docker stacklite check
  docker stacklite check web mysql
  docker stacklite check --format json | jq 'select(.Verdict != "ok")'`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.timeout <= 0 {
				return exit.Usage{Msg: "--timeout must be longer than nothing"}
			}
			prober, err := proberProgram(cmp.Or(f.prober, c.env.Vars["STACKLITE_PROBER"]))
			if err != nil {
				return err
			}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runCheck(ctx, s, f, prober, args) })
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "matrix", "matrix, table, json or a template, with a row for every pair")
	cmd.Flags().StringVar(&f.prober, "prober", "", "the program to run beside containers, where this one can't run on the engine: a docker-stacklite for its kind of machine (default STACKLITE_PROBER, else this one)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", time.Second, "how long silence lasts before it counts")
	_ = cmd.MarkFlagFilename("prober")
	return cmd
}

// proberProgram is the program that runs beside containers: this one, unless
// another is named.
func proberProgram(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return os.Executable()
}

func runCheck(ctx context.Context, s *session.Session, f checkFlags, program string, nodes []string) error {
	v, err := look(ctx, s)
	if err != nil {
		return err
	}
	if err := knownNodes(v.File, nodes); err != nil {
		return err
	}
	if err := s.Engine.Names(ctx, reach.Checked(v)...); err != nil {
		return err
	}
	check := reach.NewCheck(v, nodes)
	if check.Empty() {
		return exit.Failure{Msg: "nothing to check: no two services of the stack run", Advice: []string{"to start them: up -d"}}
	}
	prober, err := s.Engine.NewProber(ctx, program)
	if err != nil {
		return err
	}
	defer prober.Close(ctx)
	if err := check.Ask(ctx, prober, reach.Asking{Timeout: f.timeout, Parallel: s.Options.Parallel}); err != nil {
		return err
	}
	return report(s.View, check, f.format)
}
