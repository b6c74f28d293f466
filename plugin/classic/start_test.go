package classic

import (
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestStartTellsOfServices(t *testing.T) {
	have := plan.Have{Containers: []plan.HaveContainer{
		{Name: "demo_web_1", Service: "web"}, {Name: "demo_web_2", Service: "web"}, {Name: "db", Service: "db"}, {Name: "demo_job_run_1", Service: "job", OneOff: true},
	}}
	task := func(verb plan.Verb, kind, name string) plan.Step {
		return plan.Step{Task: plan.Task{Verb: verb, Kind: kind, Name: name}}
	}
	p := &plan.Plan{Steps: []plan.Step{task(plan.Create, "network", "demo_web"), task(plan.Start, "container", "demo_web_1"), task(plan.Start, "container", "demo_web_2")}}
	NameServices(have, p)
	var names []string
	for _, s := range p.Steps {
		names = append(names, s.Task.Name)
	}
	if got := strings.Join(names, " "); got != "demo_web web web" {
		t.Errorf("the tasks are called %s", got)
	}
	const want = "Starting db ... |Starting db ... done|Starting job ... |Starting job ... failed"
	if got := strings.Join(Idle([]string{"web", "db", "job"}, have, p), "|"); got != want {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(Idle([]string{"web"}, plan.Have{}, nil), "|"); got != "Starting web ... |Starting web ... failed" {
		t.Errorf("without containers: %q", got)
	}
}
