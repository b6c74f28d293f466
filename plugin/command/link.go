package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
)

func newLinkCommand(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "link",
		Short: "Link containers that do not come from a file",
		Long: `Link containers that do not come from a file. Each link is a network of two
containers, on which only the consumer sees the target's alias. No container is
restarted, and links survive restarts.

Links between the services of a file belong in the file, in links: or
external_links:. A link made here to a container of a stack ends when that
container is replaced.`,
		Example: `  docker stacklite link run -it --name web --link mysql:mysql IMAGE /run.sh
  docker stacklite link add web mysql:db
  docker stacklite link ls`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLinkAddCommand(c), newLinkLsCommand(c), newLinkRmCommand(c), newLinkRunCommand(c))
	for _, child := range cmd.Commands() {
		child.Args = usageArgs(child.Args)
	}
	return cmd
}

// linkPlanner plans links beside what the engine shows, with the names of all
// containers that are linked by hand.
func linkPlanner(ctx context.Context, s *session.Session) (adhoc.Planner, error) {
	snapshot, err := s.Engine.Observe(ctx, nil)
	if err != nil {
		return adhoc.Planner{}, err
	}
	err = s.Engine.Names(ctx, adhoc.Linked(snapshot)...)
	return adhoc.Planner{Snapshot: snapshot, Version: s.Version(), Now: time.Now()}, err
}

// linkTarget reads TARGET[:ALIAS]. As docker run --link has it, a target that
// is given by something else than its name is called that.
func linkTarget(s *observed.Snapshot, word string) (adhoc.Target, error) {
	name, alias, _ := strings.Cut(word, ":")
	c, err := someContainer(s, name)
	return adhoc.Target{Container: c, Alias: cmp.Or(alias, name)}, err
}

func someContainer(s *observed.Snapshot, word string) (*observed.Container, error) {
	if c := s.Container("", word); c != nil && word != "" {
		return c, nil
	}
	var names []string
	for _, c := range s.Containers {
		names = append(names, c.Name)
	}
	f := exit.Failure{Msg: fmt.Sprintf("no such container: %s", word)}
	if len(names) > 0 {
		slices.Sort(names)
		f.Advice = []string{"there are: " + strings.Join(names, ", ")}
	}
	return nil, f
}
