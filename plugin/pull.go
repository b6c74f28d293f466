package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/plan"
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

func newPullCommand(a *app) *cobra.Command {
	var f pullFlags
	cmd := &cobra.Command{
		Use:   "pull [OPTIONS] [SERVICE...]",
		Short: "Fetch the images of services",
		Long: `Fetch the images of services from their registries, several at once.

Services that are built are left out. Credentials are those of docker login. A
connection that breaks is tried again.`,
		Example: `  docker stacklite pull
  docker stacklite pull --include-deps web
  docker stacklite pull --policy missing`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.pull(ctx, f, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.ignoreFailures, "ignore-pull-failures", false, "go on where an image can't be fetched, and call that success")
	flags.BoolVar(&f.includeDeps, "include-deps", false, "also what the named services link to")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	flags.StringVar(&f.policy, "policy", "always", "which images: always, those that are missing, or never any, so that a missing one is an error")
	flags.BoolVar(&f.serial, "no-parallel", false, "fetch one image after another")
	flags.BoolVar(&f.parallel, "parallel", true, "fetch several images at once")
	_ = flags.MarkHidden("parallel") // it has become the rule
	return cmd
}

func (a *app) pull(ctx context.Context, f pullFlags, args []string) error {
	if !slices.Contains([]string{"always", "missing", "never"}, f.policy) {
		return usageError{msg: fmt.Sprintf("--policy %s is neither always nor missing or never", f.policy)}
	}
	if f.serial || !f.parallel {
		a.flags.parallel = 1
	}
	if f.quiet {
		a.flags.progress = "quiet"
	}
	s, err := a.stack(ctx, false)
	if err != nil {
		return err
	}
	services, err := chosen(s.project, args)
	if err != nil {
		return err
	}
	if services != nil && f.includeDeps {
		services = s.topology.Needs(services)
	}
	if err := s.engine.Ping(ctx); err != nil {
		return err
	}
	have := plan.Have{}
	if f.policy != "always" {
		if have, err = s.engine.Observe(ctx, s.project.Name, desired.ImageRefs(s.project)); err != nil {
			return err
		}
	}
	p := desired.Pulls(s.project, services, func(ref string) bool { return have.Images[ref] != "" })
	if f.policy == "never" {
		return missingImages(p)
	}
	err = s.run(ctx, s.engine, p)
	if f.ignoreFailures {
		return a.noteFailures(ctx, err)
	}
	return err
}

// missingImages makes an error of a plan to pull.
func missingImages(p *plan.Plan) error {
	var errs []error
	for _, s := range p.Steps {
		if pull, ok := s.Action.(plan.PullImage); ok {
			errs = append(errs, failure{msg: "there is no image " + pull.Image.Ref, hints: []string{"to fetch it: pull --policy missing"}})
		}
	}
	return errors.Join(errs...)
}

// noteFailures tells what images could not be fetched, and makes nothing of it
// unless it was interrupted or the engine is to blame.
func (a *app) noteFailures(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var other []error
	for _, one := range list {
		var failed *image.RegistryError
		if !errors.As(one, &failed) {
			other = append(other, one)
			continue
		}
		a.note(one.Error())
	}
	return errors.Join(other...)
}
