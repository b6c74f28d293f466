package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// psFlags say what ps lists, and how.
type psFlags struct {
	quiet    bool
	services bool
	all      bool
	filters  []string
	format   string
}

func newPsCommand(c *cli) *cobra.Command {
	var f psFlags
	cmd := &cobra.Command{
		Use:   "ps [OPTIONS] [SERVICE...]",
		Short: "List containers of the stack",
		Long: `List the containers of the stack with their ports, including stopped ones.
Containers that run has created are listed while they run, with --all also
after that.

Filters are status (running, stopped, paused, restarting, created, exited, dead)
and source (image, build).`,
		Example: `  docker stacklite ps
  docker stacklite ps --format json web
  docker stacklite ps --format '{{.Name}} {{.Ports}}'
  docker stacklite ps --services --filter status=stopped
  docker rm -f $(docker stacklite ps -q web)`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runPs(ctx, s, c.classic, args, f) })
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print only container IDs")
	cmd.Flags().BoolVar(&f.services, "services", false, "print only service names")
	cmd.Flags().BoolVarP(&f.all, "all", "a", false, "also list exited containers that run has created")
	cmd.Flags().StringArrayVar(&f.filters, "filter", nil, "filter NAME=VALUE; can be repeated")
	cmd.Flags().StringVar(&f.format, "format", "table", "output format: table, json or a Go template")
	return cmd
}

func runPs(ctx context.Context, s *session.Session, old *classic.Tool, args []string, f psFlags) error {
	passes, err := psFilter(s.Project, f.filters)
	if err != nil {
		return err
	}
	list, err := s.List(ctx, args)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c observed.Container) bool {
		return c.OneOff && !f.all && !c.State.Up() || !passes(c)
	})
	switch {
	case f.services:
		return view.Lines(s.View, servicesOf(s, args, list, len(f.filters) > 0)...)
	case f.quiet:
		var ids []string
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return view.Lines(s.View, ids...)
	}
	if old != nil && f.format == "table" {
		return printClassic(ctx, s, list)
	}
	return printContainers(s.View, list, f.format)
}

// printClassic asks the engine about every container what the table of the old
// tools shows.
func printClassic(ctx context.Context, s *session.Session, list []observed.Container) error {
	var rows []classic.Row
	for _, c := range list {
		now, there, err := s.Engine.Status(ctx, c.ID)
		if err != nil {
			return err
		}
		if there {
			rows = append(rows, classic.Row{Container: c, Status: now})
		}
	}
	return classic.PrintContainers(s.View, rows)
}

// servicesOf names the services that containers are of, or all of the files
// where nothing is filtered.
func servicesOf(s *session.Session, args []string, list []observed.Container, filtered bool) []string {
	var names []string
	if !filtered {
		names = s.FileServices()
		if len(args) > 0 {
			names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(args, n) })
		}
	}
	for _, c := range list {
		if !slices.Contains(names, c.Service) {
			names = append(names, c.Service)
		}
	}
	return names
}

// psFilter makes one test of NAME=VALUE words, all of which must hold. The
// project is nil where its files can't be read.
func psFilter(p *compose.Project, words []string) (passes func(observed.Container) bool, err error) {
	states := []string{"running", "paused", "restarting", "created", "exited", "dead", "removing"}
	var tests []func(observed.Container) bool
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		switch {
		case name == "status" && value == "stopped":
			tests = append(tests, func(c observed.Container) bool { return !c.State.Up() })
		case name == "status" && slices.Contains(states, value):
			tests = append(tests, func(c observed.Container) bool { return string(c.State) == value })
		case name == "source" && (value == "build" || value == "image"):
			tests = append(tests, func(c observed.Container) bool {
				return p != nil && p.Service(c.Service) != nil && (p.Service(c.Service).Build != "") == (value == "build")
			})
		default:
			return nil, exit.Usage{Msg: fmt.Sprintf("--filter %q is none that ps knows", word),
				Advice: []string{"there are: status=running, status=stopped, …, source=image, source=build"}}
		}
	}
	return func(c observed.Container) bool {
		return !slices.ContainsFunc(tests, func(test func(observed.Container) bool) bool { return !test(c) })
	}, nil
}

// psRow is what ps shows of a container, under the names that templates use.
type psRow struct {
	Name     string
	Service  string
	Number   int
	ID       string
	Image    string
	Command  string
	State    string
	Status   string
	Ports    string
	Networks string
}

func printContainers(o view.Options, list []observed.Container, format string) error {
	rows := make([]psRow, len(list))
	for i, c := range list {
		var networks []string
		for _, e := range c.Endpoints {
			networks = append(networks, e.Network)
		}
		rows[i] = psRow{
			Name: c.Name, Service: c.Service, Number: c.Number, ID: c.ID, Image: c.Image,
			Command: c.Command, State: string(c.State), Status: c.Status,
			Ports: strings.Join(observed.PortWords(c.Ports), ", "), Networks: strings.Join(networks, ", "),
		}
	}
	return view.Table(o.Out, format, []string{"Name", "Image", "Status", "Ports"}, rows)
}
