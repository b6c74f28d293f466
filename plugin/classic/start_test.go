package classic

import (
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestRunTellsOfTheServiceAlone(t *testing.T) {
	for name, want := range map[string]string{"demo_web_run_0123456789ab": "demo_web_run", "job": "demo_web_run", "demo_web_run_other": "job"} {
		p := &plan.Plan{Steps: []plan.Step{
			{Task: plan.Task{Verb: plan.Create, Kind: "network", Name: "job"}},
			{Task: plan.Task{Verb: plan.Recreate, Kind: "container", Name: "job"}},
			{Task: plan.Task{Verb: plan.Create, Kind: "container", Name: "job"}},
		}}
		if name != "demo_web_run_other" {
			p.Steps[2].Task.Name = name
		}
		NameOneOff("-demo", "web", name, p)
		if got := p.Steps[2].Task.Name; got != want || p.Steps[0].Task.Name != "job" || p.Steps[1].Task.Name != "job" {
			t.Errorf("%s: the tasks are called %v", name, p.Steps)
		}
	}
}

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
