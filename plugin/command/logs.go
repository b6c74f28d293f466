package command

import (
	"context"
	"errors"
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
		Short: "Show what containers wrote",
		Long: `Show what the containers of the stack, or of the named services, wrote, in the
order of time. What they wrote to their standard error goes to standard error.

With --follow it goes on with what they write from now on, also after a restart,
and with containers that are made later, until none runs any more.`,
		Example: `  docker stacklite logs
  docker stacklite logs --follow --tail 20 web
  docker stacklite logs --since 10m --timestamps`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			query, err := f.lines()
			if err != nil {
				return err
			}
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				return runLogs(ctx, s, c.classic, f, query, args)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.follow, "follow", "f", false, "go on with what they write from now on")
	cmd.Flags().StringVarP(&f.tail, "tail", "n", "all", "so many lines from the end of each, or all")
	cmd.Flags().StringVar(&f.since, "since", "", "lines since a time (2026-01-02T15:04:05) or so long ago (42m)")
	cmd.Flags().StringVar(&f.until, "until", "", "lines until a time or so long ago")
	cmd.Flags().IntVar(&f.index, "index", 0, "of this replica alone, by number")
	cmd.Flags().BoolVarP(&f.log.Timestamps, "timestamps", "t", false, "show when each line was written")
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
	f.log.SplitStderr = old == nil
	list, err := s.List(ctx, args)
	if err != nil {
		return err
	}
	meant := func(c *observed.Container) bool {
		return (len(args) == 0 || slices.Contains(args, c.Service)) && (f.index == 0 || c.Number == f.index)
	}
	if query.Follow {
		begun := func([]observed.Container) {}
		g := &follow.Follower{Engine: s.Engine, Project: s.Name, View: s.View, Log: f.log, Query: query, Shown: meant}
		if old != nil {
			begun = func(list []observed.Container) { _ = follow.PrintAttaching(s.View, list) }
			g.Exited = func(follow.Exit) {}
		}
		return exit.Watched(ctx, g.Run(ctx, begun))
	}
	list = slices.DeleteFunc(list, func(c observed.Container) bool { return !meant(&c) })
	if old != nil {
		if err := follow.PrintAttaching(s.View, list); err != nil {
			return err
		}
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
	return errors.Join(group.Wait(), out.Close())
}
