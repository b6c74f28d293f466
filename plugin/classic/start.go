package classic

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// NameServices calls the tasks of a plan by the services of its containers, as
// start did: "Starting web ... done" is about all containers of web.
func NameServices(have plan.Have, p *plan.Plan) {
	services := map[string]string{}
	for _, c := range have.Containers {
		services[c.Name] = c.Service
	}
	for i, step := range p.Steps {
		if service := services[step.Task.Name]; service != "" && step.Task.Verb == plan.Start {
			p.Steps[i].Task.Name = service
		}
	}
}

// NameOneOff calls the task of making a one-off container by the service alone, as
// run did, whatever the container is named.
func NameOneOff(project, service, name string, p *plan.Plan) {
	for i, step := range p.Steps {
		if step.Task.Verb == plan.Create && step.Task.Kind == "container" && step.Task.Name == name {
			p.Steps[i].Task.Name = strings.TrimLeft(project, "-_") + "_" + service + "_run"
		}
	}
}

// Idle are the lines of start about services with which there is nothing to do:
// because all their containers run, or because they have none.
func Idle(services []string, have plan.Have, p *plan.Plan) []string {
	var lines []string
	for _, name := range services {
		is := func(c plan.HaveContainer) bool { return c.Service == name && !c.OneOff }
		busy := p != nil && slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Task.Verb == plan.Start && s.Task.Name == name })
		if busy {
			continue
		}
		end := "failed"
		if slices.ContainsFunc(have.Containers, is) {
			end = "done"
		}
		lines = append(lines, "Starting "+name+" ... ", "Starting "+name+" ... "+end)
	}
	return lines
}
