package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// upFlags are the flags of up, most of which plan and create have too.
type upFlags struct {
	noDeps        bool
	noRecreate    bool
	forceRecreate bool
	dependents    bool
	removeOrphans bool
	noStart       bool
	freshVolumes  bool
	timeout       timeoutFlag
	scale         []string

	imageFlags // of up and create

	// Of up alone:
	detach bool
	attachFlags
	readyFlags
}

func newUpCommand(c *cli) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up [OPTIONS] [SERVICE...]",
		Short: "Make and start the stack, and change what differs from the files",
		Long: `Make and start the stack, and change what differs from the files.

Only what differs is touched: a service whose settings changed gets new
containers, a changed link only a new network. Named services bring up with them
what they link to. The number of replicas stays as it is unless --scale says
something else. Run it again after an interruption and it goes on.

Without --detach it shows what the containers write until all have exited.
Ctrl-C stops them, pressed again it kills them; they stay for the next up.`,
		Example: `  # everything, with its output
  docker stacklite up

  # everything, in the background
  docker stacklite up -d

  # web and what it links to, with three replicas of web
  docker stacklite up -d --scale web=3 web

  # what would be done?
  docker stacklite up --dry-run`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			o := c.options()
			o.QuietPull = f.quietPull
			run := func(ctx context.Context, s *session.Session) error { return runUp(ctx, s, c.classic, f, args) }
			if !f.foreground() {
				return c.withFiles(cmd, o, true, run)
			}
			s, err := session.Open(c.env, o, true) // Ctrl-C has more than one meaning there
			if err != nil {
				return err
			}
			return run(cmd.Context(), s)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVarP(&f.detach, "detach", "d", false, "leave the stack running in the background")
	f.imageFlags.add(cmd)
	f.attachFlags.add(cmd)
	f.readyFlags.add(cmd)
	return cmd
}

func (f *upFlags) add(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&f.noDeps, "no-deps", false, "leave the services that the named ones link to alone")
	cmd.Flags().BoolVar(&f.forceRecreate, "force-recreate", false, "replace containers even if nothing changed")
	cmd.Flags().BoolVar(&f.dependents, "always-recreate-deps", false, "replace the containers of services that link to what is replaced, too")
	cmd.Flags().BoolVar(&f.noRecreate, "no-recreate", false, "leave containers that exist as they are")
	cmd.Flags().BoolVar(&f.noStart, "no-start", false, "make containers, start none")
	cmd.Flags().BoolVar(&f.removeOrphans, "remove-orphans", false, "remove containers of services that the files no longer have")
	cmd.Flags().BoolVarP(&f.freshVolumes, "renew-anon-volumes", "V", false, "give replaced containers new anonymous volumes")
	f.timeout.add(cmd.Flags())
	cmd.Flags().StringArrayVar(&f.scale, "scale", nil, "SERVICE=NUMBER of replicas; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("force-recreate", "no-recreate")
	cmd.MarkFlagsMutuallyExclusive("always-recreate-deps", "no-recreate")
}

func runUp(ctx context.Context, s *session.Session, old *classic.Tool, f upFlags, services []string) error {
	r, err := f.request(s, services)
	if err != nil {
		return err
	}
	converge := func(ctx context.Context) error { return s.Converge(ctx, r) }
	if s.Options.DryRun || !f.foreground() && !f.wait {
		return converge(ctx)
	}
	if f.foreground() {
		t, err := f.inForeground(s, old, services, r.Goal)
		if err != nil {
			return err
		}
		t.Converge = converge
		return t.Run(ctx)
	}
	if err := converge(ctx); err != nil {
		return err
	}
	meant := r.Goal.Services
	if meant == nil {
		meant = s.FileServices()
	}
	ready := follow.Readiness{Engine: s.Engine, Project: s.Name, Services: meant, Timeout: time.Duration(f.waitTimeout) * time.Second}
	return ready.Wait(ctx)
}

// foreground tells whether up stays with the stack.
func (f upFlags) foreground() bool { return !f.detach && !f.noStart && !f.wait }

// check refuses flags that rule each other out.
func (f upFlags) check() error {
	name := ""
	switch {
	case f.foreground():
	case f.aborts():
		name = "--abort-on-container-exit"
	case f.attachDeps:
		name = "--attach-dependencies"
	}
	if name == "" {
		return nil
	}
	return exit.Usage{Msg: name + " is for an up that stays in the foreground", Advice: []string{"leave out -d, --no-start and --wait"}}
}

// request makes a request of the flags.
func (f upFlags) request(s *session.Session, args []string) (session.Request, error) {
	r := session.Request{NoBuild: f.noBuild, Goal: plan.Goal{
		Orphans: f.removeOrphans, FreshData: f.freshVolumes, Dependents: f.dependents, Build: f.build, Timeout: f.timeout.seconds,
	}}
	var err error
	if r.Scale, err = parseScale(s.Project, f.scale); err != nil {
		return r, err
	}
	if r.Goal.Services, err = session.Chosen(s.Project, args); err != nil {
		return r, err
	}
	if r.Goal.Services != nil && !f.noDeps {
		r.Goal.Services = s.Topology.Needs(r.Goal.Services)
	}
	switch {
	case f.forceRecreate:
		r.Goal.Recreate = plan.Always
	case f.noRecreate:
		r.Goal.Recreate = plan.Never
	}
	if f.noStart {
		r.Goal.State = plan.CreatedOnly
	}
	return r, nil
}
