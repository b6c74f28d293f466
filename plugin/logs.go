package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
	"golang.org/x/sync/errgroup"
)

// logFlags say which lines are shown, and how.
type logFlags struct {
	query engine.LogQuery
	look  view.LogOptions
	tail  string
	index int // of the replica; 0: all
}

func newLogsCommand(a *app) *cobra.Command {
	var f logFlags
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
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			f.query.Tail = -1
			if f.tail != "all" {
				n, err := strconv.Atoi(f.tail)
				if err != nil || n < 0 {
					return usageError{msg: fmt.Sprintf("--tail takes a number of lines or all, not %q", f.tail)}
				}
				f.query.Tail = n
			}
			return a.logs(ctx, args, f)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.query.Follow, "follow", "f", false, "go on with what they write from now on")
	cmd.Flags().StringVarP(&f.tail, "tail", "n", "all", "so many lines from the end of each, or all")
	cmd.Flags().StringVar(&f.query.Since, "since", "", "lines since a time (2026-01-02T15:04:05) or so long ago (42m)")
	cmd.Flags().StringVar(&f.query.Until, "until", "", "lines until a time or so long ago")
	cmd.Flags().IntVar(&f.index, "index", 0, "of this replica alone, by number")
	cmd.Flags().BoolVarP(&f.look.Timestamps, "timestamps", "t", false, "show when each line was written")
	cmd.Flags().BoolVar(&f.look.NoColor, "no-color", false, "no colours")
	cmd.Flags().BoolVar(&f.look.NoPrefix, "no-log-prefix", false, "no container's name before each line")
	return cmd
}

func (a *app) logs(ctx context.Context, args []string, f logFlags) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	list, err := s.list(ctx, args)
	if err != nil {
		return err
	}
	f.look.SplitStderr = a.classic == nil
	meant := func(r engine.Replica) bool {
		return (len(args) == 0 || slices.Contains(args, r.Service)) && (f.index == 0 || r.Number == f.index)
	}
	if f.query.Follow {
		begun := func([]engine.Replica) {}
		g := &follower{engine: s.engine, project: s.project, view: a.view(), look: f.look, query: f.query, shown: meant}
		if a.classic != nil {
			begun, g.exited = a.printAttaching, func(exit) {}
		}
		return watched(ctx, g.run(ctx, begun))
	}
	list = slices.DeleteFunc(list, func(r engine.Replica) bool { return !meant(r) })
	if a.classic != nil {
		a.printAttaching(list)
	}
	for _, r := range list {
		f.look.Containers = append(f.look.Containers, logLine(r, engine.LogLine{}))
	}
	out := view.NewLogs(a.view(), f.look)
	merge := view.NewMerge(patience, out.Line)
	sources := make([]*view.MergeSource, len(list))
	for i := range list {
		sources[i] = merge.Source()
	}
	group, within := errgroup.WithContext(ctx)
	for i, r := range list {
		group.Go(func() error {
			defer sources[i].Close()
			err := s.engine.Logs(within, r.ID, f.query, func(l engine.LogLine) { sources[i].Line(logLine(r, l)) })
			switch {
			case engine.IsGone(err):
				return nil
			case engine.IsUnreadable(err):
				a.note(unreadable(r, err))
				return nil
			}
			return err
		})
	}
	return errors.Join(group.Wait(), out.Close())
}

// unreadable says why nothing is shown of a container.
func unreadable(r engine.Replica, err error) string {
	if engine.IsUnreadable(err) {
		return "nothing is shown of " + r.Name + ": its log driver can't be read"
	}
	return "nothing is shown of " + r.Name + ": " + err.Error()
}

// patience is how long the lines of one container wait for those of others, to
// be shown in the order in which they were written.
const patience = 200 * time.Millisecond

func logLine(r engine.Replica, l engine.LogLine) view.LogLine {
	return view.LogLine{Container: r.Name, Service: r.Service, Number: r.Number, Time: l.Time, Stderr: l.Stderr, Text: l.Text}
}
