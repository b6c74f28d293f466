package classic

import (
	"errors"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// failures shows at the end of several things that are done at once which of them
// have failed.
type failures struct {
	view.Progress
	o      view.Options
	failed []plan.Event
}

func (f *failures) Event(e plan.Event) {
	f.Progress.Event(e)
	if e.Phase == plan.Failed {
		f.failed = append(f.failed, e)
	}
}

func (f *failures) End() {
	f.Progress.End()
	for _, e := range f.failed {
		name := e.Step.Task.Name
		if build, ok := e.Step.Action.(plan.BuildImage); ok {
			name = serviceOf(build.Image)
		}
		view.PrintText(f.o, "")
		view.PrintText(f.o, "ERROR: for "+name+"  "+engineWords(e.Err))
	}
}

// engineWords is what the engine said where an error comes from it, and the
// error's own text otherwise.
func engineWords(err error) string {
	var said interface{ EngineWords() string }
	if errors.As(err, &said) {
		return said.EngineWords()
	}
	return engine.Words(err)
}

// Command is what the words for an error depend on.
type Command struct {
	Verb         string
	EngineBuilds bool // no docker command does, which would say why a build failed
}

// bringsUp reports whether the verb said at its end that bringing up the project
// has failed.
func (c Command) bringsUp() bool { return c.Verb == "up" || c.Verb == "run" }

// printImageError prints an error of a pull or build, of which docker-compose
// said no more than the engine did. It reports whether the error is one.
func printImageError(err error, o view.Options, prefix string, of Command) bool {
	var step *plan.StepError
	if !errors.As(err, &step) {
		return false
	}
	switch a := step.Step.Action.(type) {
	case plan.PullImage, plan.PushImage:
		printLines(o, prefix, engineWords(step.Err))
		return true
	case plan.BuildImage:
		spec, ok := a.Image.Spec.(desired.BuildSpec)
		var said interface{ EngineWords() string }
		if !ok || !errors.As(step.Err, &said) {
			return false
		}
		failed := "Service '" + spec.Service + "' failed to build : "
		if of.EngineBuilds {
			printLines(o, prefix, failed+said.EngineWords())
			return true
		}
		anyhow := o // the docker command that built said this
		anyhow.Level = view.Info
		printLines(anyhow, "", said.EngineWords())
		printLines(o, prefix, failed+"Build failed")
		return true
	}
	return false
}

// printLines prints an error, which may have several lines: all but the first
// are indented, so that none can be taken for what another begins with.
func printLines(o view.Options, prefix, text string) {
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		view.Print(o, view.Error, prefix+l)
		prefix = "  "
	}
}
