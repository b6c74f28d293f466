package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newExecCommand(a *app) *cobra.Command {
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
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			x.Command = args[1:]
			x.Terminal = !x.Detach && !noTerminal && a.terminal()
			for _, e := range env {
				if v := a.variable(e); v.Value != nil {
					x.Env = append(x.Env, v.Name+"="+*v.Value)
				}
			}
			return a.exec(ctx, args[0], index, x)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return a.completeServices(cmd, args, word)
		},
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

func (a *app) exec(ctx context.Context, service string, index int, x engine.Exec) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	r, err := s.replica(ctx, service, index, true)
	if err != nil {
		return err
	}
	id, session, err := s.engine.Exec(ctx, r.ID, x)
	if err != nil || x.Detach {
		return err
	}
	err = a.converse(ctx, session, x.Terminal, func() error { return nil })
	if errors.Is(err, errDetached) {
		return nil
	}
	if err != nil {
		return err
	}
	code, _, err := s.engine.ExecResult(ctx, id)
	return errors.Join(err, asStatus(code))
}

// replica finds one replica of a service by its number, or the first where
// index is 0; of those that run, where running is set.
func (s *scope) replica(ctx context.Context, service string, index int, running bool) (engine.Replica, error) {
	list, err := s.list(ctx, []string{service})
	if err != nil {
		return engine.Replica{}, err
	}
	list = slices.DeleteFunc(list, func(r engine.Replica) bool {
		return r.OneOff || index != 0 && r.Number != index || running && !plan.State(r.State).Up()
	})
	if len(list) > 0 {
		return list[0], nil
	}
	name := service
	if index != 0 {
		name = fmt.Sprintf("%s_%d", service, index)
	}
	f := failure{msg: "No container found for " + name, hints: []string{"to see which there are: ps"}}
	if running {
		f.hints = []string{"to bring it up: up -d " + service}
	}
	return engine.Replica{}, f
}
