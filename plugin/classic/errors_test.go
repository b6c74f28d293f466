package classic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func TestErrorsArePrintedAsTheOldToolsDid(t *testing.T) {
	failed := errors.New("no good")
	step := &plan.StepError{Step: plan.Step{Task: plan.Task{Name: "demo_web_1"}}, Err: failed}
	place := compose.Errors{{Pos: compose.Pos{File: "fig.yml", Line: 3, Column: 5}, Msg: "no good"}}
	for _, c := range []struct {
		name     string
		err      error
		terminal bool
		code     int
		text     string
	}{
		{"success", nil, false, 0, ""},
		{"the code of a container", exit.Status(3), false, 3, ""},
		{"an error", failed, false, 1, "No good\n"},
		{"an error on a terminal", failed, true, 1, "ERROR: No good\n"},
		{"a command line", exit.Usage{Msg: "no good", Advice: []string{"try it"}}, false, 1, "No good\n"},
		{"a file", place, false, 1, "fig.yml:3:5: no good\n"},
		{"Ctrl-C", fmt.Errorf("waiting: %w", context.Canceled), false, 1, "Aborting.\n"},
		{"Ctrl-C beside a container", exit.Status(130), false, 1, "Aborting.\n"},
		{"a step", step, false, 1, "ERROR: for demo_web_1  no good\nEncountered errors while bringing up the project.\n"},
		{"several", errors.Join(step, failed), false, 1,
			"ERROR: for demo_web_1  no good\nNo good\nEncountered errors while bringing up the project.\n"},
	} {
		var errs bytes.Buffer
		code := ExitCode(c.err, view.Options{Err: &errs, ErrIsTerminal: c.terminal, Color: "never"}, Command{Verb: "up"})
		if code != c.code || errs.String() != c.text {
			t.Errorf("%s: exit code %d, %q", c.name, code, errs.String())
		}
	}
}

func TestContainersThatAPlanLeavesRunningAreUnchanged(t *testing.T) {
	want := plan.Want{Containers: []plan.Container{
		{Name: "demo_db_1", Service: "db"}, {Name: "demo_web_1", Service: "web"}, {Name: "demo_web_2", Service: "web"}, {Name: "demo_web_3", Service: "web"},
	}}
	have := plan.Have{Containers: []plan.HaveContainer{
		{Name: "demo_db_1", State: plan.StateRunning}, {Name: "demo_web_1", State: plan.StateRunning},
		{Name: "demo_web_2", State: plan.StateExited}, {Name: "demo_web_3", State: plan.StateRunning},
	}}
	p := &plan.Plan{Steps: []plan.Step{{Task: plan.Task{Name: "demo_web_3"}}}}
	for _, c := range []struct {
		services []string
		want     string
	}{
		{nil, "[demo_db_1 demo_web_1]"},
		{[]string{"web"}, "[demo_web_1]"},
		{[]string{}, "[]"},
	} {
		if got := fmt.Sprint(Unchanged(plan.Goal{Services: c.services}, want, have, p)); got != c.want {
			t.Errorf("of %q: %s, want %s", c.services, got, c.want)
		}
	}
}
