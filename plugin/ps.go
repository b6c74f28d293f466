package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
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

func newPsCommand(a *app) *cobra.Command {
	var f psFlags
	cmd := &cobra.Command{
		Use:   "ps [OPTIONS] [SERVICE...]",
		Short: "List the containers of the stack",
		Long: `List the containers of the stack, stopped ones too, with their ports. Those that
run made are listed while they run, with --all also afterwards.

Filters are status (running, stopped, paused, restarting, created, exited, dead)
and source (image, build).`,
		Example: `  docker stacklite ps
  docker stacklite ps --format json web
  docker stacklite ps --format '{{.Name}} {{.Ports}}'
  docker stacklite ps --services --filter status=stopped
  docker rm -f $(docker stacklite ps -q web)`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.ps(ctx, args, f)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "ids only")
	cmd.Flags().BoolVar(&f.services, "services", false, "names of services only")
	cmd.Flags().BoolVarP(&f.all, "all", "a", false, "containers that run made and that have exited, too")
	cmd.Flags().StringArrayVar(&f.filters, "filter", nil, "NAME=VALUE that is to hold; may be repeated")
	cmd.Flags().StringVar(&f.format, "format", "table", "table, json or a template")
	return cmd
}

func (a *app) ps(ctx context.Context, args []string, f psFlags) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	passes, err := s.filter(f.filters)
	if err != nil {
		return err
	}
	list, err := s.list(ctx, args)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r engine.Replica) bool {
		return r.OneOff && !f.all && !plan.State(r.State).Up() || !passes(r)
	})
	switch {
	case f.services:
		return s.printServices(args, list, len(f.filters) > 0)
	case f.quiet:
		for _, r := range list {
			fmt.Fprintln(a.out, r.ID)
		}
		return nil
	}
	if a.classic != nil && f.format == "table" {
		return a.classic.printReplicas(ctx, s, list)
	}
	return a.printReplicas(list, f.format)
}

// printServices prints the services that containers are of, or all of the
// files where nothing is filtered.
func (s *scope) printServices(args []string, list []engine.Replica, filtered bool) error {
	var names []string
	if !filtered {
		names = slices.Clone(s.files)
		if len(args) > 0 {
			names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(args, n) })
		}
	}
	for _, r := range list {
		if !slices.Contains(names, r.Service) {
			names = append(names, r.Service)
		}
	}
	for _, n := range names {
		fmt.Fprintln(s.out, n)
	}
	return nil
}

// filter makes one test of NAME=VALUE words, all of which must hold.
func (s *scope) filter(words []string) (passes func(engine.Replica) bool, err error) {
	var tests []func(engine.Replica) bool
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		switch {
		case name == "status" && value == "stopped":
			tests = append(tests, func(r engine.Replica) bool { return !plan.State(r.State).Up() })
		case name == "status" && slices.Contains([]string{"running", "paused", "restarting", "created", "exited", "dead", "removing"}, value):
			tests = append(tests, func(r engine.Replica) bool { return r.State == value })
		case name == "source" && (value == "build" || value == "image"):
			tests = append(tests, func(r engine.Replica) bool {
				if s.loaded == nil || s.loaded.Service(r.Service) == nil {
					return false
				}
				return (s.loaded.Service(r.Service).Build != "") == (value == "build")
			})
		default:
			return nil, usageError{msg: fmt.Sprintf("--filter %q is none that ps knows", word),
				hints: []string{"there are: status=running, status=stopped, …, source=image, source=build"}}
		}
	}
	return func(r engine.Replica) bool {
		return !slices.ContainsFunc(tests, func(test func(engine.Replica) bool) bool { return !test(r) })
	}, nil
}

// psRow is what ps tells of a container, under the names that templates use.
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

func (a *app) printReplicas(list []engine.Replica, format string) error {
	rows := make([]psRow, len(list))
	for i, r := range list {
		rows[i] = psRow{
			Name: r.Name, Service: r.Service, Number: r.Number, ID: r.ID, Image: r.Image,
			Command: r.Command, State: r.State, Status: r.Status,
			Ports: strings.Join(r.Ports, ", "), Networks: strings.Join(r.Networks, ", "),
		}
	}
	return view.Table(a.out, format, []string{"Name", "Image", "Status", "Ports"}, rows)
}
