package plan

import (
	"slices"
	"strings"
)

// fate is what becomes of one wanted container.
type fate struct {
	want    Container
	keep    *HaveContainer   // the container that serves, now or after it got its name
	replace []*HaveContainer // those that it takes the place of
	make    bool             // a new one is made
	cause   string           // of making it
	asked   bool             // the goal is about it, or about what it shares something with
	skip    bool             // not asked for and not there: nothing happens
}

// live is how actions address the container that serves in the end, and tell
// whether it exists already.
func (f *fate) live() (address string, exists bool) {
	if f.keep != nil {
		return f.keep.ID, true
	}
	for _, h := range f.replace {
		if h.Name == f.want.Name {
			return temporary(f.want.Name), false
		}
	}
	return f.want.Name, false
}

// task is the work on the container as a user sees it.
func (f *fate) task() Task {
	verb := Start
	switch {
	case len(f.replace) > 0:
		verb = Recreate
	case f.make:
		verb = Create
	}
	return Task{verb, "container", f.want.Name}
}

// temporary is the name of a container until the one that it replaces is gone.
func temporary(name string) string { return name + ".new" }

// decide finds out what becomes of a wanted container. Those that it depends on
// have been decided before.
func (c *convergence) decide(w Container) *fate {
	f := &fate{want: w}
	if w.OneOff {
		f.make, f.cause = true, "asked for"
		return f
	}
	candidates := c.candidates(w)
	f.asked = c.goal.wants(w.Service)
	if len(candidates) > 0 && slices.ContainsFunc(w.SharesWith, c.replaced) {
		f.asked = true // on its own it would be left on a network that is gone
	}
	switch {
	case len(candidates) == 0:
		f.make = f.asked && !c.goal.NoCreate
		f.skip = !f.make
		f.cause = "missing"
	case !f.asked:
		f.keep = candidates[0]
	case c.goal.Recreate == Never || c.goal.NoCreate:
		f.keep, f.replace = candidates[0], candidates[1:]
	default:
		c.choose(f, candidates)
	}
	if f.keep != nil {
		c.kept[f.keep.ID] = true
	}
	for _, h := range f.replace {
		c.gone[h.ID] = true
	}
	return f
}

// candidates gives the containers that may serve as the wanted one: first the
// one that bears its name, then the one with the temporary name, which a run
// that was cut off left behind.
func (c *convergence) candidates(w Container) []*HaveContainer {
	var found []*HaveContainer
	for i := range c.have.Containers {
		h := &c.have.Containers[i]
		if h.Service == w.Service && h.Number == w.Number && !h.OneOff && h.State != StateRemoving {
			found = append(found, h)
		}
	}
	slices.SortStableFunc(found, func(a, b *HaveContainer) int {
		return score(b, w) - score(a, w)
	})
	return found
}

// choose keeps the first candidate that is as it should be; the others, or all,
// are replaced.
func (c *convergence) choose(f *fate, candidates []*HaveContainer) {
	for i, h := range candidates {
		why := c.outdated(h, f.want)
		if why == "" {
			f.keep, f.replace, f.cause = h, slices.Delete(candidates, i, i+1), ""
			return
		}
		if i == 0 {
			f.cause = why
		}
	}
	f.make, f.replace = true, candidates
}

func score(h *HaveContainer, w Container) int {
	switch {
	case h.Name == w.Name:
		return 2
	case h.Name == temporary(w.Name):
		return 1
	}
	return 0
}

// outdated says why a container can't serve as the wanted one; empty: it can.
func (c *convergence) outdated(h *HaveContainer, w Container) string {
	if c.goal.Recreate == Always && c.goal.wants(w.Service) {
		return "asked for"
	}
	if h.State == StateDead {
		return "dead"
	}
	if c.homeless(h) {
		return "the network that it was made on is gone"
	}
	if names := w.Fingerprint.Differences(h.Fingerprint); len(names) > 0 {
		return "changed: " + strings.Join(names, ", ")
	}
	if misled(h, w) {
		return "changed: link variables"
	}
	switch id := c.have.Images[w.Image]; {
	case id == "":
		return "image " + w.Image + " is missing"
	case id != h.ImageID && !c.rebuilt(w.Image):
		return "newer image " + w.Image
	}
	for _, name := range w.SharesWith {
		if c.remade(name) {
			return "uses " + name + ", which is replaced"
		}
	}
	if c.goal.Dependents {
		for _, f := range c.fates {
			if f.make && slices.Contains(w.After, f.want.Service) {
				return "asked for, with " + f.want.Name
			}
		}
	}
	if h.NetworkOf != "" && (len(w.SharesWith) > 0 && !c.kept[h.NetworkOf] || w.NetworkOf != "" && w.NetworkOf != h.NetworkOf) {
		return "the container whose network it shares is gone"
	}
	return ""
}

// replaced tells whether the container of a name makes way for another.
func (c *convergence) replaced(name string) bool {
	return slices.ContainsFunc(c.fates, func(f *fate) bool { return f.want.Name == name && f.make && len(f.replace) > 0 })
}

// remade tells whether the container of a name is, or will be, another than the
// one there is.
func (c *convergence) remade(name string) bool {
	return slices.ContainsFunc(c.fates, func(f *fate) bool { return f.want.Name == name && f.keep == nil })
}
