package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
)

func newEventsCommand(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.events(ctx, args, query, asJSON)
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

func (a *app) events(ctx context.Context, args []string, q engine.EventQuery, asJSON bool) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		if _, err := s.list(ctx, args); err != nil {
			return err
		}
	}
	q.Project = s.project
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	var broken error // of the output
	err = s.engine.Watch(within, q, func() {}, func(e engine.Event) {
		if len(args) > 0 && !slices.Contains(args, e.Service) || broken != nil {
			return
		}
		if broken = a.printEvent(e, asJSON); broken != nil {
			cancel()
		}
	})
	if broken != nil {
		return broken
	}
	return watched(ctx, err)
}

func (a *app) printEvent(e engine.Event, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(eventLine{
			Time: e.Time.Local().Format("2006-01-02T15:04:05.000000"), Type: "container", Action: e.Action,
			ID: e.ID, Service: e.Service, Attributes: e.Attributes,
		})
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		words = append(words, name+"="+e.Attributes[name])
	}
	_, err := fmt.Fprintf(a.out, "%s container %s %s (%s)\n", e.Time.Local().Format("2006-01-02 15:04:05.000000"), e.Action, e.ID, strings.Join(words, ", "))
	return err
}
