package classic

import (
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Builds is the verb build.
type Builds struct {
	Project  *compose.Project
	Services []string // nil: all
}

// NoteSkipped says which services there is nothing to build for.
func (b Builds) NoteSkipped(o view.Options) {
	for _, s := range Order(b.Project) {
		if s.Image != "" && (b.Services == nil || slices.Contains(b.Services, s.Name)) {
			view.Print(o, view.Info, s.Name+" uses an image, skipping")
		}
	}
}

// OneByOne is a plan of builds in the order of the services.
func (b Builds) OneByOne(p *plan.Plan) *plan.Plan {
	return OneByOne(p, b.rank())
}

// rank is where the service of a step stands in the order of all.
func (b Builds) rank() func(plan.Step) int {
	order := Order(b.Project)
	return func(s plan.Step) int {
		build, ok := s.Action.(plan.BuildImage)
		if !ok {
			return -1
		}
		name := serviceOf(build.Image)
		return slices.IndexFunc(order, func(s *compose.Service) bool { return s.Name == name })
	}
}

// Names lists the services whose images a plan builds, in order.
func (b Builds) Names(p *plan.Plan) []string {
	var names []string
	for _, s := range OneByOne(p, b.rank()).Steps {
		if build, ok := s.Action.(plan.BuildImage); ok {
			names = append(names, serviceOf(build.Image))
		}
	}
	return names
}
