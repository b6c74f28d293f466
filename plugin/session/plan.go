package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Request is what a command wants of the project.
type Request struct {
	Goal    plan.Goal
	Scale   desired.Scale // where another than the project has
	ScaleBy desired.Scale // where so many more than the project has, or fewer; of other services than Scale
	NoBuild bool          // an image that would have to be built is an error

	// Check looks at what there is before anything else; nil: no check.
	Check func(plan.Have) error

	// Add adds what is wanted besides the files; nil: nothing.
	Add func(want *plan.Want, in desired.Inputs)

	// AddManaged is Add for a project in a swarm.
	AddManaged func(want *plan.Want)

	// Tell gives what a user should know beside the plan, for its notes, and less
	// of it again where nothing is to be done; nil: nothing.
	Tell func(in desired.Inputs, p *plan.Plan, again bool) []string

	// TellAfter gives what is known only when everything is there, of the services
	// whose containers were made; nil: nothing.
	TellAfter func(ctx context.Context, s *Session, made []string) (string, error)
}

// Observe takes one snapshot of the engine as the project sees it. Images are
// looked up with it, or not.
func (s *Session) Observe(ctx context.Context, images bool) (desired.Have, error) {
	var refs []string
	if images {
		refs = desired.ImageRefs(s.Project)
	}
	return s.observe(ctx, refs, details{})
}

// details are what a list of containers does not have, and takes more calls.
type details struct {
	names   bool // that containers alone see where they meet others
	byHand  bool // that they have where somebody attached them
	sharing bool // whose network, processes and memory they share
	times   bool // which of them outlasted those that they are to be restarted after
}

// observe is Observe with the images of refs, and with details.
func (s *Session) observe(ctx context.Context, refs []string, of details) (desired.Have, error) {
	defer s.Options.Profile.Look()()
	snapshot, err := s.Engine.Observe(ctx, s.Claim, refs)
	if err != nil {
		return desired.Have{}, err
	}
	if name := nameHere(s, snapshot.Containers); name != "" {
		rename(s, name)
		if refs != nil {
			refs = desired.ImageRefs(s.Project)
		}
		if snapshot, err = s.Engine.Observe(ctx, s.Claim, refs); err != nil {
			return desired.Have{}, err
		}
	}
	if keepFronts(s, snapshot) && refs != nil {
		if snapshot, err = s.Engine.Observe(ctx, s.Claim, desired.ImageRefs(s.Project)); err != nil {
			return desired.Have{}, err
		}
	}
	if of.sharing {
		if err := engine.Sharing(ctx, s.Engine, desired.Sharers(snapshot, s.Name)...); err != nil {
			return desired.Have{}, err
		}
	}
	if of.times && s.Project != nil {
		if err := engine.Times(ctx, s.Engine, desired.Outlasting(snapshot, s.Project)...); err != nil {
			return desired.Have{}, err
		}
	}
	var named []*observed.Container
	if of.names {
		named = desired.Meeting(snapshot, s.Name)
	}
	if of.byHand {
		for _, c := range desired.ByHand(snapshot, s.Name) {
			if !slices.Contains(named, c) {
				named = append(named, c)
			}
		}
	}
	if err := s.Engine.Names(ctx, named...); err != nil {
		return desired.Have{}, err
	}
	foundInSwarm(s, snapshot.Networks)
	TellOfFiles(s)
	have := desired.HaveOf(snapshot, s.Name)
	have.Same = samePlace
	if s.Project != nil {
		volumes, err := engine.Volumes(ctx, s.Engine, desired.UnsettledWords(s.Project, have))
		if err != nil {
			return desired.Have{}, err
		}
		s.words = desired.TakeWords(s.Project, have, volumes)
		have.Respell(s.Project)
	}
	return have, nil
}

// inputs are what the wanted stack follows from, at the scale that the project
// has but for what scale says.
func (s *Session) inputs(have desired.Have, scale desired.Scale) desired.Inputs {
	return desired.Inputs{
		Project: s.Project, Topology: s.Topology, Have: have, Options: s.desired, Bases: image.Bases,
		Scale: desired.KeepScale(s.Project, have.Have, scale),
	}
}

// Resolve works out what the links mean beside what there is.
func (s *Session) Resolve(have desired.Have, scale desired.Scale) (err error) {
	defer working(s)()
	s.Topology, err = s.inputs(have, scale).Resolve()
	return err
}

// LinksAreBoundary reports whether links are what lets services reach each other, and not
// that they are of one project.
func LinksAreBoundary(s *Session) bool { return s.desired.Isolation == linking.ByLinks }

// Plan compares the project with what there is: files → project → topology →
// want, engine → have, and both with the goal → plan.
func (s *Session) Plan(ctx context.Context, r Request) (*plan.Plan, error) {
	out, err := s.plan(ctx, r)
	return out.Plan, err
}

// Planned is a plan with what it follows from.
type Planned struct {
	Goal plan.Goal
	Want plan.Want
	Have plan.Have
	Plan *plan.Plan

	scale desired.Scale // of the request, with what ScaleBy came to
}

func (s *Session) plan(ctx context.Context, r Request) (out Planned, err error) {
	if r.Goal.OrphansUnsaid, err = ignoresOrphans(s.vars, r.Goal.Orphans); err != nil {
		return out, err
	}
	have, err := s.observe(ctx, desired.ImageRefs(s.Project), details{
		names: true, byHand: true, sharing: true, times: r.Goal.State == plan.UpAndRunning && !r.Goal.NoCreate,
	})
	if err != nil {
		return out, err
	}
	if s.Swarm != nil {
		return planInSwarm(ctx, s, r, have)
	}
	if err := refuseBack(s, r.Goal, have.Snapshot.Networks); err != nil {
		return out, err
	}
	return planHere(ctx, s, r, have)
}

// planHere is plan where the project is on one engine.
func planHere(ctx context.Context, s *Session, r Request, have desired.Have) (out Planned, err error) {
	defer s.Options.Profile.Phase("plan")()
	if s.Options.Deploy != (Deploy{}) {
		return out, exit.Usage{Msg: "--push-to, --encrypt, --publish-mode and --update-… are for a project in a swarm", Advice: []string{"to have it there, type --swarm with them"}}
	}
	if err := s.sameFolder(have.Have); err != nil {
		return out, err
	}
	r.Goal.Services = balance.WithFronts(balance.Fronts(s.Project), r.Goal.Services)
	refused := NoteClaimed(s, have.Snapshot.Containers, r.Goal.Services)
	if r.Check != nil {
		if err := r.Check(have.Have); err != nil {
			if len(refused) > 0 {
				err = nothingOurs(s, refused)
			}
			return out, err
		}
	}
	if r.Scale, err = r.Scale.Changed(have.Have, r.ScaleBy); err != nil {
		return out, err
	}
	if err := s.Resolve(have, r.Scale); err != nil {
		return out, err
	}
	noteWords(s, r.Goal)
	if !r.Goal.NoCreate && (r.Goal.State == plan.UpAndRunning || r.Goal.State == plan.CreatedOnly) {
		if err := checkThere(ctx, s, have); err != nil {
			return out, err
		}
	}
	in := s.inputs(have, r.Scale)
	want, err := s.want(ctx, in, r.Goal)
	if err != nil {
		return out, err
	}
	if r.Add != nil {
		r.Add(&want, in)
	}
	end := working(s)
	p, err := plan.Make(r.Goal, want, have.Have)
	end()
	err = nameTaken(s, err, s.Claim.Refused(have.Snapshot.Containers))
	if err == nil {
		err = desired.CheckShared(in, p)
	}
	if err == nil && r.NoBuild {
		err = checkBuilt(p)
	}
	if err == nil && !s.Options.Strict {
		err = checkDockerfiles(s.Project, p)
	}
	if err == nil && !s.Options.EngineWords {
		err = checkHostPorts(s, in, r.Goal, want, p)
	}
	if err == nil && r.Tell != nil {
		p.Notes = append(p.Notes, r.Tell(in, p, p.Empty() && !s.Options.DryRun)...)
	}
	if err == nil {
		err = noteCutOff(s, p)
	}
	return Planned{Goal: r.Goal, Want: want, Have: have.Have, Plan: p, scale: r.Scale}, err
}

// want is the stack as it should be beside what there is.
func (s *Session) want(ctx context.Context, in desired.Inputs, goal plan.Goal) (plan.Want, error) {
	if !goal.NoCreate {
		if err := in.Check(goal.Services); err != nil {
			return plan.Want{}, err
		}
		for _, absent := range desired.AbsentExternals(in, goal.Services) {
			notedOnce(s, absent.Error()+"; the link leads nowhere until it is there and up is run again")
		}
	}
	facts, err := s.Engine.ImageFacts(ctx, in.UnknownImages())
	if err != nil {
		return plan.Want{}, err
	}
	for id, of := range facts {
		in.Have.Facts[id] = of
	}
	if !goal.NoCreate {
		if err := in.CheckLinkEnv(goal.Services); err != nil {
			return plan.Want{}, err
		}
	}
	want, err := in.Want()
	if err == nil && goal.State == plan.UpAndRunning && !s.Options.EngineWords {
		err = desired.CheckPorts(in, goal)
	}
	return want, err
}

// checkDockerfiles refuses a plan with builds that cannot succeed, before anything of
// it is done.
func checkDockerfiles(project *compose.Project, p *plan.Plan) error {
	var errs compose.Errors
	for _, step := range p.Steps {
		b, ok := step.Action.(plan.BuildImage)
		if !ok {
			continue
		}
		of, ok := b.Image.Spec.(desired.BuildSpec)
		if !ok || !of.Local() || of.Inline() != "" {
			continue
		}
		svc := project.Service(of.Service)
		if _, err := os.Stat(of.DockerfilePath()); svc == nil || !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		key := "build"
		if _, own := svc.At["dockerfile"]; own && of.Dockerfile != "" {
			key = "dockerfile"
		}
		errs = append(errs, &compose.Error{
			Pos: svc.At[key], Path: svc.Name + "." + key, Msg: fmt.Sprintf("cannot build from %s: no such file", of.DockerfilePath()),
			Hints: []string{`where it has another name, write "dockerfile: NAME" beside build:`},
		})
	}
	if len(errs) == 0 {
		return nil
	}
	errs.Sort()
	return errs
}

// checkBuilt refuses a plan that builds images.
func checkBuilt(p *plan.Plan) error {
	for _, step := range p.Steps {
		if b, ok := step.Action.(plan.BuildImage); ok {
			f := exit.Failure{Msg: "image " + b.Image.Ref + " does not exist, and --no-build forbids building it", Advice: []string{"to build it: docker stacklite build"}}
			if of, ok := b.Image.Spec.(desired.BuildSpec); ok {
				f.Kind, f.Words = exit.KindNotBuilt, []string{of.Service}
			}
			return f
		}
	}
	return nil
}

// Converge brings the project to a goal, while no other run changes it. Where
// images are built anew, everything that does not depend on the new image goes
// on meanwhile; a second plan then replaces the containers whose image came out
// another.
func (s *Session) Converge(ctx context.Context, r Request) error {
	defer s.Lock(ctx)()
	var looked looks
	for {
		planned, err := s.plan(ctx, r)
		if err != nil {
			return err
		}
		r.Scale, r.ScaleBy = planned.scale, nil // what is made meanwhile counts once
		if looked == 0 {
			SayNothingToDo(s, r.Goal, planned.Have, planned.Plan)
		}
		if s.Options.Planned != nil {
			s.Options.Planned(s.View, planned)
		}
		later := strings.Join(planned.Plan.Later, ", ")
		if later != "" && s.Options.DryRun {
			planned.Plan.Notes = append(planned.Plan.Notes, "started or replaced when the images are built: "+later)
		}
		err = s.Run(ctx, planned.Plan)
		if looked.again(ctx, s, r.Goal, err) {
			continue
		}
		if err = busy(s, err); err != nil || !r.Goal.Build || s.Options.DryRun {
			if err != nil && later != "" {
				s.Note("not started or replaced, for a step before failed: " + later)
			}
			if err == nil && !s.Options.DryRun && !planned.Plan.Empty() && s.Swarm == nil {
				err = joinLate(ctx, s, r)
			}
			if err == nil && !s.Options.DryRun && s.Swarm == nil {
				return tellAfter(ctx, s, r, planned.Plan)
			}
			return leftRunning(ctx, s, planned.Plan, err)
		}
		r.Goal.Build, r.Tell = false, nil
		if r.Goal.Recreate == plan.Always {
			r.Goal.Recreate = plan.WhenChanged
		}
	}
}

// noteWords notes how words in volumes were taken, where containers may be made.
func noteWords(s *Session, goal plan.Goal) {
	if goal.NoCreate {
		return
	}
	notes := slices.DeleteFunc(s.words, func(n compose.Note) bool {
		service, _, _ := strings.Cut(n.Path, ".")
		return !meant(goal.Services, service)
	})
	view.PrintNotes(s.View, slices.DeleteFunc(compose.SortNotes(notes), func(n compose.Note) bool { return !unsaid(s, n.String()) }))
}

// tellAfter tells what is known only after a plan was carried out.
func tellAfter(ctx context.Context, s *Session, r Request, p *plan.Plan) error {
	var made []string
	for _, step := range p.Steps {
		if c, ok := step.Action.(plan.CreateContainer); ok && !slices.Contains(made, c.Container.Service) {
			made = append(made, c.Container.Service)
		}
	}
	if r.TellAfter == nil || len(made) == 0 {
		return nil
	}
	note, err := r.TellAfter(ctx, s, made)
	if err == nil && note != "" {
		s.Note(note)
	}
	return err
}
