package plan

import (
	"maps"
	"slices"
	"strings"
)

// misled tells whether link variables that a container has say something that
// is no longer so. Links that it has no variables of, for they are new or have
// a new alias, do not count: networks follow a change of links without a new
// container, and to replace one for the sake of variables would cut the
// connections that it has.
func misled(h *HaveContainer, w Container) bool {
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

// untold notes the links whose variables containers get only when they are made
// anew.
func (c *convergence) untold() {
	missing := map[string][]string{} // aliases by service
	for _, f := range c.fates {
		if f.keep == nil || !c.goal.wants(f.want.Service) {
			continue
		}
		for _, alias := range slices.Sorted(maps.Keys(f.want.LinkEnv)) {
			service := f.want.Service
			if _, ok := f.keep.LinkEnv[alias]; !ok && !slices.Contains(missing[service], alias) {
				missing[service] = append(missing[service], alias)
			}
		}
	}
	for _, service := range slices.Sorted(maps.Keys(missing)) {
		c.draft.notes = append(c.draft.notes, service+" runs on without the variables of links that it did not have when it was made: "+
			strings.Join(missing[service], ", ")+" (up --no-deps --force-recreate "+service+" sets them)")
	}
}
