package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// pullFlags are those of pull.
type pullFlags struct {
	ignoreFailures bool
	includeDeps    bool
	quiet          bool
	parallel       bool
	serial         bool
	policy         string
}

func newPullCommand(c *cli) *cobra.Command {
	var f pullFlags
	cmd := &cobra.Command{
		Use:   "pull [OPTIONS] [SERVICE...]",
		Short: "Pull the images of services",
		Long: `Pull the images of services from their registries, several at once.

Services with a build directory are skipped. Credentials are those of docker
login. A pull whose connection breaks is retried.`,
		Example: `  docker stacklite pull
  docker stacklite pull --include-deps web
  docker stacklite pull --policy missing`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--policy", f.policy, pullPolicies()); err != nil {
				return err
			}
			o := c.options()
			if f.serial || !f.parallel {
				o.Parallel = 1
			}
			if f.quiet {
				o.Progress = "quiet"
			}
			if c.classic != nil && f.policy == "always" {
				if cmd.Flags().Changed("parallel") {
					classic.Warn(c.view(), "--parallel option is deprecated and will be removed in future versions.")
				}
				return c.pullByService(cmd, o, f, args)
			}
			return c.withFiles(cmd, o, false, func(ctx context.Context, s *session.Session) error { return runPull(ctx, s, f, args) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.ignoreFailures, "ignore-pull-failures", false, "continue if an image cannot be pulled, and exit with 0")
	flags.BoolVar(&f.includeDeps, "include-deps", false, "also pull the images of services that the named ones link to")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only errors")
	flags.StringVar(&f.policy, "policy", "always", "which images to pull: always, missing, or never, where a missing image is an error")
	flags.BoolVar(&f.serial, "no-parallel", false, "pull one image at a time")
	flags.BoolVar(&f.parallel, "parallel", true, "pull several images at once")
	_ = flags.MarkHidden("parallel") // pulls are parallel without it
	return cmd
}

func runPull(ctx context.Context, s *session.Session, f pullFlags, args []string) error {
	services, err := session.Chosen(s.Project, args)
	if err != nil {
		return err
	}
	if services != nil && f.includeDeps {
		services = s.Topology.Needs(services)
	}
	if err := s.Engine.Ping(ctx); err != nil {
		return err
	}
	var have desired.Have
	if f.policy != "always" {
		if have, err = s.Observe(ctx, true); err != nil {
			return err
		}
	}
	p := desired.Pulls(s.Project, services, func(ref string) bool { return have.Images[ref] != "" })
	if f.policy == "never" {
		return missingImages(p)
	}
	err = s.Run(ctx, p)
	if f.ignoreFailures {
		return noteFailures(ctx, s, err)
	}
	return err
}

// pullByService is pull as the old tools did it: service by service.
func (c *cli) pullByService(cmd *cobra.Command, o session.Options, f pullFlags, args []string) error {
	pulls := &classic.Pulls{Serial: f.serial, Ignored: f.ignoreFailures}
	o.Show = func(s *session.Session, kind string) (view.Progress, error) { return pulls.Progress(kind, s.View) }
	return c.withFiles(cmd, o, false, func(ctx context.Context, s *session.Session) error {
		services, err := session.Chosen(s.Project, args)
		if err != nil {
			return err
		}
		switch {
		case services == nil:
			services = s.FileServices()
		case f.includeDeps:
			services = s.Topology.Needs(services)
		}
		if err := s.Engine.Ping(ctx); err != nil {
			return err
		}
		pulls.Project, pulls.Services = s.Project, services
		err = s.Run(ctx, pulls.Plan())
		if pulls.Serial && pulls.Ignored {
			_, err = partFailures(ctx, err)
		}
		return err
	})
}

// missingImages makes an error of a plan to pull.
func missingImages(p *plan.Plan) error {
	var errs []error
	for _, s := range p.Steps {
		if pull, ok := s.Action.(plan.PullImage); ok {
			errs = append(errs, exit.Failure{Msg: "there is no image " + pull.Image.Ref, Advice: []string{"to pull it: docker stacklite pull --policy missing"}})
		}
	}
	return errors.Join(errs...)
}
