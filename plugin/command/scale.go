package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	var (
		timeout timeoutFlag
		balance balanceFlag
	)
	cmd := &cobra.Command{
		Use:   "scale [OPTIONS] SERVICE=NUMBER...",
		Short: "Set the number of replicas of services",
		Long: `Set the number of replicas of services, or with a sign change it: web=+2 is two
more than there are, web=-1 one fewer. What the services link to is started too,
if it is not up; nothing is replaced.

New replicas get the lowest free numbers; the highest numbers are removed first.
The service's name resolves to all replicas; services that link to it see the
change without a restart.

A service that publishes a fixed port of the host, such as "80:80", can have one
replica only. With --balance a front has the port instead: a small container of
this program that spreads the connections over the replicas and leaves out those
that do not answer. It stays until --balance=off, or down.`,
		Example: `  docker stacklite scale web=5
  docker stacklite scale --balance web=5
  docker stacklite scale web=+2
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
				return runScale(ctx, s, c.classic, args, balance, timeout.seconds)
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
	balance.add(cmd.Flags())
	return cmd
}

func runScale(ctx context.Context, s *session.Session, old *classic.Tool, args []string, balance balanceFlag, timeout *int) error {
	wanted, err := parseScale(s.Project, old, args)
	if err != nil {
		return err
	}
	if err := balance.apply(s, wanted.services(s.Project)); err != nil {
		return err
	}
	named := wanted.services(s.Project)
	more := slices.DeleteFunc(slices.Clone(named), func(name string) bool { return wanted.numbers[name] <= 0 && wanted.changes[name] <= 0 })
	goal := plan.Goal{Services: named, Recreate: plan.Never, TakeOver: true, Timeout: timeout}
	if old == nil { // the old tools brought up nothing else
		goal.Services = needed(s, named, more)
	}
	return toldExits(ctx, s, s.Converge(ctx, session.Request{Goal: goal, Scale: wanted.numbers, ScaleBy: wanted.changes}))
}

// needed adds to services those that some of them need, in the order of the files.
func needed(s *session.Session, named, by []string) []string {
	all := slices.Clone(named)
	if len(by) > 0 {
		all = append(all, s.Topology.Needs(by)...)
	}
	return slices.DeleteFunc(s.FileServices(), func(name string) bool { return !slices.Contains(all, name) })
}

// scaleWords are what SERVICE=NUMBER words ask for.
type scaleWords struct {
	numbers desired.Scale // so many
	changes desired.Scale // so many more, or fewer
}

// services names the services that are scaled, in the order of the files.
func (w scaleWords) services(p *compose.Project) []string {
	return slices.DeleteFunc(session.ServiceNames(p), func(name string) bool {
		_, set := w.numbers[name]
		_, changed := w.changes[name]
		return !set && !changed
	})
}

// mostReplicas is how many replicas of a service can be asked for: more than an engine
// runs, and few enough to plan for.
const mostReplicas = 10000

// parseScale reads SERVICE=NUMBER words. A number with a sign counts from what
// there is; the old tools took a plus for nothing and knew no fewer. Of two words
// for one service the last counts, as it did there, but not where one counts from
// what there is: both may be meant.
func parseScale(p *compose.Project, old *classic.Tool, words []string) (scaleWords, error) {
	scale := scaleWords{desired.Scale{}, desired.Scale{}}
	for _, word := range words {
		name, number, ok := strings.Cut(word, "=")
		n, err := strconv.Atoi(number)
		signed := ok && old == nil && strings.IndexAny(number, "+-") == 0
		if !ok || err != nil || n < 0 && !signed {
			name := cmp.Or(name, "web")
			u := exit.Usage{Msg: fmt.Sprintf("%q is not SERVICE=NUMBER", word), Advice: []string{fmt.Sprintf("write it like %s=3, %s=+1 or %s=-1", name, name, name)}, Kind: exit.KindScaleForm, Words: []string{word}}
			if ok {
				u.Kind, u.Words = exit.KindScaleNumber, []string{name}
			}
			return scaleWords{}, u
		}
		if n > mostReplicas || n < -mostReplicas {
			return scaleWords{}, exit.Usage{Msg: fmt.Sprintf("%q: a service can have %d replicas at most", word, mostReplicas)}
		}
		if p.Service(name) == nil {
			return scaleWords{}, session.NoSuchService([]string{name}, session.ServiceNames(p))
		}
		_, set := scale.numbers[name]
		_, changed := scale.changes[name]
		if changed || set && signed {
			return scaleWords{}, exit.Usage{Msg: fmt.Sprintf("%s is scaled twice, once by so many more or fewer", name), Advice: []string{"name each service once: " + name + "=3"}}
		}
		if signed {
			scale.changes[name] = n
		} else {
			scale.numbers[name] = n
		}
	}
	return scale, nil
}
