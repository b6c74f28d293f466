package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
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

Of a stack in a swarm these are events of its services, tasks and networks, and
of nodes.

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
	swarm, err := session.InSwarm(ctx, s)
	if err != nil {
		return err
	}
	if len(args) > 0 && !swarm {
		if _, err := s.List(ctx, args); err != nil {
			return err
		}
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	var broken error // of the output
	emit := func(at time.Time, l eventLine) {
		if len(args) > 0 && !slices.Contains(args, l.Service) || broken != nil {
			return
		}
		if broken = printEvent(s.View, at, l, f.json); broken != nil {
			cancel()
		}
	}
	if swarm {
		err = tasks.Events(within, s, args, f.since, f.until, func(e tasks.Event) {
			emit(e.Time, eventLine{Type: e.Type, Action: e.Action, ID: e.ID, Service: e.Service, Attributes: e.Attributes})
		})
	} else {
		err = s.Engine.Watch(within, engine.EventQuery{Claim: s.Claim, Since: f.since, Until: f.until}, func() {}, func(e engine.Event) {
			emit(e.Time, eventLine{Type: "container", Action: e.Action, ID: e.ID, Service: e.Service, Attributes: e.Attributes})
		})
	}
	if broken != nil {
		return broken
	}
	return exit.Watched(ctx, err)
}

func printEvent(o view.Options, at time.Time, l eventLine, asJSON bool) error {
	if asJSON {
		l.Time = at.Local().Format("2006-01-02T15:04:05.000000")
		return view.JSON(o, l)
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(l.Attributes)) {
		words = append(words, name+"="+l.Attributes[name])
	}
	return view.Lines(o, fmt.Sprintf("%s %s %s %s (%s)",
		at.Local().Format("2006-01-02 15:04:05.000000"), l.Type, l.Action, l.ID, strings.Join(words, ", ")))
}
