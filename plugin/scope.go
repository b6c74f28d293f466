package plugin

import (
	"context"
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// scope is a stack that runs, for verbs that look at it or take it away. The
// engine knows enough for that, so where --project-name says which stack is
// meant the files may be broken or gone.
type scope struct {
	*app
	project string
	loaded  *compose.Project // nil where the files can't be read
	files   []string         // the services of the files; nil likewise
	broken  error            // why they can't
	engine  *engine.Engine
}

// scope finds out which stack is meant and connects to the engine.
func (a *app) scope(ctx context.Context) (*scope, error) {
	s := &scope{app: a}
	project, err := a.load(false)
	switch {
	case err == nil:
		s.project, s.loaded, s.files = project.Name, project, serviceNames(project)
	case a.flags.project != "":
		s.project, s.broken = compose.NormalizeName(a.flags.project), err
	default:
		return nil, err
	}
	s.engine, err = a.engine(ctx)
	return s, err
}

// check refuses names that are neither of the files nor of the stack as it
// runs, and a stack that neither can be read nor runs.
func (s *scope) check(args, running []string) error {
	if s.broken != nil && len(running) == 0 {
		return s.broken
	}
	known := slices.Concat(s.files, running)
	for _, name := range args {
		if !slices.Contains(known, name) {
			slices.Sort(known)
			return noSuchService([]string{name}, slices.Compact(known))
		}
	}
	return nil
}

// list gives the containers of the services that args name, or of all.
func (s *scope) list(ctx context.Context, args []string) ([]engine.Replica, error) {
	list, err := s.engine.List(ctx, s.project)
	if err != nil {
		return nil, err
	}
	var running []string
	for _, r := range list {
		running = append(running, r.Service)
	}
	if err := s.check(args, running); err != nil || len(args) == 0 {
		return list, err
	}
	return slices.DeleteFunc(list, func(r engine.Replica) bool { return !slices.Contains(args, r.Service) }), nil
}

// halt stops or removes the containers of the services that args name; without
// args of those of the files, or of all that run where orphans is set or the
// files can't be read.
func (s *scope) halt(ctx context.Context, goal plan.Goal, args []string, orphans bool) error {
	defer s.alone(ctx, s.engine, s.project)()
	p, err := s.plan(ctx, goal, args, orphans)
	if err != nil {
		return err
	}
	return s.run(ctx, s.engine, p)
}

// plan plans what brings the containers of halt to a goal that needs no files.
func (s *scope) plan(ctx context.Context, goal plan.Goal, args []string, orphans bool) (*plan.Plan, error) {
	have, err := s.engine.Observe(ctx, s.project, goal.Images)
	if err != nil {
		return nil, err
	}
	if s.loaded != nil {
		if err := s.sameFolder(s.loaded, have); err != nil {
			return nil, err
		}
	}
	// Networks alone are what an interrupted run left behind.
	if running := have.Services(); len(running) > 0 || len(have.Networks) == 0 {
		if err := s.check(args, running); err != nil {
			return nil, err
		}
	}
	switch {
	case len(args) > 0:
		goal.Services = args
	case !orphans && s.files != nil:
		goal.Services = s.files
	}
	p, err := plan.Make(goal, plan.Want{}, have)
	if err != nil {
		return nil, err
	}
	if left := others(goal, have); goal.State == plan.Absent && len(left) > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("left alone, for the files have no such service: %v (--remove-orphans takes them away)", left))
	}
	return p, nil
}

// others names the containers of the stack that a goal is not about.
func others(goal plan.Goal, have plan.Have) []string {
	var names []string
	for _, c := range have.Containers {
		if goal.Services != nil && !slices.Contains(goal.Services, c.Service) {
			names = append(names, c.Name)
		}
	}
	return names
}
