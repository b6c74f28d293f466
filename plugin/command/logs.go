package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// logsFlags are the flags of logs.
type logsFlags struct {
	follow       bool
	tail         string
	since, until string
	index        int // of the replica; 0: all
	log          view.LogOptions
}

func newLogsCommand(c *cli) *cobra.Command {
	var f logsFlags
	cmd := &cobra.Command{
		Use:   "logs [OPTIONS] [SERVICE...]",
		Short: "Show the output of containers",
		Long: `Show the output of the stack's containers, or of those of the named services, in
the order of time. On a terminal the output keeps its colours, but nothing that
moves the cursor; a file or a pipe gets it as it is.

All of it goes to standard output, what they wrote to standard error too.

--follow also shows new output as it is written, across restarts and with
containers that are created later, until no container runs any more.

Of a stack in a swarm the lines of all nodes are shown, each after the task and
the node that it is from.`,
		Example: `  docker stacklite logs
  docker stacklite logs --follow --tail 20 web
  docker stacklite logs --since 10m --timestamps`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			query, err := f.lines()
			if err != nil && c.classic != nil {
				return classic.Fail(c.view(), "tail flag must be all or a number")
			}
			if err != nil {
				return err
			}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runLogs(ctx, s, c.classic, f, query, args)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.follow, "follow", "f", false, "follow the output")
	cmd.Flags().StringVarP(&f.tail, "tail", "n", "all", "number of lines to show from the end of each log, or all")
	cmd.Flags().StringVar(&f.since, "since", "", "show lines since a time (2026-01-02T15:04:05) or a duration ago (42m)")
	cmd.Flags().StringVar(&f.until, "until", "", "show lines until a time or a duration ago")
	cmd.Flags().IntVar(&f.index, "index", 0, "show only the replica with this number")
	cmd.Flags().BoolVarP(&f.log.Timestamps, "timestamps", "t", false, "show timestamps")
	addLogStyle(cmd.Flags(), &f.log)
	return cmd
}

// lines are the lines that are asked for.
func (f logsFlags) lines() (engine.LogQuery, error) {
	q := engine.LogQuery{Follow: f.follow, Since: f.since, Until: f.until, Tail: -1}
	if f.tail == "all" {
		return q, nil
	}
	n, err := strconv.Atoi(f.tail)
	if err != nil || n < 0 {
		return q, exit.Usage{Msg: fmt.Sprintf("--tail takes a number of lines or all, not %q", f.tail)}
	}
	q.Tail = n
	return q, nil
}

func runLogs(ctx context.Context, s *session.Session, old *classic.Tool, f logsFlags, query engine.LogQuery, args []string) error {
	there := tasks.Logs{Query: query, Log: f.log, Index: f.index}
	if done, err := inSwarm(ctx, s, func() error { return there.Print(ctx, s, args) }); done {
		return err
	}
	list, err := s.List(ctx, args)
	if err != nil {
		return err
	}
	meant := func(c *observed.Container) bool {
		return (len(args) == 0 || slices.Contains(args, c.Service)) && (f.index == 0 || c.Number == f.index)
	}
	begun := func([]observed.Container) error { return nil }
	var exited func(follow.Exit)
	if old != nil {
		f.log.Classic, f.log.Width = true, classic.LogWidth(s.Project)
		all := meant
		meant = func(c *observed.Container) bool {
			return all(c) && !c.OneOff && (s.Project == nil || s.Project.Service(c.Service) != nil)
		}
		begun = func(list []observed.Container) error {
			return follow.PrintAttaching(s.View, list, classic.NewestFirst(s.Project))
		}
		exited = func(follow.Exit) {}
	}
	if query.Follow {
		g := &follow.Follower{Engine: s.Engine, Claim: s.Claim, View: s.View, Log: f.log, Query: query, Shown: meant, Exited: exited}
		return exit.Watched(ctx, g.Run(ctx, func(list []observed.Container) { _ = begun(list) }))
	}
	list = slices.DeleteFunc(list, func(c observed.Container) bool { return !meant(&c) })
	if err := begun(list); err != nil {
		return err
	}
	return printLogs(ctx, s, list, f.log, query)
}

// printLogs shows what containers have written, in the order of time.
func printLogs(ctx context.Context, s *session.Session, list []observed.Container, log view.LogOptions, query engine.LogQuery) error {
	for _, c := range list {
		log.Containers = append(log.Containers, follow.LogLine(c, engine.LogLine{}))
	}
	out := view.NewLogs(s.View, log)
	merge := view.NewMerge(follow.MergeTimeout, out.Line)
	sources := make([]*view.MergeSource, len(list))
	for i := range list {
		sources[i] = merge.Source()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	broken := view.NewOutput(s.View.Out).Broken()
	go func() {
		select {
		case <-broken: // all that follows is lost too
			cancel()
		case <-ctx.Done():
		}
	}()
	group, within := errgroup.WithContext(ctx)
	for i, c := range list {
		group.Go(func() error {
			defer sources[i].Close()
			err := s.Engine.Logs(within, c.ID, query, func(l engine.LogLine) { sources[i].Line(follow.LogLine(c, l)) })
			switch {
			case engine.IsGone(err):
				return nil
			case engine.IsUnreadable(err):
				s.Note(follow.Unreadable(c, err))
				return nil
			}
			return err
		})
	}
	err := group.Wait()
	if lost := out.Close(); lost != nil {
		return lost
	}
	return err
}
