package plan

import (
	"slices"
	"strings"
)

// LostNetworks reports whether a container of a project was made for or is attached
// to a network that is gone: it is on no other in its place, and can't be started; or
// a network of nobody's has its name; or somebody attached one without its names.
func (h Have) LostNetworks(project string) bool {
	taken := func(name string) bool {
		owner, exists := h.OtherNetworks[name]
		return exists && owner == "" && strings.HasPrefix(name, project+"_")
	}
	exists := func(name, id string) bool {
		return slices.ContainsFunc(h.Networks, func(n HaveNetwork) bool { return n.Name == name && (id == "" || n.ID == id) })
	}
	return slices.ContainsFunc(h.Containers, func(c HaveContainer) bool {
		for name, id := range c.Attached {
			if !exists(name, id) {
				return true
			}
		}
		if len(c.Misnamed) > 0 || slices.ContainsFunc(c.OtherNetworks, taken) {
			return true
		}
		return c.CreatedOn != "" && !c.OneOff && !exists(c.CreatedOn, "")
	})
}

// Before gives the plan that does all of p and then all of another.
func (p *Plan) Before(then *Plan) *Plan {
	all := &Plan{Steps: slices.Clone(p.Steps), Notes: slices.Concat(p.Notes, then.Notes), unmet: p.unmet}
	if all.unmet == nil {
		all.unmet = then.unmet
	}
	first := make([]int, len(p.Steps))
	for i := range first {
		first[i] = i
	}
	for _, step := range then.Steps {
		after := slices.Clone(first)
		for _, i := range step.After {
			after = append(after, i+len(p.Steps))
		}
		step.After = after
		all.Steps = append(all.Steps, step)
	}
	return all
}
