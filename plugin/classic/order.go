package classic

import (
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// ServiceNames names the services of a project in the order of Order.
func ServiceNames(p *compose.Project) []string {
	var names []string
	for _, s := range Order(p) {
		names = append(names, s.Name)
	}
	return names
}

// Order gives the services of a project in the order in which docker-compose
// went through them: each after those that it uses, and what does not use each
// other as in the file, but for what others have drawn to the front.
func Order(p *compose.Project) []*compose.Service {
	var order []*compose.Service
	begun := map[*compose.Service]bool{}
	var visit func(*compose.Service)
	visit = func(s *compose.Service) {
		if begun[s] { // also where services use each other in a circle, which docker-compose refused
			return
		}
		begun[s] = true
		for _, other := range p.Services {
			if uses(other, s.Name) {
				visit(other)
			}
		}
		order = slices.Insert(order, 0, s)
	}
	for _, s := range slices.Backward(p.Services) {
		visit(s)
	}
	return order
}

func uses(s *compose.Service, name string) bool {
	return slices.ContainsFunc(s.Links, func(l compose.Link) bool { return l.Target == name }) ||
		slices.ContainsFunc(s.VolumesFrom, func(v compose.VolumesFrom) bool { return v.Service && v.Source == name }) ||
		s.Net.Mode == compose.NetService && s.Net.Name == name
}

// OneByOne is a plan with one step after the other, those of a lower rank first
// where their order allows it. After a step that fails nothing more is done.
func OneByOne(p *plan.Plan, rank func(plan.Step) int) *plan.Plan {
	wanted := make([]int, len(p.Steps)) // indexes
	for i := range wanted {
		wanted[i] = i
	}
	slices.SortStableFunc(wanted, func(a, b int) int { return rank(p.Steps[a]) - rank(p.Steps[b]) })
	out := *p
	out.Steps = nil
	begun := map[int]bool{}
	var add func(int)
	add = func(i int) {
		if begun[i] {
			return
		}
		begun[i] = true
		for _, before := range p.Steps[i].After {
			add(before)
		}
		step := p.Steps[i]
		step.After = nil
		if n := len(out.Steps); n > 0 {
			step.After = []int{n - 1}
		}
		out.Steps = append(out.Steps, step)
	}
	for _, i := range wanted {
		add(i)
	}
	return &out
}
