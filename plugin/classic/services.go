package classic

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// CheckFilter refuses a filter of ps --services with the words of the old tools.
// They looked at the value of status only where there were containers.
func CheckFilter(word string, containers bool) error {
	name, value, ok := strings.Cut(word, "=")
	msg := ""
	switch {
	case !ok:
		msg = "Arguments to --filter should be in form KEY=VAL"
	case name == "source" && value != "image" && value != "build":
		msg = "Invalid value for source filter: " + value
	case name == "status" && containers && !slices.Contains([]string{"running", "stopped", "paused", "restarting"}, value):
		msg = "Invalid state: " + value
	case name != "source" && name != "status":
		msg = "Invalid filter: " + name
	}
	if msg == "" {
		return nil
	}
	return exit.Usage{Msg: strings.TrimSpace(msg)}
}

// PrintLines prints a list as the old tools did: an empty one is an empty line.
func PrintLines(o view.Options, lines []string) error {
	if len(lines) == 0 {
		lines = []string{""}
	}
	return view.Lines(o, lines...)
}

// Scaled names the services that a goal is about, whose number of containers is
// the wanted one already, and to whose containers a plan does nothing.
func Scaled(goal plan.Goal, want plan.Want, have plan.Have, p *plan.Plan) []string {
	return slices.DeleteFunc(slices.Clone(goal.Services), func(service string) bool {
		wanted, running, busy := 0, 0, false
		for _, c := range want.Containers {
			if c.Service == service {
				wanted++
				busy = busy || slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Task.Name == c.Name })
			}
		}
		for _, h := range have.Containers {
			if h.Service == service && !h.OneOff && h.State.Up() {
				running++
			}
		}
		return busy || wanted != running
	})
}
