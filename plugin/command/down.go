package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newDownCommand(c *cli) *cobra.Command {
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
			goal := plan.Goal{State: plan.Absent, Volumes: volumes, Timeout: given(cmd, "timeout", &timeout)}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				var err error
				if goal.Images, err = imagesOf(s, rmi); err != nil {
					return err
				}
				return s.Take(ctx, goal, nil, removeOrphans)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&volumes, "volumes", "v", false, "remove anonymous volumes too")
	cmd.Flags().StringVar(&rmi, "rmi", "", "remove images too: local or all")
	cmd.Flags().BoolVar(&removeOrphans, "remove-orphans", false, "remove containers of services that the files no longer have")
	cmd.Flags().IntVarP(&timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	return cmd
}

// imagesOf names the images that --rmi means.
func imagesOf(s *session.Session, rmi string) ([]string, error) {
	switch {
	case rmi == "":
		return nil, nil
	case rmi != "local" && rmi != "all":
		return nil, exit.Usage{Msg: fmt.Sprintf("--rmi %s is neither local nor all", rmi)}
	case s.Project == nil:
		return nil, s.Broken()
	}
	var refs []string
	for _, svc := range s.Project.Services {
		ref := desired.ImageOf(s.Project, svc)
		if (rmi == "all" || svc.Image == "") && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}
