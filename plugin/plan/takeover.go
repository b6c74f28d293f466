package plan

import (
	"maps"
	"slices"
	"strings"
)

// Containers that another tool made, docker-compose 1.x or Fig, are replaced like
// those that have changed, but with more care, because they reach each other
// another way: by links of the default bridge, which lead to the address that a
// target had when its consumer was started, and which nothing can change.
//
// Everything new is made before anything old is stopped. The old targets are
// attached to the networks of their links, and then one container after the
// other is replaced, consumers before their targets: a new consumer finds the
// old target there, and the new one when it comes. An old consumer would find
// neither.

// losesLink reports whether a container of another tool has a link to one that is
// replaced.
func (d *decider) losesLink(h *HaveContainer) bool {
	return h.MadeBy != "" && slices.ContainsFunc(d.made, func(other *decision) bool {
		return slices.ContainsFunc(other.replace, func(target *HaveContainer) bool { return slices.Contains(target.LinkedBy, h.Name) })
	})
}

// leaveData keeps those of the containers that are to be replaced that another
// tool made and that have other data than the one whose data is taken over: which
// is the right one nobody can tell.
func (d *decision) leaveData() {
	source := d.keep
	if source == nil {
		source = d.dataSource()
	}
	d.replace = slices.DeleteFunc(d.replace, func(h *HaveContainer) bool {
		left := h != source && h.MadeBy != "" && h.hasOtherData(source)
		if left {
			d.left = append(d.left, h)
		}
		return left
	})
}

// hasOtherData reports whether a container that has run has anonymous volumes
// that another does not have.
func (h *HaveContainer) hasOtherData(other *HaveContainer) bool {
	if h.State == StateCreated {
		return false
	}
	for path, volume := range h.Anonymous {
		if other.Anonymous[path] != volume {
			return true
		}
	}
	return false
}

// leave plans to stop the containers that a new one takes the place of and that
// stay, and to take their name away where it is the wanted one: docker-compose
// puts the beginning of its id before the name of a container that it replaces.
func (r *reconciler) leave(d *decision) {
	for _, h := range d.left {
		cause := "has other data than " + d.want.Name
		if h.State.Up() {
			planStop(r.builder, *h, d.task(), cause, r.goal.Timeout, ifPlanned(createKey(d.want.Name)))
		}
		if h.Name == d.want.Name {
			to := h.ID[:min(12, len(h.ID))] + "_" + h.Name
			var after []wait
			if h.State.Up() {
				after = append(after, need(stopKey(h.ID)))
			}
			r.builder.add(renameKey(h.ID), d.task(), cause, RenameContainer{Container: h.ID, From: h.Name, To: to}, after...)
		}
		r.builder.note("container %s (%s) is left alone, for it has other data than %s: volume %s (docker rm %s removes it and keeps the volume)",
			h.Name, h.MadeBy, d.want.Name, strings.Join(slices.Sorted(maps.Values(h.Anonymous)), ", "), h.ID[:min(12, len(h.ID))])
	}
}

// takeover plans in which order running containers of another tool are replaced.
type takeover struct {
	decisions decisions
	networks  *networkPlan
	builder   *builder
	swaps     []*swap // in order
}

// swap is a container that takes the place of some that run and that another tool
// made.
type swap struct {
	decision *decision
	old      []*HaveContainer
	open     bool // its place is being looked for
}

// newTakeover finds out what is taken over, in the order in which it is.
func newTakeover(b *builder, made decisions, networks *networkPlan) *takeover {
	t := &takeover{decisions: made, networks: networks, builder: b}
	unordered := map[*decision]*swap{}
	for _, d := range made {
		var old []*HaveContainer
		for _, h := range d.replace {
			if h.MadeBy != "" && h.State.Up() {
				old = append(old, h)
			}
		}
		if len(old) > 0 {
			unordered[d] = &swap{decision: d, old: old}
		}
	}
	for _, d := range slices.Backward(made) {
		t.put(d, unordered)
	}
	return t
}

// put adds a swap, after those of its consumers, and after those of what it shares
// something with: it can't be started, and maybe not be made, without them.
func (t *takeover) put(d *decision, unordered map[*decision]*swap) {
	s := unordered[d]
	if s == nil || s.open || t.place(d) >= 0 {
		return
	}
	s.open = true
	for _, other := range slices.Backward(t.decisions) {
		if slices.Contains(other.want.After, d.want.Service) && !slices.Contains(other.want.SharesWith, d.want.Name) {
			t.put(other, unordered)
		}
	}
	for _, name := range d.want.SharesWith {
		t.put(t.decisions.on(name), unordered)
	}
	t.swaps = append(t.swaps, s)
}

// place is the number of a swap, from 0; -1: there is none.
func (t *takeover) place(d *decision) int {
	return slices.IndexFunc(t.swaps, func(s *swap) bool { return s.decision == d })
}

// later reports whether the old container serves on for a while when another is
// started, so that it is not to be waited for.
func (t *takeover) later(target, consumer *decision) bool {
	at, of := t.place(consumer), t.place(target)
	return of >= 0 && at >= 0 && of > at
}

// attachOld plans to attach the old targets to the networks of their links.
func (t *takeover) attachOld() {
	for _, s := range t.swaps {
		for _, n := range t.networks.wanted {
			if !slices.Contains(s.decision.want.Attach, n.Name) || !t.isNeededOn(n.Name, s.decision) {
				continue
			}
			for _, h := range s.old {
				if !attached(h, n.Name) && h.attachable() {
					t.attach(s, h, n)
				}
			}
		}
	}
}

func (t *takeover) attach(s *swap, h *HaveContainer, n Network) {
	key := connectKey(h.ID, n.Name)
	t.networks.attach(key, Task{Relink, kindContainer, h.Name}, "new containers find it there until it is replaced", Connect{
		Container: h.ID, Name: h.Name, Service: s.decision.want.Service, Number: s.decision.want.Number, Network: n,
	}, t.networks.made(n.Name)...)
	existing := t.networks.connections.existing
	existing[n.Name] = append(existing[n.Name], key)
}

// attachable reports whether a container has a network stack of its own, and nobody finds
// one that restarts again and again: see restarting.go.
func (h *HaveContainer) attachable() bool {
	return h.State != StateRestarting && len(h.Attached)+len(h.OtherNetworks) > 0
}

// isNeededOn reports whether a consumer is to find an old target on a network,
// because it is replaced before that.
func (t *takeover) isNeededOn(network string, target *decision) bool {
	return slices.ContainsFunc(t.networks.members[network], func(consumer *decision) bool {
		return slices.Contains(consumer.want.After, target.want.Service) && t.later(target, consumer)
	})
}

// order plans that everything is made first, and that one is replaced after the
// other.
func (t *takeover) order() {
	last := t.prepared()
	for _, s := range t.swaps {
		for _, h := range s.old {
			t.builder.waitIfNoCircle(stopKey(h.ID), last...)
		}
		last = []wait{ifPlanned(startKey(s.decision.want.Name))}
		for _, h := range s.old {
			last = append(last, ifPlanned(stopKey(h.ID)))
		}
	}
}

// prepared waits until everything new is made and attached, and everything old
// that is to be: what replaces nothing too, for others may not start without it.
func (t *takeover) prepared() []wait {
	if len(t.swaps) == 0 {
		return nil
	}
	var after []wait
	for _, d := range t.decisions {
		w := d.want
		if !d.make {
			continue
		}
		after = append(after, ifPlanned(createKey(w.Name)))
		for _, network := range slices.Concat(w.Attach, w.OtherNetworks) {
			after = append(after, ifPlanned(connectKey(w.Name, network)))
		}
	}
	existing := t.networks.connections.existing
	for _, network := range slices.Sorted(maps.Keys(existing)) {
		after = append(after, needs(existing[network])...)
	}
	return after
}

// noteLostLinks notes who loses a link of the default bridge, but for those that
// the plan replaces too.
func noteLostLinks(b *builder, want Want, have Have, removed map[string]bool) {
	targets := map[string][]string{} // by consumer
	for _, h := range have.Containers {
		if removed[h.ID] && h.MadeBy != "" {
			for _, consumer := range h.LinkedBy {
				targets[consumer] = append(targets[consumer], h.Name)
			}
		}
	}
	for _, consumer := range slices.Sorted(maps.Keys(targets)) {
		what, remedy := have.lostLink(consumer, targets[consumer], want.Services, removed)
		if remedy != "" {
			b.note("%s can neither use its links to %s any more nor be started again, for these are replaced; %s",
				what, strings.Join(targets[consumer], ", "), remedy)
		}
	}
}

// lostLink says which container loses its links to targets, and what to do; empty:
// it is replaced too.
func (h Have) lostLink(consumer string, targets, services []string, removed map[string]bool) (what, remedy string) {
	for _, c := range h.Containers {
		switch {
		case c.Name != consumer:
		case removed[c.ID]:
			return "", ""
		case c.OneOff:
			return "one-off container " + consumer, "run it again"
		case !slices.Contains(services, c.Service):
			return consumer, "the files have no service " + c.Service + ": --remove-orphans takes it away"
		default:
			return consumer, "bring it up too: docker stacklite up -d " + c.Service
		}
	}
	if e, ok := h.external(consumer); ok && e.Owner != "" {
		return consumer + " of project " + e.Owner, "bring that up in its directory: docker stacklite up -d"
	}
	return consumer, "make it anew without --link, then: docker stacklite link add " + consumer + " " + strings.Join(targets, " ")
}
