package session

import (
	"context"
	"errors"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

const (
	// mostLooks is how often a command looks at the engine and makes a plan, where what
	// it found is changed by others each time.
	mostLooks = 7
	// firstPause is before the second look. Each one after that is twice as long: the
	// others need time to end, some seconds in all.
	firstPause = 100 * time.Millisecond
)

// looks counts how often a command has looked at the engine.
type looks int

// again reports whether a plan failed for nothing but what has changed on the engine
// since it was made, so that the command is to look and to plan again: a run that was
// killed is still being carried out, or somebody else is at work, whom no lock keeps
// away. What is done to containers each time it is asked for, is not done again.
func (l *looks) again(ctx context.Context, s *Session, goal plan.Goal, err error) bool {
	*l++
	if err == nil || ctx.Err() != nil || *l >= mostLooks || goal.State == plan.Restarted || goal.State == plan.Killed {
		return false
	}
	if len(changes(err)) == 0 {
		return false
	}
	s.Note(changes(err)[0] + ", which this command did not do: looking again")
	defer s.Options.Profile.Phase("pause")()
	s.environment.pause(ctx, firstPause<<(*l-1)) // that ctx is over, the next look tells
	return true
}

// changes are what has changed because of which a plan failed; none where something
// failed for another reason too.
func changes(err error) []string {
	var list []string
	for _, one := range exit.Parts(err) {
		var changed *engine.Changed
		if !errors.As(one, &changed) {
			return nil
		}
		list = append(list, changed.What)
	}
	return list
}

// busy adds to the error of a plan that failed for what others do what to do about it.
func busy(s *Session, err error) error {
	if err == nil || s.Options.EngineWords || len(changes(err)) == 0 {
		return err
	}
	return errors.Join(err, exit.Failure{
		Msg:    "something else has changed project " + s.Name + " while this command was at work: " + changes(err)[0],
		Advice: []string{"run the same command again when that has ended"},
	})
}
