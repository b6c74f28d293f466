package classic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Pulls is the verb pull: what it does for each service, several of which may
// have the same image.
type Pulls struct {
	Project  *compose.Project
	Services []string
	Serial   bool
	Ignored  bool // images that can't be pulled are no error; docker-compose 1.29 heeded that only where Serial is set
}

// kindService is the kind of a task that is about a service.
const kindService = "service"

// ordered are the services that are meant.
func (p *Pulls) ordered() []*compose.Service {
	return slices.DeleteFunc(Order(p.Project), func(s *compose.Service) bool { return !slices.Contains(p.Services, s.Name) })
}

// Plan has a step for each service with an image of a registry.
func (p *Pulls) Plan() *plan.Plan {
	out := &plan.Plan{}
	for _, s := range p.ordered() {
		if s.Image != "" {
			out.Steps = append(out.Steps, plan.Step{
				Action: plan.PullImage{Image: plan.Image{Ref: s.Image}}, Cause: "asked for",
				Task: plan.Task{Verb: plan.Pull, Kind: kindService, Name: s.Name},
			})
		}
	}
	if p.Serial && !p.Ignored {
		return OneByOne(out, func(plan.Step) int { return 0 })
	}
	return out
}

// Progress makes what shows the plan; kind is one of view.NewProgress.
func (p *Pulls) Progress(kind string, o view.Options) (view.Progress, error) {
	inPlace := kind == "tty" || (kind == "" || kind == "auto") && o.ErrIsTerminal && !o.Dumb && o.Color != "never"
	switch {
	case p.Serial:
		return Images{Project: p.Project, Ignored: p.Ignored}.Progress(kind, o)
	case kind == "quiet":
		return &failures{Progress: silence{}, o: o}, nil
	case kind == "json":
		return view.NewProgress(kind, o)
	case inPlace:
		drawn, err := view.NewProgress(kind, o)
		return &failures{Progress: drawn, o: o}, err
	}
	lines := &pullLines{o: o, last: map[string]string{}}
	for _, s := range p.ordered() {
		lines.width = max(lines.width, len(s.Name))
		lines.services = append(lines.services, s)
	}
	return &failures{Progress: lines, o: o}, nil
}

// pullLines writes lines about services, each of which begins with the service.
type pullLines struct {
	o        view.Options
	services []*compose.Service
	width    int               // of the longest name
	last     map[string]string // what the latest line of each says
}

func (l *pullLines) Start(p *plan.Plan) {
	debugPlan(l.o, p)
	for _, s := range l.services {
		l.say(s.Name, "")
	}
	for _, s := range l.services {
		if s.Image == "" { // what is built there is nothing to pull for
			l.say(s.Name, "done")
		}
	}
}

func (l *pullLines) Event(e plan.Event) {
	debugEvent(l.o, e)
	service := e.Step.Task.Name
	switch e.Phase {
	case plan.Advanced:
		if text := status(e.Progress); text != "" {
			l.say(service, text)
		}
	case plan.Done:
		l.say(service, "done")
	case plan.Failed:
		l.say(service, "error")
	}
}

func (l *pullLines) End() {}

// say writes a line, unless it is the service's latest again.
func (l *pullLines) say(service, text string) {
	if last, said := l.last[service]; said && last == text {
		return
	}
	l.last[service] = text
	view.PrintText(l.o, aligned("Pulling", service, l.width, text))
}

// longestStatus is how long a status may be.
const longestStatus = 35

// status is what docker-compose showed of a message of the engine's.
func status(p plan.Progress) string {
	text := strings.ToLower(strings.TrimSpace(p.Text))
	if p.Current > 0 && p.Total > 0 {
		text += fmt.Sprintf(" (%.1f%%)", 100*float64(p.Current)/float64(p.Total))
	}
	if r := []rune(text); len(r) > longestStatus {
		text = string(r[:longestStatus-2]) + "..."
	}
	return text
}
