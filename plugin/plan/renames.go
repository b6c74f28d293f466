package plan

import "slices"

// Somebody may have given a container of the stack another name, or two of them each
// other's. Up gives them their names back.

// stepAside finds the containers that wait for each other's names in a circle, as two
// do that were given each other's, and has the first of each circle leave its own
// first.
func (r *reconciler) stepAside() {
	r.aside = map[string]bool{}
	for _, d := range r.decisions {
		if d.keep == nil || !d.renames() {
			continue
		}
		circle := []*decision{d}
		for next := r.holder(d); next != nil && next != d && !slices.Contains(circle, next); next = r.holder(next) {
			circle = append(circle, next)
		}
		left := slices.ContainsFunc(circle, func(d *decision) bool { return r.aside[d.keep.ID] })
		if r.holder(circle[len(circle)-1]) == d && !left {
			r.aside[d.keep.ID] = true
			d.temporary = temporaryName(d.want.Name, r.have)
			r.builder.add(renameKey(d.keep.ID), d.task(), "another one gets the name",
				RenameContainer{Container: d.keep.ID, From: d.keep.Name, To: d.temporary})
		}
	}
}

// holder is the decision on the container that serves on, has the name that another
// is to get, and gets another one itself; nil: there is none.
func (r *reconciler) holder(of *decision) *decision {
	i := slices.IndexFunc(r.decisions, func(d *decision) bool {
		return d != of && d.keep != nil && d.keep.Name == of.want.Name && d.renames()
	})
	if i < 0 {
		return nil
	}
	return r.decisions[i]
}

// keepNames finds the containers that serve on under the names that somebody gave them,
// because their own are taken: by what the plan neither removes nor renames.
func (d decisions) keepNames(have Have, removed map[string]bool) decisions {
	var found decisions
	for before := -1; len(found) != before; { // one that keeps its name may have that of another
		before = len(found)
		for _, of := range d {
			if of.keep != nil && of.renames() && d.taken(of.want.Name, have, removed) {
				of.keepsName = true
				found = append(found, of)
			}
		}
	}
	return found
}

// taken reports whether a container has a name that the plan neither removes nor
// renames.
func (d decisions) taken(name string, have Have, removed map[string]bool) bool {
	return slices.ContainsFunc(have.Externals, func(e External) bool { return e.Name == name }) ||
		slices.ContainsFunc(have.Containers, func(c HaveContainer) bool {
			stays := !removed[c.ID] && !slices.ContainsFunc(d, func(d *decision) bool {
				return slices.ContainsFunc(d.left, func(l *HaveContainer) bool { return l.ID == c.ID })
			})
			return c.Name == name && c.State != StateRemoving && stays && !d.renamed(&c)
		})
}
