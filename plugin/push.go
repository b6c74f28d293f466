package plugin

import (
	"context"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

// pushFlags are those of push.
type pushFlags struct {
	to             string
	ignoreFailures bool
	quiet          bool
}

func newPushCommand(a *app) *cobra.Command {
	var f pushFlags
	cmd := &cobra.Command{
		Use:   "push --to PREFIX [SERVICE...]",
		Short: "Send the images that were built to a registry",
		Long: `Send the images that were built for services to a registry.

Such an image is called PROJECT_SERVICE, a name that no registry has a place
for; it is sent as PREFIX/PROJECT_SERVICE. Services with an image of their own
are left out. Credentials are those of docker login.`,
		Example: `  docker stacklite push --to registry.example.com/team
  docker stacklite push --to localhost:5000 web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.push(ctx, f, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.to, "to", "", "the registry, with the beginning of the names there")
	flags.BoolVar(&f.ignoreFailures, "ignore-push-failures", false, "go on where an image can't be sent, and call that success")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	return cmd
}

func (a *app) push(ctx context.Context, f pushFlags, args []string) error {
	if f.to == "" {
		return usageError{msg: "push needs --to: no registry has a place for PROJECT_SERVICE",
			hints: []string{"use: push --to registry.example.com/team"}}
	}
	if _, err := reference.ParseNormalizedNamed(strings.TrimSuffix(f.to, "/") + "/x"); err != nil {
		return usageError{msg: fmt.Sprintf("--to %s is not the beginning of an image's name", f.to),
			hints: []string{"write it like registry.example.com/team or localhost:5000"}}
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
	if err := s.engine.Ping(ctx); err != nil {
		return err
	}
	p := desired.Pushes(s.project, services, f.to)
	if p.Empty() {
		a.note("nothing to push: no service is built")
	}
	err = s.run(ctx, s.engine, p)
	if f.ignoreFailures {
		return a.noteFailures(ctx, err)
	}
	return err
}
