package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// execFlags are the flags of exec.
type execFlags struct {
	detach     bool
	noTerminal bool
	privileged bool
	env        []string
	user       string
	dir        string
	index      int // of the replica; 0: the first
}

func newExecCommand(c *cli) *cobra.Command {
	var f execFlags
	cmd := &cobra.Command{
		Use:   "exec [OPTIONS] SERVICE COMMAND [ARG...]",
		Short: "Run a command in a running container",
		Long: `Run a command in a running container of a service: in the first one, or in the
one that --index selects.

The command gets a terminal if there is one, and exec exits with its exit code.
Ctrl-P Ctrl-Q detaches and leaves it running.`,
		Example: `  docker stacklite exec web sh
  docker stacklite exec -T db pg_dump app > app.sql
  docker stacklite exec --index 2 -u root web id`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runExec(ctx, c, s, f, args[0], args[1:])
			})
		},
		ValidArgsFunction: c.completeFirstService(cobra.ShellCompDirectiveDefault),
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the service is the command
	flags.SortFlags = false
	flags.BoolVarP(&f.detach, "detach", "d", false, "run the command in the background")
	flags.BoolVarP(&f.noTerminal, "no-TTY", "T", false, "do not allocate a terminal")
	flags.StringArrayVarP(&f.env, "env", "e", nil, "environment variable NAME=VALUE, or NAME to pass on its value; can be repeated")
	flags.StringVarP(&f.user, "user", "u", "", "run the command as this user")
	flags.StringVarP(&f.dir, "workdir", "w", "", "working directory in the container")
	flags.BoolVar(&f.privileged, "privileged", false, "give the command extended privileges")
	flags.IntVar(&f.index, "index", 0, "number of the replica (default the first)")
	flags.BoolP("interactive", "i", true, "keep standard input open: it always is")
	flags.BoolP("tty", "t", true, "allocate a terminal: done whenever there is one")
	_ = flags.MarkHidden("interactive")
	_ = flags.MarkHidden("tty")
	return cmd
}

func runExec(ctx context.Context, c *cli, s *session.Session, f execFlags, service string, command []string) error {
	t := c.terminal()
	x := engine.Exec{
		Command: command, Detach: f.detach, Terminal: !f.detach && !f.noTerminal && t.Interactive(),
		User: f.user, Dir: f.dir, Privileged: f.privileged,
	}
	for _, e := range f.env {
		if v := variable(c.env.Vars, e); v.Value != nil {
			x.Env = append(x.Env, v.Name+"="+*v.Value)
		}
	}
	container, err := f.container(ctx, s, service, command, x.Terminal)
	if err != nil {
		return err
	}
	id, process, err := s.Engine.Exec(ctx, container.ID, x)
	if err != nil || x.Detach {
		return session.Explain(ctx, s, err, service, container.Name)
	}
	refused := &follow.RefusedExec{Out: t.Out}
	if c.classic == nil {
		t.Out = refused
	}
	err = t.Join(ctx, process, x.Terminal, func() error { return nil })
	if errors.Is(err, follow.ErrDetached) {
		return nil
	}
	if err != nil {
		return err
	}
	code, _, err := s.Engine.ExecResult(ctx, id)
	if no := refused.Refused(code); no != nil {
		view.PrintError(s.View, session.Explain(ctx, s, no, service, container.Name))
	} else {
		err = errors.Join(err, refused.Flush())
	}
	return errors.Join(err, exit.Of(code))
}

// container finds the container that the command is to run in.
func (f execFlags) container(ctx context.Context, s *session.Session, service string, command []string, terminal bool) (c observed.Container, err error) {
	done, err := inSwarm(ctx, s, func() error {
		c, err = tasks.Here(ctx, s, service, f.index, func(container string) []string { return f.docker(container, command, terminal) })
		return err
	})
	if done {
		return c, err
	}
	return s.Replica(ctx, service, f.index, true)
}

// docker are the arguments of the docker command that does the same in a container.
func (f execFlags) docker(container string, command []string, terminal bool) []string {
	words := []string{"exec"}
	switch {
	case f.detach:
		words = append(words, "-d")
	case terminal:
		words = append(words, "-it")
	default:
		words = append(words, "-i")
	}
	if f.privileged {
		words = append(words, "--privileged")
	}
	if f.user != "" {
		words = append(words, "-u", f.user)
	}
	if f.dir != "" {
		words = append(words, "-w", f.dir)
	}
	for _, e := range f.env {
		words = append(words, "-e", e)
	}
	return append(append(words, container), command...)
}
