package desired

import (
	"maps"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Kept is what files say of what is done to containers as they are: the part of Want that
// plans of every goal look at. It has nothing where there are no files.
func Kept(p *compose.Project) plan.Want {
	if p == nil {
		return plan.Want{}
	}
	want := plan.Want{Project: p.Name, Hooks: map[string]plan.Hooks{}, RestartWith: map[string][]plan.Awaited{}}
	for _, s := range p.Services {
		want.Hooks[s.Name] = HooksOf(s)
		for _, d := range s.Dependencies() {
			if d.Restart && p.Service(d.Service) != nil {
				want.RestartWith[s.Name] = append(want.RestartWith[s.Name], plan.Awaited{Service: d.Service, Until: until(d), Optional: d.Optional})
			}
		}
	}
	return want
}

// HooksOf are the commands that are run in the containers of a service.
func HooksOf(s *compose.Service) plan.Hooks {
	if s.Spec == nil {
		return plan.Hooks{}
	}
	return plan.Hooks{PostStart: hooks(s.Spec.PostStart), PreStop: hooks(s.Spec.PreStop)}
}

func hooks(list []compose.Hook) []plan.Hook {
	var all []plan.Hook
	for _, h := range list {
		of := plan.Hook{Command: h.Command, User: h.User, Dir: h.WorkingDir, Privileged: h.Privileged}
		for _, name := range slices.Sorted(maps.Keys(h.Environment)) {
			text := name
			if value := h.Environment[name]; value != nil {
				text += "=" + *value
			}
			of.Env = append(of.Env, text)
		}
		all = append(all, of)
	}
	return all
}
