package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// eventsFlags are the flags of events.
type eventsFlags struct {
	json         bool
	since, until string
}

func newEventsCommand(c *cli) *cobra.Command {
	var f eventsFlags
	cmd := &cobra.Command{
		Use:   "events [OPTIONS] [SERVICE...]",
		Short: "Show events of containers as they happen",
		Long: `Show events of the stack's containers, one per line, until Ctrl-C.

With --json each line is an object with time, type, action, id, service and
attributes.`,
		Example: `  docker stacklite events
  docker stacklite events --json web
  docker stacklite events --since 1h --until 0s`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runEvents(ctx, s, f, args) })
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print each event as a JSON object")
	cmd.Flags().StringVar(&f.since, "since", "", "show events since a time (2026-01-02T15:04:05) or a duration ago (42m)")
	cmd.Flags().StringVar(&f.until, "until", "", "show events until a time or a duration ago")
	return cmd
}

// eventLine is an event as docker-compose 1.x wrote it.
type eventLine struct {
	Time       string            `json:"time"`
	Type       string            `json:"type"`
	Action     string            `json:"action"`
	ID         string            `json:"id"`
	Service    string            `json:"service"`
	Attributes map[string]string `json:"attributes"`
}

func runEvents(ctx context.Context, s *session.Session, f eventsFlags, args []string) error {
	if len(args) > 0 {
		if _, err := s.List(ctx, args); err != nil {
			return err
		}
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	var broken error // of the output
	err := s.Engine.Watch(within, engine.EventQuery{Claim: s.Claim, Since: f.since, Until: f.until}, func() {}, func(e engine.Event) {
		if len(args) > 0 && !slices.Contains(args, e.Service) || broken != nil {
			return
		}
		if broken = printEvent(s.View, e, f.json); broken != nil {
			cancel()
		}
	})
	if broken != nil {
		return broken
	}
	return exit.Watched(ctx, err)
}

func printEvent(o view.Options, e engine.Event, asJSON bool) error {
	if asJSON {
		return view.JSON(o, eventLine{
			Time: e.Time.Local().Format("2006-01-02T15:04:05.000000"), Type: "container", Action: e.Action,
			ID: e.ID, Service: e.Service, Attributes: e.Attributes,
		})
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		words = append(words, name+"="+e.Attributes[name])
	}
	return view.Lines(o, fmt.Sprintf("%s container %s %s (%s)",
		e.Time.Local().Format("2006-01-02 15:04:05.000000"), e.Action, e.ID, strings.Join(words, ", ")))
}
