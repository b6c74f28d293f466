package command

import (
	"context"
	"slices"
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
	balance       balanceFlag

	imageFlags // of up, create and plan
	deployFlags

	// Of up alone:
	detach bool
	attachFlags
	readyFlags

	rolling rollingFlag // of up and plan
}

func newUpCommand(c *cli) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up [OPTIONS] [SERVICE...]",
		Short: "Create and start the stack, or update it",
		Long: `Create and start the stack, or update it to match the files.

Only what differs is changed: a service with changed settings gets new
containers, a changed link only a new network. Services that the named ones link
to are started too. The number of replicas stays the same unless --scale sets
it. If up is interrupted, run it again to finish.

Of several replicas that are replaced some run on until others do. With
--rolling each new container is made, started and waited for while the old one
runs, until it is healthy where its image has a health check; then the old one
goes. If a new one does not come up it is removed again and the old ones run on.
The label io.stack-lite.rolling: "1" on a service does that with every up. A
container with a host port or with data of its own can't run twice: a note says
which ones, and they are replaced one after the other.

With --detach it looks once, a moment later, which containers have exited, and
shows the last line of each.

Without --detach it shows the output of the containers until all have exited.
Ctrl-C stops them, a second Ctrl-C kills them; they are kept for the next up. A
terminal that is closed, and output that can't be written, stop them too.`,
		Example: `  # the whole stack, in the foreground
  docker stacklite up

  # the whole stack, in the background
  docker stacklite up -d

  # web and what it links to, with three replicas of web
  docker stacklite up -d --scale web=3 web

  # replace what has changed without a gap
  docker stacklite up -d --rolling

  # show what would be done
  docker stacklite up --dry-run`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.classic != nil && f.noStart && f.detach {
				return exit.Usage{Msg: "--no-start and --detach cannot be combined."}
			}
			if err := f.check(); err != nil {
				return err
			}
			o := c.options()
			o.QuietPull, o.Deploy = f.quietPull, f.deploy()
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error {
				return runUp(ctx, s, c.classic, f, args)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVarP(&f.detach, "detach", "d", false, "run containers in the background")
	f.imageFlags.add(cmd)
	f.attachFlags.add(cmd)
	f.readyFlags.add(cmd)
	f.rolling.add(cmd)
	return cmd
}

func (f *upFlags) add(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&f.noDeps, "no-deps", false, "leave out the services that the named ones link to")
	cmd.Flags().BoolVar(&f.forceRecreate, "force-recreate", false, "replace containers even if nothing has changed")
	cmd.Flags().BoolVar(&f.dependents, "always-recreate-deps", false, "also replace the containers of services that link to replaced ones")
	cmd.Flags().BoolVar(&f.noRecreate, "no-recreate", false, "do not replace existing containers")
	cmd.Flags().BoolVar(&f.noStart, "no-start", false, "create containers without starting them")
	cmd.Flags().BoolVar(&f.removeOrphans, "remove-orphans", false, "also remove containers of services that are no longer in the files")
	cmd.Flags().BoolVarP(&f.freshVolumes, "renew-anon-volumes", "V", false, "create new anonymous volumes instead of keeping those of replaced containers")
	f.timeout.add(cmd.Flags())
	cmd.Flags().StringArrayVar(&f.scale, "scale", nil, "number of replicas as SERVICE=NUMBER, or SERVICE=+NUMBER or -NUMBER to change it; can be repeated")
	f.balance.add(cmd.Flags())
	f.deployFlags.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("force-recreate", "no-recreate")
	cmd.MarkFlagsMutuallyExclusive("renew-anon-volumes", "no-recreate")
	cmd.MarkFlagsMutuallyExclusive("always-recreate-deps", "no-recreate")
}

func runUp(ctx context.Context, s *session.Session, old *classic.Tool, f upFlags, services []string) error {
	r, err := f.request(s, old, services)
	if err != nil {
		return err
	}
	if f.foreground() && !s.Options.DryRun {
		in, err := session.InSwarm(ctx, s)
		if err != nil {
			return err
		}
		if in {
			if flag := f.attached(); flag != "" {
				return exit.Usage{Msg: flag + " is for containers of one engine: up does not follow the services of a swarm", Advice: []string{
					"leave it out; to see what they write: docker stacklite logs -f",
					"to wait for the end of one that ends, with its exit code: docker stacklite wait SERVICE",
				}}
			}
			f.detach = true
			s.Note("services of a swarm run on by themselves; to see what they write: docker stacklite logs -f")
		}
	}
	converge := func(ctx context.Context) error {
		if err := f.get(ctx, s, r.Goal.Services); err != nil {
			return err
		}
		return s.Converge(ctx, r)
	}
	if s.Options.DryRun || !f.foreground() && !f.wait {
		return toldExits(ctx, s, converge(ctx))
	}
	if f.foreground() {
		t, err := f.inForeground(s, old, services, r.Goal)
		if err != nil {
			return err
		}
		t.Converge = converge
		return t.Run(ctx)
	}
	if err := converge(ctx); err != nil || s.Swarm != nil { // a swarm's services are waited for anyway
		return err
	}
	ready := follow.Readiness{Engine: s.Engine, Claim: s.Claim, Services: meant(s, r.Goal.Services), Timeout: time.Duration(f.waitTimeout) * time.Second}
	return ready.Wait(ctx)
}

// toldExits tells which containers that a command has started have exited already,
// also where it failed at others.
func toldExits(ctx context.Context, s *session.Session, err error) error {
	if ctx.Err() == nil && s.Swarm == nil {
		session.TellExited(ctx, s)
	}
	return err
}

// foreground reports whether up stays in the foreground.
func (f upFlags) foreground() bool { return !f.detach && !f.noStart && !f.wait }

// check refuses flags that exclude each other.
func (f upFlags) check() error {
	if err := f.imageFlags.check(); err != nil {
		return err
	}
	if err := f.deployFlags.check(); err != nil {
		return err
	}
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
	return exit.Usage{Msg: name + " is for an up that stays in the foreground", Advice: []string{"leave out -d, --no-start and --wait"}, Kind: exit.KindForeground, Words: []string{name}}
}

// request turns the flags into a request.
func (f upFlags) request(s *session.Session, old *classic.Tool, args []string) (session.Request, error) {
	r := session.Request{NoBuild: f.noBuild, Tell: discoveryNotes, TellAfter: unreachedByImage, Goal: plan.Goal{
		Orphans: f.removeOrphans, FreshData: f.freshVolumes, Dependents: f.dependents, Build: f.build, Timeout: f.timeout.seconds,
		Rolling: int(f.rolling),
	}}
	scale, err := parseScale(s.Project, old, f.scale)
	if err != nil {
		return r, err
	}
	r.Scale, r.ScaleBy = scale.numbers, scale.changes
	if r.Goal.Services, err = session.Chosen(s.Project, args); err != nil {
		return r, err
	}
	if err := f.balance.apply(s, slices.Concat(args, scale.services(s.Project))); err != nil {
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
