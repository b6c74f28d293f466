package desired

import (
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Outlasting lists the containers of a project of which has to be asked since when they
// run, or when exactly they were made: those that run, whose services are to be restarted
// after others, and that may be older than what there is of one of these; and the latter.
// One that was made after all of them was also started after they were made.
func Outlasting(s *observed.Snapshot, p *compose.Project) []*observed.Container {
	with := Kept(p).RestartWith
	if len(with) == 0 {
		return nil
	}
	of := map[string][]*observed.Container{}
	for _, c := range s.Of(p.Name) {
		if !c.OneOff {
			of[c.Service] = append(of[c.Service], c)
		}
	}
	var found []*observed.Container
	for _, service := range p.Services {
		for _, awaited := range with[service.Name] {
			for _, c := range of[service.Name] {
				others := of[awaited.Service]
				older := slices.ContainsFunc(others, func(o *observed.Container) bool { return !c.Created.After(o.Created) })
				if c.State == plan.StateRunning && older {
					found = append(append(found, c), others...)
				}
			}
		}
	}
	var once []*observed.Container
	for _, c := range found {
		if !slices.Contains(once, c) {
			once = append(once, c)
		}
	}
	return once
}
