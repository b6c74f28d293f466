package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// pushFlags are those of push.
type pushFlags struct {
	to             string
	ignoreFailures bool
	quiet          bool
}

func newPushCommand(c *cli) *cobra.Command {
	var f pushFlags
	cmd := &cobra.Command{
		Use:   "push --to PREFIX [SERVICE...]",
		Short: "Push the images of services that are built",
		Long: `Push the images that were built for services to a registry.

Such an image is called PROJECT_SERVICE, which names no registry; it is pushed
as PREFIX/PROJECT_SERVICE. Services with "image:" are skipped. Credentials are
those of docker login.`,
		Example: `  docker stacklite push --to registry.example.com/team
  docker stacklite push --to localhost:5000 web`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := c.options()
			if c.classic != nil && f.to == "" {
				return c.withFiles(cmd, o, false, func(_ context.Context, s *session.Session) error { return pushNothing(s, args) })
			}
			if err := f.check(); err != nil {
				return err
			}
			if f.quiet {
				o.Progress = "quiet"
			}
			return c.withFiles(cmd, o, false, func(ctx context.Context, s *session.Session) error { return runPush(ctx, s, f, args) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.to, "to", "", "prefix for the names of the images: a registry and, if needed, a path")
	flags.BoolVar(&f.ignoreFailures, "ignore-push-failures", false, "continue if an image cannot be pushed, and exit with 0")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only errors")
	return cmd
}

// check refuses an empty or impossible destination.
func (f pushFlags) check() error {
	if f.to == "" {
		return exit.Usage{Msg: "push needs --to: no registry has a place for PROJECT_SERVICE",
			Advice: []string{"write it like: docker stacklite push --to registry.example.com/team"}}
	}
	if _, err := reference.ParseNormalizedNamed(strings.TrimSuffix(f.to, "/") + "/x"); err != nil {
		return exit.Usage{Msg: fmt.Sprintf("--to %s is not the beginning of an image's name", f.to),
			Advice: []string{"write it like registry.example.com/team or localhost:5000"}}
	}
	return nil
}

// pushNothing is push as docker-compose did it for these files: it pushed what has
// image: and build:, and no service of theirs can have both.
func pushNothing(s *session.Session, args []string) error {
	_, err := session.Chosen(s.Project, args)
	return err
}

func runPush(ctx context.Context, s *session.Session, f pushFlags, args []string) error {
	services, err := session.Chosen(s.Project, args)
	if err != nil {
		return err
	}
	if err := s.Engine.Ping(ctx); err != nil {
		return err
	}
	p := desired.Pushes(s.Project, services, f.to)
	if p.Empty() {
		s.Note("nothing to push: no service is built")
	}
	err = s.Run(ctx, p)
	if f.ignoreFailures {
		return noteFailures(ctx, s, err)
	}
	return err
}

// noteFailures prints as notes which images could not be fetched or sent. It
// returns the other errors, and all of them after an interruption.
func noteFailures(ctx context.Context, s *session.Session, err error) error {
	failures, other := partFailures(ctx, err)
	for _, one := range failures {
		s.Note(one.Error())
	}
	return other
}

// partFailures parts the errors of images that could not be fetched or sent from
// the others. After an interruption all are others.
func partFailures(ctx context.Context, err error) (failures []error, others error) {
	if err == nil || ctx.Err() != nil {
		return nil, err
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
		failures = append(failures, one)
	}
	return failures, errors.Join(other...)
}
