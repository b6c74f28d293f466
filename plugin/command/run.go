package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/follow"
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
		Short: "Run a command once, in a container of its own",
		Long: `Run a command once, in a container of its own that is like those of a service:
its image, environment, volumes and links. It reaches the containers of its own
service too: run db psql -h db. Ports are not published unless asked for.

What the service links to is started first. The container gets a terminal where
there is one, and its exit code is that of run. Ctrl-P Ctrl-Q leaves it running.`,
		Example: `  docker stacklite run --rm web bash
  docker stacklite run --rm -T db pg_dump app > app.sql
  docker stacklite run -d --name migration -e DEBUG=1 web ./migrate`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
	flags.BoolVarP(&f.detach, "detach", "d", false, "leave the container running and print its name")
	flags.BoolVar(&f.remove, "rm", false, "remove the container when it has exited")
	flags.BoolVarP(&f.noTerminal, "no-TTY", "T", false, "give it no terminal")
	flags.StringArrayVarP(&f.env, "env", "e", nil, "NAME=VALUE for its environment, or NAME of a variable here; may be repeated")
	flags.StringVar(&f.entrypoint, "entrypoint", "", "in place of the service's")
	flags.StringVarP(&f.user, "user", "u", "", "in place of the service's")
	flags.StringVarP(&f.dir, "workdir", "w", "", "directory in the container, in place of the service's")
	flags.StringArrayVarP(&f.volumes, "volume", "v", nil, "a volume, as files say it; may be repeated")
	flags.StringArrayVarP(&f.ports, "publish", "p", nil, "a port to publish, as files say it; may be repeated")
	flags.BoolVar(&f.servicePorts, "service-ports", false, "publish the ports of the service")
	flags.BoolVar(&f.useAliases, "use-aliases", false, "let it answer to the service's name")
	flags.BoolVar(&f.noDeps, "no-deps", false, "leave the services that this one links to alone")
	flags.StringVar(&f.name, "name", "", "name of the container")
	flags.StringArrayVarP(&f.labels, "label", "l", nil, "NAME=VALUE, a label; may be repeated")
	flags.BoolVar(&f.build, "build", false, "build the image first, also if it exists")
	flags.BoolVar(&f.quietPull, "quiet-pull", false, "don't show how far pulls are")
	flags.BoolP("interactive", "i", true, "keep standard input open: it always is")
	_ = flags.MarkHidden("interactive")
	cmd.MarkFlagsMutuallyExclusive("service-ports", "publish")
	return cmd
}

// runOnce makes a one-off container of a service, and joins the user to it.
func runOnce(ctx context.Context, c *cli, o session.Options, f runFlags, service string, command []string) error {
	making, stop := interruptible(ctx)
	defer stop()
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
	terminal := !f.detach && !f.noTerminal && c.terminal().Interactive()
	once.TTY, once.StdinOpen = terminal, !f.detach
	if f.build {
		if err := runBuild(making, s, []string{service}, desired.BuildOptions{}); err != nil {
			return err
		}
	}
	name, err := makeOneOff(making, s, !f.noDeps, desired.OneOff{
		Service: once, Name: f.name, Labels: f.labels, UseAliases: f.useAliases, Remove: f.remove, Stdin: !f.detach,
	})
	if s.Options.DryRun || name == "" {
		return err
	}
	if err == nil && f.detach {
		if err = s.Engine.Start(making, name); err == nil {
			return view.Lines(s.View, name)
		}
	}
	if err == nil {
		// From here on Ctrl-C is for the container.
		times, end := follow.Interrupts(ctx)
		defer end()
		stop()
		run := oneOffRun{session: s, terminal: c.terminal(), name: name, tty: terminal, remove: f.remove, classic: c.classic != nil}
		err = run.attached(context.WithoutCancel(ctx), times)
	}
	return cleanUp(context.WithoutCancel(ctx), s, name, err)
}

// makeOneOff brings up what the service needs, unless told otherwise, and makes
// the container. The name is empty where it was not come to that.
func makeOneOff(ctx context.Context, s *session.Session, needs bool, o desired.OneOff) (name string, err error) {
	defer s.Lock(ctx)()
	goal := plan.Goal{Recreate: plan.Never, Services: []string{}}
	if needs {
		for _, need := range s.Topology.Needs([]string{o.Service.Name}) {
			if need != o.Service.Name {
				goal.Services = append(goal.Services, need)
			}
		}
	}
	p, err := s.Plan(ctx, session.Request{Goal: goal, Add: func(want *plan.Want, in desired.Inputs) {
		name = in.AddOneOff(want, o)
	}})
	if err != nil {
		return "", err
	}
	return name, s.Run(ctx, p)
}
