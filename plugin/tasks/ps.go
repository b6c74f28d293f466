package tasks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// List is what ps lists of the tasks of a project, and how.
type List struct {
	All     bool     // also those of the past
	Quiet   bool     // only ids: without filters of those that are to run
	Names   bool     // only names of services
	Whole   bool     // errors in full
	Filters []string // NAME=VALUE
	Format  string
}

// filter is one NAME=VALUE that tasks are chosen by.
type filter struct{ name, value string }

// states are the values of the filter status: those of tasks, and for those of
// containers what comes next to them.
func states() []string {
	return []string{
		"running", "stopped", "lost", "new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "complete", "shutdown", "failed", "rejected", "remove", "orphaned",
	}
}

// parseFilters reads filters of ps.
func parseFilters(words []string) ([]filter, error) {
	var list []filter
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		if !(name == "status" && slices.Contains(states(), value) || name == "node" && value != "") {
			return nil, exit.Usage{
				Msg:    fmt.Sprintf("--filter %q is none that ps knows where a project is in a swarm", word),
				Advice: []string{"there are: node=NAME, status=running, status=stopped, status=failed, status=pending, …"},
			}
		}
		list = append(list, filter{name, value})
	}
	return list, nil
}

// pass reports whether a filter lets a task pass.
func (f filter) pass(seen *observed.Swarm, t observed.Task) bool {
	switch {
	case f.name == "node":
		return t.NodeName == f.value || t.Node == f.value
	case f.value == "stopped":
		return !runs(seen, t)
	}
	return stateOf(seen, t) == f.value
}

// Print lists the tasks of the services that args name, or of all.
func (l List) Print(ctx context.Context, s *session.Session, args []string) error {
	if _, err := parseFilters(l.Filters); err != nil {
		return err
	}
	seen, services, err := look(ctx, s, args)
	if err != nil {
		return err
	}
	all := names(s, seen)
	if len(args) > 0 {
		all = slices.DeleteFunc(all, func(name string) bool { return !slices.Contains(args, name) })
	}
	return l.print(s.View, seen, services, all, s.Note, time.Now())
}

// print prints the tasks of services, of which all are named. What rows do not say of
// them is noted.
func (l List) print(o view.Options, seen *observed.Swarm, services []observed.Service, all []string, note func(string), now time.Time) error {
	filters, err := parseFilters(l.Filters)
	if err != nil {
		return err
	}
	list := choose(seen, replicas(seen, services), l.All, now)
	list = slices.DeleteFunc(list, func(s shown) bool {
		now := s.task.Meant() && !s.task.Over()
		if !now && !l.All && (s.replica.service.OneOff || l.Quiet && len(filters) == 0) {
			return true
		}
		return slices.ContainsFunc(filters, func(f filter) bool { return !f.pass(seen, s.task) })
	})
	switch {
	case l.Names:
		if len(filters) > 0 {
			all = slices.DeleteFunc(slices.Clone(all), func(name string) bool {
				return !slices.ContainsFunc(list, func(s shown) bool { return s.replica.service.Service == name && !s.replica.service.OneOff })
			})
		}
		return view.Lines(o, all...)
	case l.Quiet:
		var ids []string
		for _, s := range list {
			ids = append(ids, s.task.ID)
		}
		return view.Lines(o, ids...)
	}
	table := l.Format == "table" || l.Format == ""
	made := rows(seen, list, table, l.Whole, now)
	if err := view.Table(o, l.Format, columns(made), made); err != nil || !table {
		return err
	}
	for _, text := range remarks(seen, services) {
		note(text)
	}
	return nil
}
