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
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// psFlags say what ps lists, and how.
type psFlags struct {
	quiet    bool
	services bool
	all      bool
	whole    bool // errors
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

Of a stack in a swarm the tasks are listed, with their nodes: those that are to
run, and what has happened where one does not or has failed lately; with --all
also those of the past. Filters are status and node there.

Filters are status (running, stopped, paused, restarting, created, exited, dead)
and source (image, build). With --services they choose services: by status those
of which a container has it, where one that is paused or restarting is running.`,
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
	cmd.Flags().BoolVar(&f.whole, "no-trunc", false, "do not shorten errors of tasks in the table")
	cmd.Flags().StringVar(&f.format, "format", "table", "output format: table, json or a Go template")
	return cmd
}

func runPs(ctx context.Context, s *session.Session, old *classic.Tool, args []string, f psFlags) error {
	if old != nil {
		if f.quiet && f.services {
			return exit.Usage{Msg: "--quiet and --services cannot be combined"}
		}
		if f.services {
			return printClassicServices(ctx, s, f.filters)
		}
		f.filters = nil // they are for services alone
	}
	there := tasks.List{All: f.all, Quiet: f.quiet, Names: f.services, Whole: f.whole, Filters: f.filters, Format: f.format}
	if done, err := inSwarm(ctx, s, func() error { return there.Print(ctx, s, args) }); done {
		return err
	}
	filters, err := psFilters(f.filters, checkFilter)
	if err != nil {
		return err
	}
	list, err := s.List(ctx, args)
	if err != nil {
		return err
	}
	if f.services {
		return view.Lines(s.View, filters.services(s.Project, servicesOf(s, args, list), list)...)
	}
	list = slices.DeleteFunc(list, func(c observed.Container) bool {
		return c.OneOff && !f.all && !c.State.Up() || !filters.pass(s.Project, c)
	})
	if f.quiet {
		var ids []string
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return view.Lines(s.View, ids...)
	}
	if old != nil && f.format == "table" {
		return printClassic(ctx, s, list)
	}
	fronts := list
	if len(args) > 0 {
		if fronts, err = s.Engine.Containers(ctx, s.Claim); err != nil {
			return err
		}
	}
	return printContainers(s.View, list, fronts, f.format)
}

// printClassicServices prints services of the files as the old tools did: those
// that all filters let pass, whatever services are named, and an empty line where
// there are none.
func printClassicServices(ctx context.Context, s *session.Session, words []string) error {
	if s.Project == nil {
		return s.Broken()
	}
	list, err := s.List(ctx, nil)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c observed.Container) bool { return c.OneOff || s.Project.Service(c.Service) == nil })
	filters, err := psFilters(words, func(word string) error { return classic.CheckFilter(word, len(list) > 0) })
	if err != nil {
		return err
	}
	return classic.PrintLines(s.View, filters.services(s.Project, classic.ServiceNames(s.Project), list))
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

// servicesOf names the services of the files and those that containers are of, or
// of these the ones that args name.
func servicesOf(s *session.Session, args []string, list []observed.Container) []string {
	names := s.FileServices()
	if len(args) > 0 {
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(args, n) })
	}
	for _, c := range list {
		if !slices.Contains(names, c.Service) {
			names = append(names, c.Service)
		}
	}
	return names
}

// psFilter is one NAME=VALUE of --filter.
type psFilter struct{ name, value string }

// filterList are filters that must all let something pass.
type filterList []psFilter

// psFilters reads NAME=VALUE words, each of which check may refuse.
func psFilters(words []string, check func(string) error) (filterList, error) {
	var list filterList
	for _, word := range words {
		if err := check(word); err != nil {
			return nil, err
		}
		name, value, _ := strings.Cut(word, "=")
		list = append(list, psFilter{name, value})
	}
	return list, nil
}

// checkFilter refuses a filter that ps does not know.
func checkFilter(word string) error {
	name, value, _ := strings.Cut(word, "=")
	states := []string{"running", "stopped", "paused", "restarting", "created", "exited", "dead", "removing"}
	if name == "status" && slices.Contains(states, value) || name == "source" && (value == "build" || value == "image") {
		return nil
	}
	return exit.Usage{Msg: fmt.Sprintf("--filter %q is none that ps knows", word),
		Advice: []string{"there are: status=running, status=stopped, …, source=image, source=build"}}
}

// pass reports whether all filters let a container pass. The project is nil where
// its files can't be read.
func (l filterList) pass(p *compose.Project, c observed.Container) bool {
	return !slices.ContainsFunc(l, func(f psFilter) bool {
		switch {
		case f.name == "source":
			return !f.source(p, c.Service)
		case f.value == "stopped":
			return c.State.Up()
		}
		return string(c.State) != f.value
	})
}

// services gives the services that all filters let pass: a status lets a service
// pass of which one container has it. One that is paused or restarting is running
// too, as it was for docker-compose.
func (l filterList) services(p *compose.Project, names []string, list []observed.Container) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(l, func(f psFilter) bool {
			if f.name == "source" {
				return !f.source(p, name)
			}
			return !slices.ContainsFunc(list, func(c observed.Container) bool {
				switch {
				case c.Service != name || c.OneOff:
					return false
				case f.value == "running" || f.value == "stopped":
					return c.State.Up() == (f.value == "running")
				}
				return string(c.State) == f.value
			})
		})
	})
}

// source reports whether the image of a service comes from where the filter says.
func (f psFilter) source(p *compose.Project, service string) bool {
	return p != nil && p.Service(service) != nil && (p.Service(service).Build != "") == (f.value == "build")
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

// printContainers prints a row for each container, in a table with the ports that those
// of fronts have in its place.
func printContainers(o view.Options, list, fronts []observed.Container, format string) error {
	ports := func(c observed.Container) []string { return observed.PortWords(c.Ports) } // one by one, for scripts
	if format == "table" {
		ports = func(c observed.Container) []string { return observed.ShownPorts(c.Ports, frontPorts(c, fronts)...) }
	}
	rows := make([]psRow, len(list))
	for i, c := range list {
		var networks []string
		for _, e := range c.Endpoints {
			networks = append(networks, e.Network)
		}
		rows[i] = psRow{
			Name: c.Name, Service: c.Service, Number: c.Number, ID: c.ID, Image: c.Image,
			Command: c.Command, State: string(c.State), Status: c.Status,
			Ports: strings.Join(ports(c), ", "), Networks: strings.Join(networks, ", "),
		}
	}
	return view.Table(o, format, []string{"Name", "Service", "Image", "Status", "Ports"}, rows)
}

// frontPorts gives the ports of the fronts of a container's service, where it runs.
func frontPorts(c observed.Container, list []observed.Container) [][]observed.Port {
	var ports [][]observed.Port
	for _, front := range list {
		if c.State.Up() && !c.OneOff && front.Fronts != "" && front.Fronts == c.Service && front.Project == c.Project {
			ports = append(ports, front.Ports)
		}
	}
	return ports
}
