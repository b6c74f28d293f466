package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/swarm"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// asksForSwarm reports whether the project is to be in a swarm, and whether anybody says:
// a flag, else a variable, else the files.
func asksForSwarm(o Options, vars map[string]string, p *compose.Project) (in, said bool, err error) {
	if o.Swarm != nil {
		return *o.Swarm, true, nil
	}
	if text := vars["STACKLITE_SWARM"]; text != "" {
		if in, err = strconv.ParseBool(text); err != nil {
			return false, false, exit.Usage{Msg: fmt.Sprintf("STACKLITE_SWARM must be 1 or 0, not %q", text)}
		}
		return in, true, nil
	}
	if p != nil && p.Swarm != nil && p.Swarm.Engine != "" {
		return p.Swarm.Engine == compose.OnSwarm, true, nil
	}
	return false, false, nil
}

// enterSwarm has the session be about services of the swarm. They need no fronts: the swarm
// spreads connections itself.
func enterSwarm(s *Session) {
	s.Swarm, s.desired.Swarm = s.manager, true
	if s.files != nil {
		s.Project = s.files
	}
}

// InSwarm reports whether the project is in a swarm: because that is asked for, or by the
// labels of services that are there. An engine that is no manager has none. Where nobody
// says it asks the manager, once, and only where the engine has no container of the project.
func InSwarm(ctx context.Context, s *Session) (bool, error) {
	if s.Swarm != nil || s.elsewhere {
		return s.Swarm != nil, nil
	}
	if _, said, err := asksForSwarm(s.Options, s.vars, s.Project); said || err != nil {
		return false, err // connect has entered it
	}
	s.elsewhere = true
	list, err := s.Engine.Named(ctx, s.Claim)
	ours := func(c observed.Container) bool { return c.Project == s.Name }
	if s.named = list; err != nil || slices.ContainsFunc(list, ours) {
		return false, err
	}
	return askManager(ctx, s, swarm.Look{})
}

// askManager enters the swarm where the manager has anything of the project.
func askManager(ctx context.Context, s *Session, l swarm.Look) (bool, error) {
	look, err := s.manager.Observe(ctx, s.Name, l)
	var not *swarm.NotManager
	switch {
	case errors.As(err, &not), errdefs.IsNotFound(err), errdefs.IsNotImplemented(err): // some engines know no swarms
	case err != nil:
		return false, err
	case len(look.Services) > 0 || len(look.Networks) > 0 || len(look.Files) > 0:
		enterSwarm(s)
		return true, nil
	}
	return false, nil
}

// leftInSwarm enters the swarm where nothing but secrets and configs is left of a project
// that is taken down: the engine that is talked to shows none of them.
func leftInSwarm(ctx context.Context, s *Session, goal plan.Goal, there desired.Have) error {
	if s.Swarm != nil || goal.State != plan.Absent || len(there.Containers) > 0 || len(there.Networks) > 0 {
		return nil
	}
	if _, said, err := asksForSwarm(s.Options, s.vars, s.Project); said || err != nil {
		return err
	}
	_, err := askManager(ctx, s, swarm.Look{Files: true})
	return err
}

// ResolveForSwarm works out what the links mean where services are a swarm's.
func ResolveForSwarm(s *Session) error {
	s.desired.Swarm = true
	return s.Resolve(desired.Have{}, nil)
}

// Manager is the engine of a session as the manager of a swarm, whether or not it is one.
func Manager(s *Session) *swarm.Manager { return s.manager }

// foundInSwarm enters the swarm where a look at the engine shows a network over nodes that
// is the project's.
func foundInSwarm(s *Session, networks []observed.Network) {
	if _, said, err := asksForSwarm(s.Options, s.vars, s.Project); said || err != nil || s.Swarm != nil {
		return
	}
	if slices.ContainsFunc(networks, func(n observed.Network) bool { return n.Swarm && n.Project == s.Name }) {
		enterSwarm(s)
	}
}

// deployedHave is the project as it is in the swarm.
func deployedHave(ctx context.Context, s *Session, l swarm.Look) (*observed.Swarm, plan.Have, error) {
	defer s.Options.Profile.Look()()
	look, err := s.Swarm.Observe(ctx, s.Name, l)
	if err != nil {
		return nil, plan.Have{}, err
	}
	return look, deployed.HaveOf(look, s.Name), nil
}

// planInSwarm is plan where the project is in a swarm: files → project → topology → want,
// manager → have. There is what one engine has of the project.
func planInSwarm(ctx context.Context, s *Session, r Request, there desired.Have) (out Planned, err error) {
	if err := refuseBoth(s, r.Goal, there); err != nil {
		return out, err
	}
	builds := slices.ContainsFunc(s.Project.Services, func(svc *compose.Service) bool { return svc.Build != "" })
	look, have, err := deployedHave(ctx, s, swarm.Look{Tasks: true, Nodes: builds})
	if err != nil {
		return out, err
	}
	built, err := builtForNodes(ctx, s, r.Goal, look, &have)
	if err != nil {
		return out, err
	}
	defer s.Options.Profile.Phase("plan")()
	if r.Check != nil {
		if err := r.Check(have); err != nil {
			return out, err
		}
	}
	if r.Scale, err = r.Scale.Changed(have, r.ScaleBy); err != nil {
		return out, err
	}
	if err := s.Resolve(desired.Have{}, nil); err != nil {
		return out, err
	}
	in := deployed.Inputs{Project: s.Project, Topology: s.Topology, Have: *look, Images: built, Scale: r.Scale, Options: s.Options.Deploy.over(deployed.Asked(look, s.Name)), Read: os.ReadFile}
	in.Options.Version = s.Version()
	if s.Model != nil {
		if in.Values, err = s.Model.Values(); err != nil {
			return out, err
		}
	}
	want, notes, err := deployed.Want(in)
	if err != nil {
		return out, err
	}
	if r.AddManaged != nil {
		r.AddManaged(&want)
	}
	p, err := plan.Make(r.Goal, want, have)
	if err == nil && changesServices(p) {
		noteDeployed(s, r.Goal, slices.Concat(s.Topology.Notes, notes))
	}
	if err == nil && r.NoBuild {
		err = checkBuilt(p)
	}
	return Planned{Goal: r.Goal, Want: want, Have: have, Plan: p, scale: r.Scale}, err
}

// builtForNodes are the images that are built, and where nodes get them from. What the
// engine that is talked to knows of them is put into have.
func builtForNodes(ctx context.Context, s *Session, goal plan.Goal, look *observed.Swarm, have *plan.Have) ([]plan.Image, error) {
	images := slices.DeleteFunc(desired.Images(s.Project, desired.BuildOptions{}, image.Bases), func(i plan.Image) bool { return !i.Build })
	if len(images) == 0 || goal.NoCreate {
		return images, nil
	}
	now, refs, pinned := map[string]string{}, []string{}, map[string]string{}
	for _, i := range images {
		refs = append(refs, i.Ref)
	}
	for _, of := range look.Services {
		now[of.Service] = of.Image
		ref := of.Image
		if of.Digest != "" {
			ref += "@" + of.Digest
		}
		refs, pinned[of.Service] = append(refs, ref), ref
	}
	here, err := s.Engine.Observe(ctx, s.Claim, refs)
	if err != nil {
		return nil, err
	}
	have.Images = here.Images
	for i, m := range have.Managed {
		have.Managed[i].ImageID = here.Images[pinned[m.Service]]
	}
	services := goal.Services
	if services == nil {
		services = s.FileServices()
	}
	return desired.ForNodes(s.Project, images, s.Options.Deploy.PushTo, now, len(look.Nodes) == 1, services)
}

// changesServices reports whether a plan makes services of the files or changes their
// settings.
func changesServices(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Steps, func(s plan.Step) bool {
		switch a := s.Action.(type) {
		case plan.CreateManaged:
			return !a.Managed.OneOff
		case plan.UpdateManaged:
			return true
		}
		return false
	})
}

// noteDeployed notes what becomes of the files in a swarm, each thing once.
func noteDeployed(s *Session, goal plan.Goal, notes []compose.Note) {
	notes = slices.DeleteFunc(notes, func(n compose.Note) bool {
		service, _, _ := strings.Cut(strings.TrimPrefix(n.Path, "services."), ".")
		return s.Project.Service(service) != nil && !meant(goal.Services, service) || !unsaid(s, n.String())
	})
	view.PrintNotes(s.View, compose.SortNotes(notes))
}

// refuseBoth refuses to bring a project up in a swarm while it has containers on one
// engine: both would hold the same ports, and each command could be about either.
func refuseBoth(s *Session, goal plan.Goal, there desired.Have) error {
	if goal.State != plan.UpAndRunning && goal.State != plan.CreatedOnly || goal.NoCreate || len(there.Containers) == 0 {
		return nil
	}
	f := exit.Failure{
		Msg: fmt.Sprintf("project %s has %s on this engine, which would go on beside its services in the swarm", s.Name, containers(len(there.Containers))),
		Advice: []string{
			"to move it: docker stacklite down --swarm=false",
			"and then:   docker stacklite up -d --swarm",
		},
	}
	if names := dataOf(there); len(names) > 0 {
		f.Advice = append(f.Advice, "its data stays on this engine, and is not on other nodes: "+strings.Join(names, ", "))
	}
	return f
}

// refuseBack refuses to bring a project up on one engine while it is in a swarm.
func refuseBack(s *Session, goal plan.Goal, networks []observed.Network) error {
	in, said, err := asksForSwarm(s.Options, s.vars, s.Project)
	creates := (goal.State == plan.UpAndRunning || goal.State == plan.CreatedOnly) && !goal.NoCreate
	if err != nil || !said || in || !creates {
		return err
	}
	if !slices.ContainsFunc(networks, func(n observed.Network) bool { return n.Swarm && n.Project == s.Name }) {
		return nil
	}
	return exit.Failure{
		Msg: fmt.Sprintf("project %s has services in the swarm, which would go on beside its containers on this engine", s.Name),
		Advice: []string{
			"to move it: docker stacklite down --swarm",
			"and then:   docker stacklite up -d --swarm=false",
			"volumes stay on the nodes where tasks have written to them",
		},
	}
}

// dataOf names the volumes and directories that containers write to.
func dataOf(have desired.Have) (names []string) {
	for _, c := range have.Containers {
		for _, name := range c.Data {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for path := range c.Anonymous {
			names = append(names, path+" of "+c.Name)
		}
	}
	slices.Sort(names)
	return names
}

// takeInSwarm is planTake where the project is in a swarm.
func takeInSwarm(ctx context.Context, s *Session, goal plan.Goal, args []string, orphans bool) (*plan.Plan, plan.Goal, plan.Have, error) {
	fail := func(err error) (*plan.Plan, plan.Goal, plan.Have, error) { return nil, goal, plan.Have{}, err }
	if err := notInSwarm(goal.State, args); err != nil {
		return fail(err)
	}
	_, have, err := deployedHave(ctx, s, swarm.Look{Tasks: goal.State == plan.Removed, Files: goal.State == plan.Absent})
	if err != nil {
		return fail(err)
	}
	defer s.Options.Profile.Phase("plan")()
	if goal.Services, err = toTake(s, have, args, orphans); err != nil {
		return fail(err)
	}
	p, err := plan.Make(goal, plan.Want{Project: s.Name}, have)
	if err != nil {
		return fail(err)
	}
	if goal.Volumes || len(goal.NamedVolumes) > 0 {
		p.Notes = append(p.Notes, "volumes of tasks are on their nodes, and stay; on each: docker volume ls, docker volume rm NAME")
	}
	if len(goal.Images) > 0 {
		p.Notes = append(p.Notes, "images are on the nodes and in their registry, and stay")
	}
	var left []string
	for _, h := range have.Managed {
		if !meant(goal.Services, h.Service) {
			left = append(left, h.Name)
		}
	}
	unsaid, err := ignoresOrphans(s.vars, orphans)
	if err == nil && goal.State == plan.Absent && len(left) > 0 && !unsaid {
		p.Notes = append(p.Notes, plan.LeftAlone(left))
	}
	return p, goal, have, err
}

// notInSwarm is the error of what a swarm does not do to services, and what can be typed in
// its place.
func notInSwarm(state plan.Target, services []string) error {
	var typed strings.Builder
	for _, s := range services {
		typed.WriteString(" " + view.ShellWord(s))
	}
	stop := "to stop them for now: docker stacklite stop" + typed.String()
	start := "to start again what is stopped: docker stacklite start" + typed.String()
	f := exit.Failure{Msg: "a swarm can't pause the services of a stack: it only knows how many tasks they are to have", Advice: []string{stop, start}}
	switch state {
	case plan.Killed:
		f.Msg = "a swarm sends no signals to the tasks of services"
		f.Advice = []string{stop, "to have others made in their place: docker stacklite restart" + typed.String()}
	case plan.Unpaused:
		f.Msg, f.Advice = "in a swarm nothing is paused", []string{start}
	case plan.Paused:
	default:
		return nil
	}
	return f
}
