package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
	text := "nothing to do: all is as the files say"
	switch {
	case goal.State == plan.UpAndRunning && goal.NoCreate:
		text = "nothing to start: " + containers(up) + " " + of + " " + run(up) + " already"
	case goal.State == plan.UpAndRunning && up > 0:
		text += ", " + containers(up) + " " + run(up)
	case goal.State == plan.CreatedOnly:
		text = "nothing to create: all is as the files say, " + containers(there)
	case goal.State == plan.Stopped:
		text = "nothing to stop: no container " + of + " runs"
	case goal.State == plan.Killed:
		text = "nothing to kill: no container " + of + " runs"
	case goal.State == plan.Absent:
		text = "nothing to remove: project " + s.Name + " has no containers and no networks"
	}
	view.PrintText(s.View, text)
}

// counts are how many containers a command is about, without one-offs.
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

func run(n int) string {
	if n == 1 {
		return "runs"
	}
	return "run"
}

// starts are the containers that a command has started.
type starts struct {
	names map[string]bool
	begun map[int]time.Time // by step
	shown time.Time         // when those are seen to have exited that did so at once
}

// note takes in that a step has begun, or is done.
func (s *starts) note(e plan.Event, now time.Time) {
	name := ""
	switch a := e.Step.Action.(type) {
	case plan.StartContainer:
		name = a.Name
	case plan.RestartContainer:
		name = a.Name
	default:
		return
	}
	if s.names == nil {
		s.names, s.begun = map[string]bool{}, map[int]time.Time{}
	}
	switch e.Phase {
	case plan.Begun:
		s.begun[e.Index] = now
	case plan.Done:
		s.names[name] = true
		if shown := now.Add(noticed(now.Sub(s.begun[e.Index]))); shown.After(s.shown) {
			s.shown = shown
		}
	}
}

// noticed is how long an engine needs to notice that a container has exited, which
// takes up to as long as it took to start it: a quarter of a second, where it is busy.
// Who waits for up is to wait no longer than that.
func noticed(start time.Duration) time.Duration {
	const least, most = 20 * time.Millisecond, 250 * time.Millisecond
	return min(max(start, least), most)
}

// TellExited tells which of the containers that this command has started have exited
// already, with what they wrote last. It looks once.
func TellExited(ctx context.Context, s *Session) {
	if len(s.started.names) == 0 || !s.Options.talks() {
		return
	}
	seen := s.Options.Profile.Phase("wait until it shows what has exited")
	select {
	case <-time.After(time.Until(s.started.shown)):
	case <-ctx.Done():
		seen()
		return
	}
	seen()
	defer s.Options.Profile.Look()()
	list, err := s.Engine.Containers(ctx, s.Claim)
	if err != nil {
		return // what was asked for is done
	}
	replicas := map[string]int{}
	for _, c := range list {
		if !c.OneOff {
			replicas[c.Service]++
		}
	}
	for _, c := range list {
		exited := c.State == plan.StateExited || c.State == plan.StateDead || c.State == plan.StateRestarting
		if !exited || !s.started.names[c.Name] {
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
