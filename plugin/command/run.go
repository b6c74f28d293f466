package command

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// runFlags are what the command line says in place of the file.
type runFlags struct {
	detach       bool
	remove       bool
	noTerminal   bool
	noDeps       bool
	servicePorts bool
	useAliases   bool
	build        bool
	quietPull    bool
	name         string
	entrypoint   string
	user         string
	dir          string
	env          []string
	labels       []string
	volumes      []string
	ports        []string

	entrypointGiven bool
}

func newRunCommand(c *cli) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [OPTIONS] SERVICE [COMMAND] [ARG...]",
		Short: "Run a one-off command for a service",
		Long: `Run a one-off command in a new container with the image, environment, volumes
and links of a service. It also reaches the containers of the service itself:
run db psql -h db. Ports are published only if asked for.

The services that the service links to are started first. The container gets a
terminal if there is one, and run exits with its exit code. Ctrl-P Ctrl-Q
detaches and leaves it running. Without --rm the container is kept, also one
that can't start.

In a swarm the command is run as a task, on whichever node, without a terminal
and without input. It is removed when it has ended, and kept with --detach.`,
		Example: `  docker stacklite run --rm web bash
  docker stacklite run --rm -T db pg_dump app > app.sql
  docker stacklite run -d --name migration -e DEBUG=1 web ./migrate`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f := f // what is parsed into stays as it is
			f.entrypointGiven = cmd.Flags().Changed("entrypoint")
			o := c.options()
			o.QuietPull = f.quietPull
			return runOnce(cmd.Context(), c, o, f, args[0], args[1:])
		},
		ValidArgsFunction: c.completeFirstService(cobra.ShellCompDirectiveDefault),
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the service is the command
	flags.SortFlags = false
	flags.BoolVarP(&f.detach, "detach", "d", false, "run in the background and print the name of the container")
	flags.BoolVar(&f.remove, "rm", false, "remove the container after it exits")
	flags.BoolVarP(&f.noTerminal, "no-TTY", "T", false, "do not allocate a terminal")
	flags.StringArrayVarP(&f.env, "env", "e", nil, "environment variable NAME=VALUE, or NAME to pass on its value; can be repeated")
	flags.StringVar(&f.entrypoint, "entrypoint", "", "override the entrypoint of the service")
	flags.StringVarP(&f.user, "user", "u", "", "run as this user")
	flags.StringVarP(&f.dir, "workdir", "w", "", "working directory in the container")
	flags.StringArrayVarP(&f.volumes, "volume", "v", nil, "mount a volume, written as in files; can be repeated")
	flags.StringArrayVarP(&f.ports, "publish", "p", nil, "publish a port, written as in files; can be repeated")
	flags.BoolVar(&f.servicePorts, "service-ports", false, "publish the ports of the service")
	flags.BoolVar(&f.useAliases, "use-aliases", false, "let the service's name resolve to this container too")
	flags.BoolVar(&f.noDeps, "no-deps", false, "do not start the services that this one links to")
	flags.StringVar(&f.name, "name", "", "name of the container")
	flags.StringArrayVarP(&f.labels, "label", "l", nil, "label NAME=VALUE; can be repeated")
	flags.BoolVar(&f.build, "build", false, "build the image first, even if it exists")
	flags.BoolVar(&f.quietPull, "quiet-pull", false, "pull without showing progress")
	flags.BoolP("interactive", "i", true, "keep standard input open: it always is")
	flags.BoolP("tty", "t", true, "allocate a terminal: done whenever there is one")
	_ = flags.MarkHidden("interactive")
	_ = flags.MarkHidden("tty")
	cmd.MarkFlagsMutuallyExclusive("service-ports", "publish")
	return cmd
}

// runOnce makes a one-off container of a service, and attaches the user to it.
func runOnce(ctx context.Context, c *cli, o session.Options, f runFlags, service string, command []string) error {
	s, err := session.Open(c.env, o, true)
	if err != nil {
		return err
	}
	if _, err := session.Chosen(s.Project, []string{service}); err != nil {
		return err
	}
	once, err := f.service(c.env.Vars, s.Project, service, command)
	if err != nil {
		return err
	}
	if done, err := inSwarm(ctx, s, func() error { return f.runTask(ctx, c, s, once, command) }); done {
		return err
	}
	if c.classic != nil && f.detach {
		f.remove = false // the old tools ignored it there
	}
	terminal := !f.detach && !f.noTerminal && c.terminal().Interactive()
	once.TTY, once.StdinOpen = terminal, !f.detach
	if f.build {
		if err := runBuild(ctx, s, []string{service}, desired.BuildOptions{}); err != nil {
			return err
		}
	}
	oneOff := desired.OneOff{
		Service: once, Name: f.name, Labels: f.labels, UseAliases: f.useAliases, Remove: f.remove, Stdin: !f.detach,
	}
	for _, note := range oneOff.Notes() {
		s.Note(note)
	}
	name, err := makeOneOff(ctx, s, c.classic, !f.noDeps, oneOff)
	if s.Options.DryRun || name == "" {
		return err
	}
	made := err == nil
	switch {
	case !made:
	case f.detach:
		err = session.Apply(ctx, s, plan.StartContainer{Container: name, Name: name})
		if err == nil {
			err = session.AfterStart(ctx, s, once, name)
		}
		if err == nil {
			return view.Lines(s.View, name)
		}
	default:
		// From here on Ctrl-C is for the container.
		times, give := interrupt.Take(ctx)
		run := follow.OneOff{
			Engine: s.Engine, Terminal: c.terminal(), Name: name, TTY: terminal, Remove: f.remove, Stopped: 130,
			Detached:   func() { s.Note(name + " keeps running") },
			AfterStart: func(ctx context.Context) error { return session.AfterStart(ctx, s, once, name) },
		}
		if c.classic != nil {
			run.Stopped = follow.Aborted
		}
		err = run.Run(context.WithoutCancel(ctx), times)
		give()
	}
	kept := made && !f.remove && !errors.Is(err, context.Canceled)
	err = session.Explain(ctx, s, cleanUp(ctx, s, name, kept, err), service, name)
	if c.classic != nil && f.detach {
		err = classic.CannotStart(s.View, service, err)
	}
	return err
}

// makeOneOff brings up what the service needs, except with --no-deps, and makes
// the container. The name is empty where none was made.
func makeOneOff(ctx context.Context, s *session.Session, old *classic.Tool, needs bool, o desired.OneOff) (name string, err error) {
	defer s.Lock(ctx)()
	goal := plan.Goal{Recreate: plan.Never, TakeOver: true, Services: []string{}}
	if needs {
		for _, need := range s.Topology.Needs([]string{o.Service.Name}) {
			if need != o.Service.Name {
				goal.Services = append(goal.Services, need)
			}
		}
	}
	p, err := s.Plan(ctx, session.Request{Goal: goal, Add: func(want *plan.Want, in desired.Inputs) {
		o.Suffix = randomHex()
		name = in.AddOneOff(want, o)
	}})
	if err != nil {
		return "", err
	}
	if old != nil {
		classic.NameOneOff(s.Name, o.Service.Name, name, p)
	}
	return name, s.Run(ctx, p)
}

// randomHex makes the names of one-off containers different: twelve hexadecimal
// digits.
func randomHex() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return hex.EncodeToString(b[:])
}

// cleanUp removes a one-off container that never ran, unless it is to be kept for
// a look at why it could not start, and networks that were made for one-off
// containers that have ended.
func cleanUp(ctx context.Context, s *session.Session, name string, kept bool, err error) error {
	if away := (engine.Unreachable{}); errors.As(err, &away) { // and that is said
		return err
	}
	ctx, done := interrupt.Step(ctx, "remove "+cmp.Or(name, "what was made for it"))
	defer done()
	if err != nil && !kept {
		err = errors.Join(err, s.Engine.RemoveCreated(ctx, name))
	}
	have, seen := s.Observe(ctx, false)
	if seen != nil {
		return errors.Join(err, seen)
	}
	return errors.Join(err, s.RunSilently(ctx, plan.OneOffNetworks(have.Have)))
}
