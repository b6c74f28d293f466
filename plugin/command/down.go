package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// downFlags are the flags of down.
type downFlags struct {
	timeout       timeoutFlag
	volumes       bool
	removeOrphans bool
	rmi           string
}

func newDownCommand(c *cli) *cobra.Command {
	var f downFlags
	cmd := &cobra.Command{
		Use:   "down [OPTIONS]",
		Short: "Stop the stack and remove its containers and networks",
		Long: `Stop the stack and remove its containers and networks.

Volumes and images are kept. --volumes also removes anonymous volumes; a named
volume is never removed, but for those that files with "services:" at the top
declare and that are not external. --rmi also removes images: "local", those
that were built for the stack and have no name of their own, or "all". The image
that fronts are made from is removed with the last front of all stacks.

With --project-name this works even when the files are gone.`,
		Example: `  docker stacklite down
  docker stacklite down --volumes --remove-orphans
  docker stacklite -p demo down`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return exit.Usage{Msg: "down takes no services: it is for the whole stack", Kind: exit.KindCommandLine, Words: []string{"down"},
				Advice: []string{"to remove the containers of services: docker stacklite rm --stop --force " + strings.Join(shellWords(args), " ")}}
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runDown(ctx, s, f) })
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.volumes, "volumes", "v", false, "also remove anonymous volumes, and those that the files declare under volumes:")
	cmd.Flags().StringVar(&f.rmi, "rmi", "", "also remove images: local or all")
	cmd.Flags().BoolVar(&f.removeOrphans, "remove-orphans", false, "also remove containers of services that are no longer in the files")
	f.timeout.add(cmd.Flags())
	return cmd
}

func runDown(ctx context.Context, s *session.Session, f downFlags) error {
	images, err := imagesOf(s, f.rmi)
	if err != nil {
		return err
	}
	goal := plan.Goal{State: plan.Absent, Volumes: f.volumes, Images: images, Timeout: f.timeout.seconds}
	if f.volumes {
		if goal.NamedVolumes, err = session.DeclaredVolumes(ctx, s); err != nil {
			return err
		}
	}
	return s.Take(ctx, goal, nil, f.removeOrphans)
}

// imagesOf names the images that --rmi means.
func imagesOf(s *session.Session, rmi string) ([]string, error) {
	switch {
	case rmi == "":
		return nil, nil
	case rmi != "local" && rmi != "all":
		return nil, exit.Usage{Msg: fmt.Sprintf("--rmi %s is neither local nor all", rmi), Kind: exit.KindRMI, Words: []string{rmi}}
	case s.Broken() != nil:
		return nil, s.Broken()
	}
	var refs []string
	for _, svc := range s.Project.Services {
		ref := desired.ImageOf(s.Project, svc)
		if (rmi == "all" || svc.Image == "" || svc.Spec != nil && svc.Build != "") && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}
