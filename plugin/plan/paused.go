package plan

import (
	"slices"
	"strings"
)

// notePaused notes which of the containers that serve on are paused: a plan that
// brings the stack up leaves them so.
func notePaused(b *builder, decisions decisions) {
	var names, services []string
	for _, d := range decisions {
		if d.asked && d.keep != nil && d.keep.State == StatePaused {
			names = append(names, d.keep.Name)
			if !slices.Contains(services, d.want.Service) {
				services = append(services, d.want.Service)
			}
		}
	}
	if len(names) > 0 {
		b.note("paused, and left so: %s\n  hint: to resume: docker stacklite unpause %s", strings.Join(names, ", "), strings.Join(services, " "))
	}
}
