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

func newEventsCommand(c *cli) *cobra.Command {
	var (
		asJSON bool
		query  engine.EventQuery
	)
	cmd := &cobra.Command{
		Use:   "events [OPTIONS] [SERVICE...]",
		Short: "Tell what happens to containers, as it happens",
		Long: `Tell what happens to the containers of the stack, a line each, until Ctrl-C.

With --json a line is an object with time, type, action, id, service and
attributes.`,
		Example: `  docker stacklite events
  docker stacklite events --json web
  docker stacklite events --since 1h --until 0s`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runEvents(ctx, s, args, query, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "an object a line")
	cmd.Flags().StringVar(&query.Since, "since", "", "from a time (2026-01-02T15:04:05) or so long ago (42m) on")
	cmd.Flags().StringVar(&query.Until, "until", "", "until a time or so long ago")
	return cmd
}

// eventLine is an event as docker-compose 1.x wrote it (compose-v1.md 3.10).
type eventLine struct {
	Time       string            `json:"time"`
	Type       string            `json:"type"`
	Action     string            `json:"action"`
	ID         string            `json:"id"`
	Service    string            `json:"service"`
	Attributes map[string]string `json:"attributes"`
}

func runEvents(ctx context.Context, s *session.Session, args []string, q engine.EventQuery, asJSON bool) error {
	if len(args) > 0 {
		if _, err := s.List(ctx, args); err != nil {
			return err
		}
	}
	q.Project = s.Name
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	var broken error // of the output
	err := s.Engine.Watch(within, q, func() {}, func(e engine.Event) {
		if len(args) > 0 && !slices.Contains(args, e.Service) || broken != nil {
			return
		}
		if broken = printEvent(s.View, e, asJSON); broken != nil {
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
