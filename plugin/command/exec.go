package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newExecCommand(c *cli) *cobra.Command {
	var (
		x          engine.Exec
		index      int
		noTerminal bool
		env        []string
	)
	cmd := &cobra.Command{
		Use:   "exec [OPTIONS] SERVICE COMMAND [ARG...]",
		Short: "Run a command in a container that runs",
		Long: `Run a command in a container that runs, the first of its service unless --index
says which.

The command gets a terminal where there is one, and its exit code is that of
exec. Ctrl-P Ctrl-Q leaves it running.`,
		Example: `  docker stacklite exec web sh
  docker stacklite exec -T db pg_dump app > app.sql
  docker stacklite exec --index 2 -u root web id`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			x.Command = args[1:]
			x.Terminal = !x.Detach && !noTerminal && c.terminal().Interactive()
			for _, e := range env {
				if v := variable(c.env.Vars, e); v.Value != nil {
					x.Env = append(x.Env, v.Name+"="+*v.Value)
				}
			}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runExec(ctx, s, c.terminal(), args[0], index, x)
			})
		},
		ValidArgsFunction: c.completeFirstService(cobra.ShellCompDirectiveDefault),
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the service is the command
	flags.SortFlags = false
	flags.BoolVarP(&x.Detach, "detach", "d", false, "leave the command running in the background")
	flags.BoolVarP(&noTerminal, "no-TTY", "T", false, "give it no terminal")
	flags.StringArrayVarP(&env, "env", "e", nil, "NAME=VALUE for its environment, or NAME of a variable here; may be repeated")
	flags.StringVarP(&x.User, "user", "u", "", "in place of the container's")
	flags.StringVarP(&x.Dir, "workdir", "w", "", "directory in the container, in place of the container's")
	flags.BoolVar(&x.Privileged, "privileged", false, "give it all rights")
	flags.IntVar(&index, "index", 0, "in this replica, by number (default the first)")
	flags.BoolP("interactive", "i", true, "keep standard input open: it always is")
	flags.BoolP("tty", "t", true, "give it a terminal: where there is one it has it")
	_ = flags.MarkHidden("interactive")
	_ = flags.MarkHidden("tty")
	return cmd
}

func runExec(ctx context.Context, s *session.Session, t follow.Terminal, service string, index int, x engine.Exec) error {
	container, err := s.Replica(ctx, service, index, true)
	if err != nil {
		return err
	}
	id, process, err := s.Engine.Exec(ctx, container.ID, x)
	if err != nil || x.Detach {
		return err
	}
	err = t.Join(ctx, process, x.Terminal, func() error { return nil })
	if errors.Is(err, follow.ErrDetached) {
		return nil
	}
	if err != nil {
		return err
	}
	code, _, err := s.Engine.ExecResult(ctx, id)
	return errors.Join(err, exit.Of(code))
}
