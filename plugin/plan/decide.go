package plan

import (
	"slices"
	"strings"
)

// decide finds out what becomes of every wanted container.
func decide(goal Goal, want Want, have Have) decisions {
	d := decider{goal: goal, want: want, have: have, named: map[string]*decision{}, awaiting: map[string]bool{}}
	for _, w := range want.Containers {
		found := d.decide(w)
		d.made = append(d.made, found)
		if d.named[w.Name] == nil {
			d.named[w.Name] = found
		}
		d.awaiting[w.Service] = d.awaiting[w.Service] || found.awaits
	}
	return d.made
}

// decider decides on one container after the other.
type decider struct {
	goal Goal
	want Want
	have Have
	made decisions

	named    map[string]*decision // those that are made, by the wanted name
	awaiting map[string]bool      // services of which a container awaits an image
}

// decide finds out what becomes of a wanted container. Those that it depends on
// have been decided on before.
func (d *decider) decide(w Container) *decision {
	if w.OneOff {
		return &decision{want: w, make: true, cause: "asked for"}
	}
	found := &decision{want: w, asked: d.goal.wants(w.Service)}
	candidates := candidates(d.have, w)
	if len(candidates) > 0 && slices.ContainsFunc(w.SharesWith, d.replaces) {
		found.asked = true // on its own it would be left on a network that is gone
	}
	if slices.ContainsFunc(candidates, d.leftBehind) && slices.ContainsFunc(w.SharesWith, d.makes) {
		found.asked = true // it is on the network of the one that was there before
	}
	if slices.ContainsFunc(candidates, d.losesLink) || slices.ContainsFunc(candidates, d.losesNetwork) {
		found.asked = true // on its own its link or network would lead nowhere, and it could not be started again
	}
	switch {
	case len(candidates) == 0:
		found.make = found.asked && !d.goal.NoCreate
		found.skip = !found.make
		found.cause = "missing"
	case !found.asked:
		d.keepAsTheyAre(found, candidates)
		found.replace = nil
	case d.keepsOld(w, candidates):
		d.keepAsTheyAre(found, candidates)
	default:
		d.choose(found, slices.Clone(candidates))
		found.leaveData()
	}
	if d.awaits(found) {
		found.awaits, found.outdated = true, found.make
		if len(candidates) > 0 {
			found.make, found.cause, found.left = false, "", nil
			d.keepAsTheyAre(found, candidates)
			found.replace = nil
		}
	}
	return found
}

// replaces reports whether another container takes the place of the one of a
// name.
func (d *decider) replaces(name string) bool {
	return d.makes(name) && len(d.named[name].replace) > 0
}

// makes reports whether the container of a name is made.
func (d *decider) makes(name string) bool {
	found := d.named[name]
	return found != nil && found.make
}

// remakes reports whether the container of a name is, or will be, another than
// the one there is.
func (d *decider) remakes(name string) bool {
	found := d.named[name]
	return found != nil && found.keep == nil
}

// awaits reports whether what becomes of a container shows only when an image is
// built: that of a container that serves on, its own or one that it is started
// after. Until then it does not run with what is to be replaced, if it does not
// already, and goes on if it does.
func (d *decider) awaits(found *decision) bool {
	w := found.want
	if found.skip || !found.asked || slices.ContainsFunc(w.SharesWith, d.replaces) {
		return false // on its own it would be left on a network that is gone
	}
	if found.keep != nil && d.goal.wants(w.Service) && d.goal.rebuilds(w.Image, d.want.Images) {
		return true
	}
	return slices.ContainsFunc(w.After, func(service string) bool { return d.awaiting[service] })
}

// keepsOld reports whether the goal is to leave those that may serve as a wanted
// container as they are.
func (d *decider) keepsOld(w Container, candidates []*HaveContainer) bool {
	if d.goal.TakeOver && !d.goal.NoCreate && slices.ContainsFunc(candidates, func(h *HaveContainer) bool { return h.MadeBy != "" }) {
		return false
	}
	return d.goal.NoCreate || d.goal.Recreate == Never && !slices.ContainsFunc(candidates, d.losesNetwork) && !d.changesFront(w, candidates)
}

// changesFront reports whether some of those that may serve as a wanted container have
// ports of the host that its front is to have, or lack those that a front had: with them
// one of the two could not run. A run that was cut off may have made the front already.
func (d *decider) changesFront(w Container, candidates []*HaveContainer) bool {
	fronted := slices.ContainsFunc(d.have.Containers, func(c HaveContainer) bool { return c.Fronts == w.Service && !c.OneOff }) ||
		slices.ContainsFunc(d.want.Containers, func(c Container) bool { return c.Fronts == w.Service && !c.OneOff })
	return fronted && slices.ContainsFunc(candidates, func(h *HaveContainer) bool {
		return h.MadeBy != "" || slices.Contains(w.Fingerprint.Differences(h.Fingerprint), "ports")
	})
}

// losesNetwork reports whether a container shares the network of one that is
// replaced, or is a replica too many: it could not be started again.
func (d *decider) losesNetwork(h *HaveContainer) bool {
	if h.NetworkOf != "" && slices.ContainsFunc(d.have.Containers, func(c HaveContainer) bool {
		return c.ID == h.NetworkOf && d.tooMany(&c)
	}) {
		return true
	}
	return h.NetworkOf != "" && slices.ContainsFunc(d.made, func(other *decision) bool {
		return slices.ContainsFunc(other.replace, func(r *HaveContainer) bool { return r.ID == h.NetworkOf })
	})
}

// tooMany reports whether a container is a replica beyond the scale, which goes.
func (d *decider) tooMany(h *HaveContainer) bool {
	return !h.OneOff && !d.goal.NoCreate && d.goal.wants(h.Service) && slices.Contains(d.want.Services, h.Service) && !d.want.includes(h)
}

// leftBehind reports whether a container shares the network of one that is gone.
func (d *decider) leftBehind(h *HaveContainer) bool {
	return h.NetworkOf != "" &&
		!slices.ContainsFunc(d.have.Containers, func(c HaveContainer) bool { return c.ID == h.NetworkOf }) &&
		!slices.ContainsFunc(d.have.Externals, func(x External) bool { return x.ID == h.NetworkOf })
}

// keepAsTheyAre has one of the candidates serve on whatever it is like. Where some
// are another tool's, that is the one that runs, or else the one that bears the
// name: a takeover that was cut off may be undone as well as finished, so none is
// removed.
func (d *decider) keepAsTheyAre(found *decision, candidates []*HaveContainer) {
	byAnother := func(h *HaveContainer) bool { return h.MadeBy != "" }
	if !slices.ContainsFunc(candidates, byAnother) {
		found.keep, found.replace = candidates[0], candidates[1:]
		return
	}
	found.keep = slices.MaxFunc(candidates, func(a, b *HaveContainer) int {
		rank := func(h *HaveContainer) int {
			switch {
			case h.State.Up():
				return 2
			case h.Name == found.want.Name:
				return 1
			}
			return 0
		}
		return rank(a) - rank(b)
	})
	found.keepsName, found.asItIs = true, d.goal.NoCreate && byAnother(found.keep)
}

// candidates gives the containers that may serve as the wanted one: first the
// one that bears its name, then the one with the temporary name, which a run
// that was cut off left behind. Those of another tool come last. Of several of
// these, which failed replacements left, the one that runs has the data, and of two
// that do the one that bears the name; or else the oldest.
func candidates(have Have, w Container) []*HaveContainer {
	var found []*HaveContainer
	for _, h := range have.look().replicas[replicaKey{w.Service, w.Number}] {
		if h.State != StateRemoving {
			found = append(found, h)
		}
	}
	slices.SortStableFunc(found, func(a, b *HaveContainer) int {
		return score(b, w) - score(a, w)
	})
	return found
}

func score(h *HaveContainer, w Container) int {
	const ofOthers = -1 << 40
	switch {
	case h.MadeBy != "" && h.State.Up() && h.Name == w.Name:
		return ofOthers / 4
	case h.MadeBy != "" && h.State.Up():
		return ofOthers/2 + h.Order
	case h.MadeBy != "":
		return ofOthers + h.Order
	case h.Name == w.Name:
		return 2
	case IsTemporary(h.Name, w.Name):
		return 1
	}
	return 0
}

// choose keeps the first candidate that is as it should be; the others, or all,
// are replaced.
func (d *decider) choose(found *decision, candidates []*HaveContainer) {
	for i, h := range candidates {
		why := d.outdated(h, found.want)
		if why == "" {
			found.keep, found.replace, found.cause = h, slices.Delete(candidates, i, i+1), ""
			return
		}
		if i == 0 {
			found.cause = why
		}
	}
	found.make, found.replace = true, candidates
}

// outdated says why a container can't serve as the wanted one; empty: it can.
func (d *decider) outdated(h *HaveContainer, w Container) string {
	if h.MadeBy != "" {
		return "made by " + h.MadeBy
	}
	// A front that is not asked for alone goes on: it has the port, and nothing in it is
	// worth the time without.
	along := w.Fronts != "" && d.goal.wants(w.Fronts)
	if d.goal.Recreate == Always && d.goal.wants(w.Service) && !along {
		return "asked for"
	}
	if h.State == StateDead {
		return "dead"
	}
	if d.halfMade(h, w) {
		return "its " + string(PostStart) + " may not have been run"
	}
	if networkGone(d.want, d.have, h) {
		return "the network that it was made on is gone"
	}
	if names := w.Fingerprint.Differences(h.Fingerprint); len(names) > 0 {
		return "changed: " + strings.Join(names, ", ")
	}
	if linkEnvStale(h, w) {
		return "changed: link variables"
	}
	switch id := d.have.Images[w.Image]; {
	case id == "":
		return "image " + w.Image + " is missing"
	case id != h.ImageID && !d.goal.rebuilds(w.Image, d.want.Images):
		return "newer image " + w.Image
	}
	for _, name := range w.SharesWith {
		if d.remakes(name) {
			return "uses " + name + ", which is replaced"
		}
	}
	if d.goal.Dependents {
		for _, other := range d.made {
			if other.make && slices.Contains(w.After, other.want.Service) {
				return "asked for, with " + other.want.Name
			}
		}
	}
	if d.sharedNetworkGone(h, w) {
		return "the container whose network it shares is gone"
	}
	for _, j := range h.Joined {
		if j.What != "network" && !d.made.keeps(j.Of) && !d.have.has(j.Of, w) {
			return "the container whose " + j.What + " it shares is gone"
		}
	}
	return ""
}

// halfMade reports whether a container was to take the place of another one and may lack
// its hooks: a run that was cut off has started it, so nobody else runs them. One that is
// still to be started gets them then.
func (d *decider) halfMade(h *HaveContainer, w Container) bool {
	return IsTemporary(h.Name, w.Name) && h.State.Up() && len(d.want.Hooks[w.Service].PostStart) > 0
}

// has reports whether there is a container of an id that a wanted one may share with:
// one of the stack serves only where it is kept.
func (h Have) has(id string, w Container) bool {
	return len(w.SharesWith) == 0 && slices.ContainsFunc(h.Containers, func(c HaveContainer) bool { return c.ID == id }) ||
		slices.ContainsFunc(h.Externals, func(x External) bool { return x.ID == id })
}

// sharedNetworkGone reports whether a container shares the network of one that
// does not serve on, or of another than it is to.
func (d *decider) sharedNetworkGone(h *HaveContainer, w Container) bool {
	switch {
	case h.NetworkOf == "":
		return false
	case len(w.SharesWith) > 0 && !d.made.keeps(h.NetworkOf):
		return true
	}
	return w.NetworkOf != "" && w.NetworkOf != h.NetworkOf
}

// surplus is a container that is removed and not replaced.
type surplus struct {
	container *HaveContainer
	cause     string
}

// surplusOf gives the replicas beyond the scale and, where that is asked for,
// the containers of services that the files no longer have. Where it is not,
// those are orphans, given by name.
func surplusOf(goal Goal, want Want, have Have) (found []surplus, orphans []string) {
	wanted := make(map[replicaKey]bool, len(want.Containers))
	for _, c := range want.Containers {
		wanted[replicaKey{c.Service, c.Number}] = true
	}
	for i := range have.Containers {
		h := &have.Containers[i]
		if h.OneOff || wanted[replicaKey{h.Service, h.Number}] {
			continue
		}
		switch known := slices.Contains(want.Services, h.Service); {
		case !known && h.Fronts != "" && slices.Contains(want.Services, h.Fronts):
			// Whether a service has a front is said of that service.
			if goal.wants(h.Fronts) && !goal.NoCreate {
				found = append(found, surplus{h, h.Fronts + " publishes its ports itself"})
			}
		case !known && goal.Orphans:
			found = append(found, surplus{h, "the files have no service " + h.Service})
		case !known:
			orphans = append(orphans, h.Name)
		case goal.wants(h.Service) && !goal.NoCreate:
			found = append(found, surplus{h, "more replicas than wanted"})
		}
	}
	return found, orphans
}

// includes reports whether a container is one of the replicas that are wanted.
func (w Want) includes(h *HaveContainer) bool {
	return slices.ContainsFunc(w.Containers, func(c Container) bool {
		return c.Service == h.Service && c.Number == h.Number
	})
}
