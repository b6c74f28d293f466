package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// List gives the containers of the services that args name, or of all, and notes
// which others have their names or carry their labels.
func (s *Session) List(ctx context.Context, args []string) ([]observed.Container, error) {
	list, _, err := Listed(ctx, s, args)
	return list, err
}

// Listed is List, with the containers that it leaves alone.
func Listed(ctx context.Context, s *Session, args []string) ([]observed.Container, []observed.Refusal, error) {
	defer s.Options.Profile.Look()()
	list, err := s.named, error(nil)
	if s.named = nil; list == nil {
		list, err = s.Engine.Named(ctx, s.Claim)
	}
	if err == nil && len(list) == 0 && unnamed(s) {
		list, err = listByFolder(ctx, s)
	}
	if err != nil {
		return nil, nil, err
	}
	var services []string
	if len(args) > 0 {
		services = args
	}
	refused := NoteClaimed(s, list, services)
	// Refusals point into the list.
	list = slices.DeleteFunc(slices.Clone(list), func(c observed.Container) bool {
		if c.CopyOf != "" {
			s.Note(plan.CopyLeftAlone(c.Name, c.CopyOf))
		}
		return c.Project == ""
	})
	var running []string
	for _, c := range list {
		running = append(running, c.Service)
	}
	if err := s.checkNames(args, running); err != nil || len(args) == 0 {
		return list, refused, err
	}
	return slices.DeleteFunc(list, func(c observed.Container) bool { return !slices.Contains(args, c.Service) }), refused, nil
}

// listByFolder is the list of the stack that was made from the folder under another
// name, where there is one.
func listByFolder(ctx context.Context, s *Session) ([]observed.Container, error) {
	all, err := s.Engine.Containers(ctx, observed.Claim{})
	name := nameHere(s, all)
	if err != nil || name == "" {
		return nil, err
	}
	rename(s, name)
	return s.Engine.Named(ctx, s.Claim)
}

// Replica finds one replica of a service by its number, or the first where index
// is 0; of those that run, where running is set.
func (s *Session) Replica(ctx context.Context, service string, index int, running bool) (observed.Container, error) {
	list, refused, err := Listed(ctx, s, []string{service})
	if err != nil {
		return observed.Container{}, err
	}
	var stopped *observed.Container
	for i, c := range list {
		if c.OneOff || index != 0 && c.Number != index {
			continue
		}
		if c.State.Up() || !running {
			return c, nil
		}
		if stopped == nil {
			stopped = &list[i]
		}
	}
	name := service
	if index != 0 {
		name = fmt.Sprintf("%s_%d", service, index)
	}
	f := exit.Failure{Msg: "No container found for " + name, Advice: []string{"to list the containers: docker stacklite ps"}}
	f.Kind, f.Words = exit.KindNotRunning, []string{name}
	if running && stopped != nil {
		return *stopped, notRunning(ctx, s, *stopped, f)
	}
	if running {
		f.Advice = ToStart(s, refused, "to start it: docker stacklite up -d "+service)
	}
	return observed.Container{}, f
}

// notRunning says of a container that it does not run, and why.
func notRunning(ctx context.Context, s *Session, c observed.Container, f exit.Failure) error {
	start := "to start it: docker stacklite up -d " + c.Service
	now, there, err := s.Engine.Status(ctx, c.ID)
	switch {
	case err != nil:
		return err
	case !there || now.State == plan.StateCreated:
		f.Msg, f.Advice = c.Name+" has not been started", []string{start}
	default:
		f.Msg = fmt.Sprintf("%s does not run: it exited with code %d", c.Name, now.ExitCode)
		f.Advice = []string{"to see its last output: docker stacklite logs --tail 20 " + c.Service, start}
	}
	return f
}

// ToStart is what to do where nothing runs: the advice given, unless containers
// that are not the project's have its names. Nothing can be started beside them.
func ToStart(s *Session, refused []observed.Refusal, otherwise string) []string {
	if first := advice(s, refused); len(first) > 0 {
		return first
	}
	return []string{otherwise}
}

// nothingNamed is the error where a project that was named has no containers, and its
// files can't be read or are not here.
func nothingNamed(s *Session) error {
	var mistakes compose.Errors
	if s.Options.EngineWords || !errors.As(s.broken, &mistakes) ||
		!slices.ContainsFunc(mistakes, func(e *compose.Error) bool { return e.Kind == compose.KindNoFiles }) {
		return s.broken
	}
	return exit.Usage{
		Msg:    "project " + s.Name + " has no containers on the engine, and no files here",
		Advice: []string{"to see which projects there are: docker stacklite ls", "if it has files elsewhere, name them with -f"},
	}
}

// checkNames refuses names that are neither of the files nor of the project as
// it runs, and a project that neither can be read nor runs.
func (s *Session) checkNames(args, running []string) error {
	if s.Project == nil && s.broken != nil && len(running) == 0 {
		return nothingNamed(s)
	}
	known := slices.Concat(s.FileServices(), running)
	for _, name := range args {
		if !slices.Contains(known, name) {
			slices.Sort(known)
			return NoSuchService([]string{name}, slices.Compact(known))
		}
	}
	return nil
}

// Take stops or removes the containers of the services that args name, or does
// something else to them that needs no files; without args to those of the
// files, or to all that there are where orphans is set or the files can't be
// read. No other run changes the project meanwhile.
func (s *Session) Take(ctx context.Context, goal plan.Goal, args []string, orphans bool) error {
	defer s.Lock(ctx)()
	return TakeAtOnce(ctx, s, goal, args, orphans)
}

// TakeAtOnce is Take that does not wait for other runs.
func TakeAtOnce(ctx context.Context, s *Session, goal plan.Goal, args []string, orphans bool) error {
	var looked looks
	for {
		p, meant, have, err := planTake(ctx, s, goal, args, orphans)
		if looked > 0 && errors.As(err, &exit.Usage{}) {
			return nil // nothing is left that the command could be about
		}
		if err != nil {
			return err
		}
		if looked == 0 {
			SayNothingToDo(s, meant, have, p)
		}
		if err = s.Run(ctx, p); !looked.again(ctx, s, goal, err) {
			return busy(s, err)
		}
	}
}

// PlanTake plans what Take does.
func (s *Session) PlanTake(ctx context.Context, goal plan.Goal, args []string, orphans bool) (*plan.Plan, error) {
	p, _, _, err := planTake(ctx, s, goal, args, orphans)
	return p, err
}

// toTake are the services that Take is about, by what args name; nil: all that there are.
func toTake(s *Session, have plan.Have, args []string, orphans bool) ([]string, error) {
	// Networks alone are what an interrupted run left behind.
	if running := have.Services(); len(running) > 0 || len(have.Networks) == 0 {
		if err := s.checkNames(args, running); err != nil {
			return nil, err
		}
	}
	switch {
	case len(args) > 0:
		return args, nil
	case !orphans && s.Project != nil:
		return s.FileServices(), nil
	}
	return nil, nil
}

// planTake is PlanTake, with what the plan follows from.
func planTake(ctx context.Context, s *Session, goal plan.Goal, args []string, orphans bool) (*plan.Plan, plan.Goal, plan.Have, error) {
	fail := func(err error) (*plan.Plan, plan.Goal, plan.Have, error) { return nil, goal, plan.Have{}, err }
	unsaid, err := ignoresOrphans(s.vars, orphans)
	if err != nil {
		return fail(err)
	}
	have, err := s.observe(ctx, goal.Images, details{
		sharing: goal.State == plan.Restarted || goal.State == plan.Unpaused, byHand: goal.State == plan.Restarted,
	})
	if err != nil {
		return fail(err)
	}
	if err := leftInSwarm(ctx, s, goal, have); err != nil {
		return fail(err)
	}
	if s.Swarm != nil {
		return takeInSwarm(ctx, s, goal, args, orphans)
	}
	defer s.Options.Profile.Phase("plan")()
	if s.Project != nil {
		if err := s.sameFolder(have.Have); err != nil {
			return fail(err)
		}
	}
	if goal.Services, err = toTake(s, have.Have, args, orphans); err != nil {
		return fail(err)
	}
	switch goal.State {
	case plan.Stopped, plan.Removed, plan.Absent:
		goal.Services = balance.WithFronts(frontsOf(have.Have), goal.Services)
	}
	if goal.State == plan.Absent {
		goal.Images = withFrontImages(have.Have, goal.Images)
	}
	refused := NoteClaimed(s, have.Snapshot.Containers, goal.Services)
	p, err := plan.Make(goal, desired.Kept(s.Project), have.Have)
	if err != nil {
		return fail(err)
	}
	if p, err = mended(ctx, s, goal, have, p); err != nil {
		return fail(err)
	}
	ours := slices.ContainsFunc(have.Containers, func(c plan.HaveContainer) bool { return meant(goal.Services, c.Service) })
	if p.Empty() && !ours && len(refused) > 0 {
		return fail(nothingOurs(s, refused))
	}
	noteLinked(s, p, have.Snapshot.Containers)
	if left := leftAlone(goal, have.Have); goal.State == plan.Absent && len(left) > 0 && !unsaid {
		p.Notes = append(p.Notes, plan.LeftAlone(left))
	}
	return p, goal, have.Have, nil
}

// mended is a plan to restart containers with what is to be done before where a
// network of the stack is gone: what start does, except that nothing is started.
// Without files nobody knows what it was for.
func mended(ctx context.Context, s *Session, goal plan.Goal, have desired.Have, p *plan.Plan) (*plan.Plan, error) {
	if goal.State != plan.Restarted || p.Empty() || s.Project == nil || !have.LostNetworks(s.Name) {
		return p, nil
	}
	mend, err := s.Plan(ctx, Request{Goal: plan.Goal{State: plan.CreatedOnly, NoCreate: true, Recreate: plan.Never, Services: goal.Services}})
	if err != nil {
		return nil, err
	}
	return mend.Before(p), nil
}

// leftAlone names the containers of the project that a goal is not about.
func leftAlone(goal plan.Goal, have plan.Have) []string {
	var names []string
	for _, c := range have.Containers {
		if goal.Services != nil && !slices.Contains(goal.Services, c.Service) {
			names = append(names, c.Name)
		}
	}
	return names
}
