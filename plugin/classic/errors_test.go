package classic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	stacklite "github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func TestErrorsArePrintedAsTheOldToolsDid(t *testing.T) {
	failed := errors.New("no good")
	task := func(verb plan.Verb, name string) plan.Task {
		return plan.Task{Verb: verb, Kind: "container", Name: name}
	}
	engine := errors.New("Error response from daemon: no good")
	started := plan.StartContainer{Container: "id", Name: "demo_web_1", Service: "web"}
	step := &plan.StepError{Step: plan.Step{Action: started, Task: task(plan.Create, "demo_web_1")}, Err: engine}
	made := &plan.StepError{Step: plan.Step{Action: plan.CreateContainer{Container: plan.Container{Service: "web"}}, Task: task(plan.Recreate, "demo_web_1")}, Err: engine}
	byService := &plan.StepError{Step: plan.Step{Action: started, Task: task(plan.Start, "web")}, Err: engine}
	stopped := &plan.StepError{Step: plan.Step{Action: plan.StopContainer{}, Task: task(plan.Stop, "demo_web_1")}, Err: engine}
	gone := stacklite.Unreachable{Host: "tcp://there:1", Err: failed}
	goneAmid := &plan.StepError{Step: step.Step, Err: gone}
	const couldnt = "Couldn't connect to Docker daemon at http://there:1 - is it running?\n\n" +
		"If it's at a non-standard location, specify the URL with the DOCKER_HOST environment variable.\n"
	const encountered = "Encountered errors while bringing up the project.\n"
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
		{"a start", step, false, 1,
			"\nERROR: for demo_web_1  Cannot start service web: no good\n\nERROR: for web  Cannot start service web: no good\n" + encountered},
		{"a creation", made, false, 1,
			"\nERROR: for demo_web_1  Cannot create container for service web: no good\n\nERROR: for web  Cannot create container for service web: no good\n" + encountered},
		{"a start of services", byService, false, 1, "\nERROR: for web  Cannot start service web: no good\n"},
		{"a stop", stopped, false, 1, "\nERROR: for demo_web_1  no good\n"},
		{"several", errors.Join(stopped, failed), false, 1, "\nERROR: for demo_web_1  no good\nNo good\n"},
		{"a name that is taken", &plan.Conflict{Name: "x", Service: "web"}, false, 1,
			"\nERROR: for x  Cannot create container for service web: Conflict. The container name \"/x\" is already in use by a container that does not belong to this project. You have to remove (or rename) that container to be able to reuse that name.\n" +
				"\nERROR: for web  Cannot create container for service web: Conflict. The container name \"/x\" is already in use by a container that does not belong to this project. You have to remove (or rename) that container to be able to reuse that name.\n" + encountered},
		{"no engine", gone, false, 1, couldnt},
		{"no engine any more", errors.Join(goneAmid, goneAmid), true, 1, "ERROR: " + couldnt},
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

func TestSIGTERMEndsWhatOnlyWatchesAsItEndedTheOldTools(t *testing.T) {
	var out bytes.Buffer
	if code := ExitCode(exit.Terminated{}, view.Options{Err: &out}, Command{}); code != 143 || out.Len() > 0 {
		t.Errorf("exit code %d, %q", code, out.String())
	}
}
