package plugin

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// upFlags are what up and plan understand alike.
type upFlags struct {
	detach        bool
	build         bool
	noDeps        bool
	noRecreate    bool
	forceRecreate bool
	dependents    bool
	removeOrphans bool
	noStart       bool
	freshVolumes  bool
	timeout       int
	scale         []string

	// Of up alone:
	noBuild   bool
	quietPull bool
	attachFlags
	readyFlags
}

func newUpCommand(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.exitCodeFrom != "" {
				f.abort = true
			}
			if err := f.check(); err != nil {
				return err
			}
			ctx, stop := cmd.Context(), func() {}
			if !f.foreground() { // there Ctrl-C has more than one meaning
				ctx, stop = interruptible(ctx)
			}
			defer stop()
			return a.up(ctx, f, args, cmd.Flags().Changed("timeout"))
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVarP(&f.detach, "detach", "d", false, "leave the stack running in the background")
	cmd.Flags().BoolVar(&f.build, "build", false, "build images first, also those that exist")
	cmd.Flags().BoolVar(&f.noBuild, "no-build", false, "build nothing: an image that is missing is an error")
	cmd.Flags().BoolVar(&f.quietPull, "quiet-pull", false, "don't show how far pulls are")
	cmd.MarkFlagsMutuallyExclusive("build", "no-build")
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
	cmd.Flags().IntVarP(&f.timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	cmd.Flags().StringArrayVar(&f.scale, "scale", nil, "SERVICE=NUMBER of replicas; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("force-recreate", "no-recreate")
	cmd.MarkFlagsMutuallyExclusive("always-recreate-deps", "no-recreate")
}

func (a *app) up(ctx context.Context, f upFlags, services []string, timeoutGiven bool) error {
	s, err := a.stack(ctx, true)
	if err != nil {
		return err
	}
	goal, scale, err := f.goal(s, services, timeoutGiven)
	if err != nil {
		return err
	}
	s.noBuild, a.quietPull = f.noBuild, f.quietPull
	bring := func(ctx context.Context) error {
		return s.converge(ctx, goal, scale)
	}
	switch {
	case a.flags.dryRun:
		return bring(ctx)
	case f.foreground():
		t, err := f.attachment(s, services, goal)
		if err != nil {
			return err
		}
		return t.run(ctx, bring)
	case f.wait:
		return s.bringReady(ctx, f.readyFlags, goal.Services, bring)
	}
	return bring(ctx)
}

// foreground tells whether up stays with the stack.
func (f upFlags) foreground() bool { return !f.detach && !f.noStart && !f.wait }

// check refuses flags that rule each other out.
func (f upFlags) check() error {
	for name, given := range map[string]bool{"--abort-on-container-exit": f.abort, "--attach-dependencies": f.attachDeps} {
		if given && !f.foreground() {
			return usageError{msg: name + " is for an up that stays in the foreground",
				hints: []string{"leave out -d, --no-start and --wait"}}
		}
	}
	return nil
}

// goal makes a goal of the flags.
func (f upFlags) goal(s *stack, args []string, timeoutGiven bool) (plan.Goal, engine.Scale, error) {
	goal := plan.Goal{Orphans: f.removeOrphans, FreshData: f.freshVolumes, Dependents: f.dependents, Build: f.build}
	scale, err := parseScale(s.project, f.scale)
	if err != nil {
		return goal, nil, err
	}
	if goal.Services, err = chosen(s.project, args); err != nil {
		return goal, nil, err
	}
	if goal.Services != nil && !f.noDeps {
		goal.Services = s.topology.Needs(goal.Services)
	}
	switch {
	case f.forceRecreate:
		goal.Recreate = plan.Always
	case f.noRecreate:
		goal.Recreate = plan.Never
	}
	if f.noStart {
		goal.State = plan.CreatedOnly
	}
	if timeoutGiven {
		goal.Timeout = &f.timeout
	}
	return goal, scale, nil
}
