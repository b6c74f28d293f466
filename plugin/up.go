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
	removeOrphans bool
	noStart       bool
	freshVolumes  bool
	timeout       int
	scale         []string
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
something else. Run it again after an interruption and it goes on.`,
		Example: `  # everything, in the background
  docker stacklite up -d

  # web and what it links to, with three replicas of web
  docker stacklite up -d --scale web=3 web

  # what would be done?
  docker stacklite up --dry-run`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.up(ctx, f, args, cmd.Flags().Changed("timeout"))
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVarP(&f.detach, "detach", "d", false, "leave the stack running in the background")
	cmd.Flags().BoolVar(&f.build, "build", false, "build images first, also those that exist")
	return cmd
}

func (f *upFlags) add(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&f.noDeps, "no-deps", false, "leave the services that the named ones link to alone")
	cmd.Flags().BoolVar(&f.forceRecreate, "force-recreate", false, "replace containers even if nothing changed")
	cmd.Flags().BoolVar(&f.noRecreate, "no-recreate", false, "leave containers that exist as they are")
	cmd.Flags().BoolVar(&f.noStart, "no-start", false, "make containers, start none")
	cmd.Flags().BoolVar(&f.removeOrphans, "remove-orphans", false, "remove containers of services that the files no longer have")
	cmd.Flags().BoolVarP(&f.freshVolumes, "renew-anon-volumes", "V", false, "give replaced containers new anonymous volumes")
	cmd.Flags().IntVarP(&f.timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	cmd.Flags().StringArrayVar(&f.scale, "scale", nil, "SERVICE=NUMBER of replicas; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("force-recreate", "no-recreate")
}

func (a *app) up(ctx context.Context, f upFlags, services []string, timeoutGiven bool) error {
	if !f.detach && !a.flags.dryRun && !f.noStart {
		return usageError{msg: "up stays in the foreground only in releases to come",
			hints: []string{"use: up -d, then: logs -f"}}
	}
	s, err := a.stack(ctx, true)
	if err != nil {
		return err
	}
	goal, scale, err := f.goal(s, services, timeoutGiven)
	if err != nil {
		return err
	}
	if f.build && !a.flags.dryRun {
		if err := s.build(ctx, goal.Services, engine.BuildOptions{}); err != nil {
			return err
		}
	}
	return s.converge(ctx, goal, scale)
}

// goal makes a goal of the flags.
func (f upFlags) goal(s *stack, args []string, timeoutGiven bool) (plan.Goal, engine.Scale, error) {
	goal := plan.Goal{Orphans: f.removeOrphans, FreshData: f.freshVolumes}
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
		goal.State = plan.JustCreated
	}
	if timeoutGiven {
		goal.Timeout = &f.timeout
	}
	return goal, scale, nil
}
