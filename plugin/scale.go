package plugin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func newScaleCommand(a *app) *cobra.Command {
	var timeout int
	cmd := &cobra.Command{
		Use:   "scale [OPTIONS] SERVICE=NUMBER...",
		Short: "Set how many replicas services have",
		Long: `Set how many replicas services have.

New replicas take the lowest free numbers, surplus ones go from the top. The
service's name answers with all replicas at once; those that link to it see the
change with nothing restarted. A service that publishes a fixed host port can
have one replica only: publish "80" instead of "80:80", or a range.`,
		Example: `  docker stacklite scale web=5
  docker stacklite scale web=2 worker=0`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			var seconds *int
			if cmd.Flags().Changed("timeout") {
				seconds = &timeout
			}
			return a.scale(ctx, args, seconds)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := a.completeServices(cmd, args, word)
			for i := range names {
				names[i] += "="
			}
			return names, directive | cobra.ShellCompDirectiveNoSpace
		},
	}
	cmd.Flags().IntVarP(&timeout, "timeout", "t", 10, "seconds that a container is given to stop")
	return cmd
}

func (a *app) scale(ctx context.Context, args []string, timeout *int) error {
	s, err := a.stack(ctx, true)
	if err != nil {
		return err
	}
	scale, err := parseScale(s.project, args)
	if err != nil {
		return err
	}
	goal := plan.Goal{Services: []string{}, Recreate: plan.Never, Timeout: timeout}
	for _, name := range serviceNames(s.project) {
		if _, ok := scale[name]; ok {
			goal.Services = append(goal.Services, name)
		}
	}
	return s.converge(ctx, goal, scale)
}

// parseScale reads SERVICE=NUMBER words.
func parseScale(p *compose.Project, words []string) (engine.Scale, error) {
	scale := engine.Scale{}
	for _, word := range words {
		name, number, ok := strings.Cut(word, "=")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 {
			return nil, usageError{msg: fmt.Sprintf("%q is not SERVICE=NUMBER", word), hints: []string{"write it like web=3"}}
		}
		if p.Service(name) == nil {
			return nil, noSuchService([]string{name}, serviceNames(p))
		}
		scale[name] = n
	}
	return scale, nil
}
