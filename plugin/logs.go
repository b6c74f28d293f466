package plugin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
	"golang.org/x/sync/errgroup"
)

func newLogsCommand(a *app) *cobra.Command {
	var (
		query engine.LogQuery
		shown view.LogOptions
		tail  string
	)
	cmd := &cobra.Command{
		Use:   "logs [OPTIONS] [SERVICE...]",
		Short: "Show what containers wrote",
		Long:  `Show what the containers of the stack, or of the named services, wrote.`,
		Example: `  docker stacklite logs
  docker stacklite logs --follow --tail 20 web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			query.Tail = -1
			if tail != "all" {
				n, err := strconv.Atoi(tail)
				if err != nil || n < 0 {
					return usageError{msg: fmt.Sprintf("--tail takes a number of lines or all, not %q", tail)}
				}
				query.Tail = n
			}
			return a.logs(ctx, args, query, shown)
		},
	}
	cmd.Flags().SortFlags = false
	a.ownF(cmd)
	cmd.Flags().BoolVarP(&query.Follow, "follow", "f", false, "go on with what they write from now on")
	cmd.Flags().StringVar(&tail, "tail", "all", "so many lines from the end of each, or all")
	cmd.Flags().StringVar(&query.Since, "since", "", "lines since a time (2026-01-02T15:04:05) or so long ago (42m)")
	cmd.Flags().StringVar(&query.Until, "until", "", "lines until a time or so long ago")
	cmd.Flags().BoolVarP(&shown.Timestamps, "timestamps", "t", false, "show when each line was written")
	cmd.Flags().BoolVar(&shown.NoColor, "no-color", false, "no colours")
	cmd.Flags().BoolVar(&shown.NoPrefix, "no-log-prefix", false, "no container's name before each line")
	return cmd
}

func (a *app) logs(ctx context.Context, args []string, q engine.LogQuery, l view.LogOptions) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	list, err := s.list(ctx, args)
	if err != nil {
		return err
	}
	for _, r := range list {
		l.Containers = append(l.Containers, logLine(r, engine.LogLine{}))
	}
	out := view.NewLogs(a.view(), l)
	merge := view.NewMerge(patience, out.Line)
	sources := make([]*view.MergeSource, len(list))
	for i := range list {
		sources[i] = merge.Source()
	}
	group, within := errgroup.WithContext(ctx)
	for i, r := range list {
		group.Go(func() error {
			defer sources[i].Close()
			return s.engine.Logs(within, r.ID, q, func(l engine.LogLine) { sources[i].Line(logLine(r, l)) })
		})
	}
	return errors.Join(group.Wait(), out.Close())
}

// patience is how long the lines of one container wait for those of others, to
// be shown in the order in which they were written.
const patience = 200 * time.Millisecond

func logLine(r engine.Replica, l engine.LogLine) view.LogLine {
	return view.LogLine{Container: r.Name, Service: r.Service, Number: r.Number, Time: l.Time, Stderr: l.Stderr, Text: l.Text}
}
