package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
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

func newRunCommand(a *app) *cobra.Command {
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
			return a.runOnce(cmd.Context(), f, args[0], args[1:])
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
func (a *app) runOnce(ctx context.Context, f runFlags, service string, command []string) error {
	making, stop := interruptible(ctx)
	defer stop()
	s, err := a.stack(making, true)
	if err != nil {
		return err
	}
	a.quietPull = f.quietPull
	if _, err := chosen(s.project, []string{service}); err != nil {
		return err
	}
	once, err := f.service(a, s.project, service, command)
	if err != nil {
		return err
	}
	terminal := !f.detach && !f.noTerminal && a.terminal()
	once.TTY, once.StdinOpen = terminal, !f.detach
	if f.build {
		if err := s.build(making, []string{service}, desired.BuildOptions{}); err != nil {
			return err
		}
	}
	name, err := s.makeOneOff(making, f, engine.OneOff{
		Service: once, Name: f.name, Labels: f.labels, UseAliases: f.useAliases, Remove: f.remove, Attended: !f.detach,
	})
	if a.flags.dryRun || name == "" {
		return err
	}
	if err == nil && f.detach {
		if err = s.engine.Start(making, name); err == nil {
			fmt.Fprintln(a.out, name)
			return nil
		}
	}
	if err == nil {
		// From here on Ctrl-C is for the container.
		times, end := interrupts(ctx)
		defer end()
		stop()
		err = s.attend(context.WithoutCancel(ctx), name, terminal, f.remove, times)
	}
	return s.tidy(context.WithoutCancel(ctx), name, err)
}

// makeOneOff brings up what the service needs and makes the container.
func (s *stack) makeOneOff(ctx context.Context, f runFlags, o engine.OneOff) (name string, err error) {
	defer s.alone(ctx, s.engine, s.project.Name)()
	goal := plan.Goal{Recreate: plan.Never, Services: []string{}}
	if !f.noDeps {
		for _, need := range s.topology.Needs([]string{o.Service.Name}) {
			if need != o.Service.Name {
				goal.Services = append(goal.Services, need)
			}
		}
	}
	p, err := s.planWith(ctx, goal, nil, func(want *plan.Want, have plan.Have) {
		name = s.engine.AddOneOff(want, s.project, s.topology, have, o)
	})
	if err != nil {
		return "", err
	}
	return name, s.run(ctx, s.engine, p)
}

// attend starts the container with the user joined to it, and gives its exit
// code as an error. Ctrl-C, where it is not the container's own, stops the
// container once and kills it twice.
func (s *stack) attend(ctx context.Context, name string, terminal, remove bool, times <-chan int) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	session, err := s.engine.Attach(ctx, name, true, terminal)
	if err != nil {
		return err
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	result := s.engine.End(within, name, remove)
	type outcome struct {
		code int
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		err := s.converse(within, session, terminal, func() error { return s.engine.Start(within, name) })
		if err != nil {
			done <- outcome{err: err}
			return
		}
		code, err := result()
		done <- outcome{code, err}
	}()
	var signalled error
	for {
		select {
		case o := <-done:
			switch {
			case errors.Is(o.err, errDetached):
				s.note(name + " runs on")
				return nil
			case o.err != nil:
				return o.err
			case signalled != nil:
				return signalled
			}
			return asStatus(o.code)
		case n := <-times:
			signalled = status(130)
			if s.classic != nil {
				signalled = exitAborted
			}
			if n > 1 {
				signalled = exitKilled
			}
			go s.engine.Stop(ctx, name, n > 1)
		case <-hangup:
			signalled = exitKilled
			go s.engine.Stop(ctx, name, true)
		}
	}
}

// tidy removes a one-off container that never ran, and networks that were made
// for those that are over.
func (s *stack) tidy(ctx context.Context, name string, err error) error {
	if err != nil {
		err = errors.Join(err, s.engine.RemoveCreated(ctx, name))
	}
	have, seen := s.engine.Observe(ctx, s.project.Name, nil)
	if seen != nil {
		return errors.Join(err, seen)
	}
	return errors.Join(err, plan.OneOffNetworks(have).Run(ctx, 1, s.engine.Apply, func(plan.Event) {}))
}

// service is the service with what the command line says in its place.
func (f runFlags) service(a *app, p *compose.Project, name string, command []string) (*compose.Service, error) {
	s := *p.Service(name)
	s.Restart, s.ContainerName = compose.Restart{}, ""
	if len(command) > 0 {
		s.Command = command
	}
	if f.entrypointGiven {
		words, err := compose.SplitCommand("--entrypoint", f.entrypoint)
		if err != nil {
			return nil, err
		}
		s.Entrypoint = words
		if len(command) == 0 {
			s.Command = nil
		}
	}
	if f.user != "" {
		s.User = f.user
	}
	if f.dir != "" {
		s.WorkingDir = f.dir
	}
	s.Environment = slices.Clone(s.Environment)
	for _, e := range f.env {
		s.Environment = setVar(s.Environment, a.variable(e))
	}
	if !f.servicePorts {
		s.Ports = nil
	}
	for _, text := range f.ports {
		port, err := compose.ParsePort("--publish", text)
		if err != nil {
			return nil, err
		}
		s.Ports = append(s.Ports, port)
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	s.Volumes = slices.Clone(s.Volumes)
	for _, text := range f.volumes {
		v, err := compose.ParseVolume("--volume", text, dir, a.env)
		if err != nil {
			return nil, err
		}
		s.Volumes = slices.DeleteFunc(s.Volumes, func(old compose.Volume) bool { return old.Target == v.Target })
		s.Volumes = append(s.Volumes, v)
	}
	return &s, nil
}

// variable reads NAME=VALUE, or NAME for the value that it has here.
func (a *app) variable(text string) compose.Var {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		if value, ok = a.env[name]; !ok {
			return compose.Var{Name: name}
		}
	}
	return compose.Var{Name: name, Value: &value}
}

func setVar(list []compose.Var, v compose.Var) []compose.Var {
	list = slices.DeleteFunc(list, func(old compose.Var) bool { return old.Name == v.Name })
	return append(list, v)
}
