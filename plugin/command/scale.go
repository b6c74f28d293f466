package command

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newScaleCommand(c *cli) *cobra.Command {
	var timeout timeoutFlag
	cmd := &cobra.Command{
		Use:   "scale [OPTIONS] SERVICE=NUMBER...",
		Short: "Set the number of replicas of services",
		Long: `Set the number of replicas of services.

New replicas get the lowest free numbers; the highest numbers are removed first.
The service's name resolves to all replicas; services that link to it see the
change without a restart. A service that publishes a fixed host port can only
have one replica: publish "80" instead of "80:80", or a range of ports.`,
		Example: `  docker stacklite scale web=5
  docker stacklite scale web=2 worker=0`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := c.options()
			if c.classic != nil {
				classic.Warn(c.view(), "The scale command is deprecated. Use the up command with the --scale flag instead.")
				o.Planned = func(o view.Options, p session.Planned) {
					for range classic.Scaled(p.Goal, p.Want, p.Have, p.Plan) {
						view.Print(o, view.Info, "Desired container number already achieved")
					}
				}
			}
			return c.withFiles(cmd, o, true, func(ctx context.Context, s *session.Session) error {
				return runScale(ctx, s, args, timeout.seconds)
			})
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := c.completeServices(cmd, args, word)
			for i := range names {
				names[i] += "="
			}
			return names, directive | cobra.ShellCompDirectiveNoSpace
		},
	}
	timeout.add(cmd.Flags())
	return cmd
}

func runScale(ctx context.Context, s *session.Session, args []string, timeout *int) error {
	scale, err := parseScale(s.Project, args)
	if err != nil {
		return err
	}
	goal := plan.Goal{Services: []string{}, Recreate: plan.Never, TakeOver: true, Timeout: timeout}
	for _, name := range s.FileServices() {
		if _, ok := scale[name]; ok {
			goal.Services = append(goal.Services, name)
		}
	}
	return toldExits(ctx, s, s.Converge(ctx, session.Request{Goal: goal, Scale: scale}))
}

// parseScale reads SERVICE=NUMBER words.
func parseScale(p *compose.Project, words []string) (desired.Scale, error) {
	scale := desired.Scale{}
	for _, word := range words {
		name, number, ok := strings.Cut(word, "=")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 {
			u := exit.Usage{Msg: fmt.Sprintf("%q is not SERVICE=NUMBER", word), Advice: []string{"write it like " + cmp.Or(name, "web") + "=3"}, Kind: exit.KindScaleForm, Words: []string{word}}
			if ok {
				u.Kind, u.Words = exit.KindScaleNumber, []string{name}
			}
			return nil, u
		}
		if p.Service(name) == nil {
			return nil, session.NoSuchService([]string{name}, session.ServiceNames(p))
		}
		scale[name] = n
	}
	return scale, nil
}
