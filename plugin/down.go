package plugin

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newDownCommand(a *app) *cobra.Command {
	var (
		timeout       int
		volumes       bool
		removeOrphans bool
		rmi           string
	)
	cmd := &cobra.Command{
		Use:   "down [OPTIONS]",
		Short: "Stop the stack and remove its containers and networks",
		Long: `Stop the stack and remove its containers and networks.

Volumes and images stay, unless --volumes asks for the anonymous volumes to go
too, or --rmi for the images: "local", those that were built for the stack and
have no name of their own, or "all". A volume with a name is never removed. With --project-name the stack can be
taken down when its files are gone.`,
		Example: `  docker stacklite down
  docker stacklite down --volumes --remove-orphans
  docker stacklite -p demo down`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			goal := plan.Goal{State: plan.Absent, Volumes: volumes}
			if cmd.Flags().Changed("timeout") {
				goal.Timeout = &timeout
			}
			return a.down(ctx, goal, rmi, removeOrphans)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&volumes, "volumes", "v", false, "remove anonymous volumes too")
	cmd.Flags().StringVar(&rmi, "rmi", "", "remove images too: local or all")
	cmd.Flags().BoolVar(&removeOrphans, "remove-orphans", false, "remove containers of services that the files no longer have")
	cmd.Flags().IntVarP(&timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	return cmd
}

func (a *app) down(ctx context.Context, goal plan.Goal, rmi string, removeOrphans bool) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	if goal.Images, err = s.images(rmi); err != nil {
		return err
	}
	return s.halt(ctx, goal, nil, removeOrphans)
}

// images names the images that --rmi means.
func (s *scope) images(rmi string) ([]string, error) {
	switch {
	case rmi == "":
		return nil, nil
	case rmi != "local" && rmi != "all":
		return nil, usageError{msg: fmt.Sprintf("--rmi %s is neither local nor all", rmi)}
	case s.loaded == nil:
		return nil, s.broken
	}
	var refs []string
	for _, svc := range s.loaded.Services {
		ref := desired.ImageOf(s.loaded, svc)
		if (rmi == "all" || svc.Image == "") && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}
