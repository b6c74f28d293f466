package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// talks reports whether people are told how a command went: not in a dry run, where
// programs read, where nothing is to be printed, and where an old tool said nothing.
func (o Options) talks() bool {
	return !o.DryRun && !o.EngineWords && o.Progress != "quiet" && o.Progress != "json"
}

// SayNothingToDo says of an empty plan that there is nothing to do, and why.
func SayNothingToDo(s *Session, goal plan.Goal, have plan.Have, p *plan.Plan) {
	if !p.Empty() || !s.Options.talks() {
		return
	}
	n := count(goal, have)
	there, up, of := n.there, n.up, whose(s, goal.Services)
	one, several := "container", containers
	if s.Swarm != nil {
		one, several = "service", services
	}
	text := "nothing to do: all is as the files say"
	switch {
	case goal.State == plan.UpAndRunning && goal.NoCreate:
		text = "nothing to start: " + several(up) + " " + of + " " + run(up) + " already"
	case goal.State == plan.UpAndRunning && up > 0:
		text += ", " + several(up) + " " + run(up)
	case goal.State == plan.CreatedOnly:
		text = "nothing to create: all is as the files say, " + several(there)
	case goal.State == plan.Stopped:
		text = "nothing to stop: no " + one + " " + of + " runs"
	case goal.State == plan.Killed:
		text = "nothing to kill: no " + one + " " + of + " runs"
	case goal.State == plan.Absent:
		text = "nothing to remove: project " + s.Name + " has no " + one + "s and no networks"
	}
	view.PrintText(s.View, text)
}

// counts are how many containers, or services of a swarm, a command is about, without
// one-offs.
type counts struct{ there, up, paused int }

func count(goal plan.Goal, have plan.Have) counts {
	var n counts
	for _, c := range have.Containers {
		if c.OneOff || !meant(goal.Services, c.Service) {
			continue
		}
		n.there++
		if c.State.Up() {
			n.up++
		}
		if c.State == plan.StatePaused {
			n.paused++
		}
	}
	for _, m := range have.Managed {
		if m.OneOff || !meant(goal.Services, m.Service) {
			continue
		}
		n.there++
		if !m.Stopped {
			n.up++
		}
	}
	return n
}

// whose says whose containers a command is about.
func whose(s *Session, services []string) string {
	if services != nil && !slices.Equal(services, s.FileServices()) {
		return "of " + strings.Join(services, ", ")
	}
	return "of project " + s.Name
}

// Found is what a command finds that has nothing to act on.
type Found struct {
	Whose             string // "of web", "of project shop"
	There, Up, Paused int    // containers, without one-offs
}

// Act does to the containers that args name, or to all, what needs at least one of
// them in the right state. Without such a one the error is that of none.
func Act(ctx context.Context, s *Session, goal plan.Goal, args []string, none func(Found) error) error {
	defer s.Lock(ctx)()
	var looked looks
	for {
		p, meant, have, err := planTake(ctx, s, goal, args, false)
		if err != nil {
			return err
		}
		if p.Empty() && looked == 0 {
			n := count(meant, have)
			return none(Found{whose(s, meant.Services), n.there, n.up, n.paused})
		}
		if err = s.Run(ctx, p); !looked.again(ctx, s, goal, err) {
			return busy(s, err)
		}
	}
}

func containers(n int) string {
	if n == 1 {
		return "1 container"
	}
	return fmt.Sprintf("%d containers", n)
}

func services(n int) string {
	if n == 1 {
		return "1 service"
	}
	return fmt.Sprintf("%d services", n)
}

func run(n int) string {
	if n == 1 {
		return "runs"
	}
	return "run"
}

// starts are the containers that a command has started.
type starts struct {
	ended map[string]time.Time // by container
	begun map[int]time.Time    // by step
	open  bool                 // other steps than those in unrun were not done
	unrun []plan.RunHook       // that belong to the start of containers that have started
	shown time.Time            // when the engine has begun with the exit of each that exited at once
}

// note takes in that a step has begun, or has come to an end.
func (s *starts) note(e plan.Event, now time.Time) {
	name := ""
	hook, is := e.Step.Action.(plan.RunHook)
	is = is && hook.Event == plan.PostStart && !s.ended[hook.Name].IsZero()
	switch undone := e.Phase == plan.Failed || e.Phase == plan.Skipped; {
	case undone && is:
		s.unrun = append(s.unrun, hook)
	case undone:
		s.open = true
	}
	switch a := e.Step.Action.(type) {
	case plan.StartContainer:
		name = a.Name
	case plan.RestartContainer:
		name = a.Name
	default:
		return
	}
	if s.ended == nil {
		s.ended, s.begun = map[string]time.Time{}, map[int]time.Time{}
	}
	switch e.Phase {
	case plan.Begun:
		s.begun[e.Index] = now
	case plan.Done:
		s.ended[name] = now
		if shown := now.Add(noticed(now.Sub(s.begun[e.Index]))); shown.After(s.shown) {
			s.shown = shown
		}
	}
}

// advice is what to do after an interruption: to run the command again, as far as that
// goes on with something, and what it does not.
func (s *starts) advice() (list []string) {
	if s.open || len(s.unrun) == 0 {
		list = append(list, "run the same command again to finish what was begun")
	}
	var services []string
	names := map[string][]string{}
	for _, a := range s.unrun {
		if !slices.Contains(services, a.Service) {
			services = append(services, a.Service)
		}
		if !slices.Contains(names[a.Service], a.Name) {
			names[a.Service] = append(names[a.Service], a.Name)
		}
	}
	for _, service := range services {
		list = append(list, fmt.Sprintf("%s of %s was not run to its end, and up does not run it again; to do that: docker stacklite restart %s",
			plan.PostStart, strings.Join(names[service], ", "), service))
	}
	return list
}

// noticed is how long after a start an engine needs to begin with the exit of a
// container whose program ends at once: 5 to 15 ms where a start took 110 (29.8) to
// 190 (20.10), longer where the engine is busy. Who waits for up is to wait a quarter
// of a second at most.
func noticed(start time.Duration) time.Duration {
	const least, most = 20 * time.Millisecond, 250 * time.Millisecond
	return min(max(start/8, least), most)
}

// lately are the containers that were started so short a time ago that the engine may
// not be done with their exits, which takes it 70 to 500 ms.
func (s *starts) lately(now time.Time) (names []string) {
	for name, ended := range s.ended {
		if now.Sub(ended) < time.Second/2 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// awaitExits waits until the engine shows which of the containers that were started have
// exited. It answers of a container that exits when it is done with that, and lists
// it as running until then: so those that were started last are asked for, one by one.
func awaitExits(ctx context.Context, s *Session) {
	defer s.Options.Profile.Phase("wait until it shows what has exited")()
	select {
	case <-time.After(time.Until(s.started.shown)):
	case <-ctx.Done():
		return
	}
	// For no longer than a busy engine takes: another's command may hold a container.
	ctx, done := context.WithTimeout(ctx, time.Second)
	defer done()
	var asked errgroup.Group
	asked.SetLimit(max(1, s.Options.Parallel))
	for _, name := range s.started.lately(time.Now()) {
		asked.Go(func() error {
			_, _, err := s.Engine.Status(ctx, name)
			return err
		})
	}
	_ = asked.Wait() // the list tells
}

// TellExited tells which of the containers that this command has started have exited
// already, with what they wrote last. It looks once.
func TellExited(ctx context.Context, s *Session) {
	if len(s.started.ended) == 0 || !s.Options.talks() {
		return
	}
	awaitExits(ctx, s)
	if ctx.Err() != nil {
		return
	}
	defer s.Options.Profile.Look()()
	has := func(c observed.Container) bool { return !s.started.ended[c.Name].IsZero() }
	list, err := s.Engine.Containers(ctx, s.Claim, string(plan.StateExited), string(plan.StateDead), string(plan.StateRestarting))
	if err != nil || !slices.ContainsFunc(list, has) {
		return // what was asked for is done
	}
	// All of them, for one of several replicas is told by its number.
	if list, err = s.Engine.Containers(ctx, s.Claim); err != nil {
		return
	}
	replicas := map[string]int{}
	for _, c := range list {
		if !c.OneOff {
			replicas[c.Service]++
		}
	}
	for _, c := range list {
		exited := c.State == plan.StateExited || c.State == plan.StateDead || c.State == plan.StateRestarting
		if !exited || !has(c) {
			continue
		}
		name := c.Service
		if replicas[name] > 1 {
			name = fmt.Sprintf("%s_%d", c.Service, c.Number)
		}
		view.PrintText(s.View, name+" "+howExited(ctx, s, c))
	}
}

// howExited is the code of a container that has exited and the last line of its log.
func howExited(ctx context.Context, s *Session, c observed.Container) string {
	text := "exited"
	if now, there, err := s.Engine.Status(ctx, c.ID); err == nil && there {
		text = fmt.Sprintf("exited (%d)", now.ExitCode)
	}
	if c.State == plan.StateRestarting {
		text += " and is started again by its restart policy"
	}
	if last := engine.LastWords(ctx, s.Engine, c.ID); last != "" {
		text += ": " + last
	}
	return text
}
