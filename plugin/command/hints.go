package command

import (
	"errors"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Hints names a flag that helps against an error: packages below this one do
// not know the command line.
func Hints(err error) []string {
	var (
		noBuilder *image.NoBuilder
		full      *engine.PoolFull
		foreign   *engine.ForeignProgram
		broken    *engine.BrokenLink
		taken     *engine.PlaceTaken
		step      *plan.StepError
	)
	switch {
	case errors.As(err, &step):
		return stepHints(step)
	case errors.As(err, &noBuilder):
		return []string{"--builder auto uses what is installed"}
	case errors.As(err, &full):
		return []string{
			"take down a stack that is not needed: docker stacklite --project-name NAME down",
			"or use another range: --pool 10.100.0.0/16, or STACKLITE_POOL=10.100.0.0/16",
		}
	case errors.As(err, &broken):
		return []string{
			"start that one first: docker start " + broken.Target,
			"or replace what docker-compose 1.x made, whose links need this: docker stacklite up -d",
		}
	case errors.As(err, &taken):
		return []string{"when that program has ended, type the same again"}
	case errors.As(err, &foreign):
		return []string{"use one that can: --prober FILE, a docker-stacklite for " + foreign.Want + " built with CGO_ENABLED=0 (make cross)"}
	}
	return nil
}

// stepHints says what to do about a step that failed.
func stepHints(failed *plan.StepError) []string {
	hints := Hints(failed.Err)
	switch a := failed.Step.Action.(type) {
	case plan.Connect:
		if _, bridge := a.Network.Spec.(desired.DefaultBridge); bridge {
			return []string{"the link is as it was; once this works, remove it again: docker network connect " + a.Network.Name + " " + a.Name}
		}
	case plan.StartContainer:
		if taken := (*engine.PlaceTaken)(nil); len(a.Stopped) > 0 && !errors.As(failed.Err, &taken) {
			hints = append(hints, "the one that it was to replace is there, stopped; to go back to it: docker start "+strings.Join(a.Stopped, " "))
		}
	}
	return hints
}
