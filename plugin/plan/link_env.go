package plan

import (
	"maps"
	"slices"
	"strings"
)

// linkEnvStale reports whether link variables that a container has say
// something that is no longer so. Links that it has no variables of, because
// they are new or have a new alias, do not count: networks follow a change of
// links without a new container, and to replace one for the sake of variables
// would cut the connections that it has.
func linkEnvStale(h *HaveContainer, w Container) bool {
	if (h.LinkEnv == nil) != (w.LinkEnv == nil) {
		return len(h.LinkEnv)+len(w.LinkEnv) > 0
	}
	for alias, says := range w.LinkEnv {
		if was, ok := h.LinkEnv[alias]; ok && says != "" && says != was {
			return true
		}
	}
	return false
}

// noteLinkEnv notes the links whose variables containers get only when they are
// made anew.
func noteLinkEnv(b *builder, goal Goal, decisions decisions) {
	missing := map[string][]string{} // aliases by service
	for _, d := range decisions {
		service := d.want.Service
		if d.keep == nil || d.keep.MadeBy != "" || !goal.wants(service) {
			continue
		}
		for _, alias := range slices.Sorted(maps.Keys(d.want.LinkEnv)) {
			if _, ok := d.keep.LinkEnv[alias]; !ok && !slices.Contains(missing[service], alias) {
				missing[service] = append(missing[service], alias)
			}
		}
	}
	for _, service := range slices.Sorted(maps.Keys(missing)) {
		b.note("%s runs on without the variables of links that it did not have when it was made: %s (up --no-deps --force-recreate %s sets them)",
			service, strings.Join(missing[service], ", "), service)
	}
}
