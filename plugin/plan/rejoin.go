package plan

import (
	"cmp"
	"fmt"
	"slices"
)

// A container that shares the network, processes or memory of another has them only
// until the process of that one ends. When it is started again, by whomever, the
// engine makes them anew, and the first is left without a network, or with memory
// that nobody else sees, until it is restarted itself.

// rejoin finds the containers that serve on and are to be restarted, because those
// that they share something with are started, or were by others, or because those that
// they depend on are replaced, where with says so; and so on, for these may be shared
// with and depended on too.
func (d decisions) rejoin(with map[string][]Awaited) {
	for found := true; found; {
		found = false
		for _, user := range d {
			if user.rejoins == "" && !user.awaits && user.keep != nil && user.keep.State == StateRunning {
				user.rejoins = cmp.Or(user.lost(d), user.outlived(d, with[user.want.Service]))
				found = found || user.rejoins != ""
			}
		}
	}
}

// lost says why a container that runs has lost, or will have, what it shares with
// another; empty: it keeps it.
func (d *decision) lost(all decisions) string {
	if len(d.keep.Joined) == 0 {
		return ""
	}
	for _, other := range all {
		j := d.joined(other)
		switch {
		case j == nil:
		case other.starts():
			return "shares the " + j.What + " of " + other.want.Name + ", which is started"
		case other.rejoins != "":
			return "shares the " + j.What + " of " + other.want.Name + ", which is restarted"
		case j.Gone && d.asked:
			return "shares the " + j.What + " of " + other.want.Name + ", which was restarted"
		}
	}
	if j := d.keep.lostJoined(); j != nil && d.asked {
		return "shares the " + j.What + " of a container that was restarted"
	}
	return ""
}

// joined is what a container that serves on shares with another that does; nil:
// nothing.
func (d *decision) joined(other *decision) *Joined {
	if d.keep == nil || other.keep == nil {
		return nil
	}
	return d.keep.joined(other.keep.ID)
}

// joined is what a container shares with the one of an id; nil: nothing.
func (h *HaveContainer) joined(id string) *Joined {
	for i := range h.Joined {
		if h.Joined[i].Of == id {
			return &h.Joined[i]
		}
	}
	return nil
}

// lostJoined is what a container shared with another that was started again since;
// nil: nothing.
func (h *HaveContainer) lostJoined() *Joined {
	for i := range h.Joined {
		if h.Joined[i].Gone {
			return &h.Joined[i]
		}
	}
	return nil
}

// rejoin finds the containers that restart is not about and that run, and restarts
// them after those that they share something with, or that their services are to be
// restarted after.
func (p lifecyclePlan) rejoin(have Have) {
	for found := true; found; {
		found = false
		for _, user := range have.Containers {
			if user.State != StateRunning || user.OneOff || p.builder.planned(restartKey(user.ID)) {
				continue
			}
			for _, of := range have.Containers {
				if j := user.joined(of.ID); j != nil && p.builder.planned(restartKey(of.ID)) {
					p.restart(user, "shares the "+j.What+" of "+of.Name+", which is restarted")
					found = true
					break
				}
			}
			if of := p.restartsAfter(user, have); of != nil && !p.builder.planned(restartKey(user.ID)) {
				p.restart(user, "depends on "+of.Name+", which is restarted")
				found = true
			}
		}
	}
	e := ending{restarted: map[string]string{}}
	for _, c := range have.Containers {
		if p.builder.planned(restartKey(c.ID)) {
			e.restarted[c.ID] = c.Name
		}
	}
	e.noteSharers(p.builder, have)
}

// rejoinUnpaused restarts a container that goes on after a pause and lost meanwhile
// what it shares with another.
func (p lifecyclePlan) rejoinUnpaused(c HaveContainer) {
	if j := c.lostJoined(); j != nil {
		p.builder.add(restartKey(c.ID), Task{Restart, kindContainer, c.Name}, "shares the "+j.What+" of a container that was restarted",
			RestartContainer{Container: c.ID, Name: c.Name, Timeout: p.goal.Timeout}, need(unpauseKey(c.ID)))
	}
}

// ending are containers whose networks end, by id, by name: when they are started
// again, or replaced.
type ending struct{ restarted, replaced map[string]string }

func (d decisions) ending() ending {
	e := ending{map[string]string{}, map[string]string{}}
	for _, d := range d {
		if d.keep != nil && (d.starts() || d.rejoins != "") {
			e.restarted[d.keep.ID] = d.want.Name
		}
		for _, h := range d.replace {
			e.replaced[h.ID] = h.Name
		}
	}
	return e
}

// noteSharers notes who else uses one of the networks and is not restarted: one-off
// containers, whose work would be done twice, and those of others.
func (e ending) noteSharers(b *builder, have Have) {
	for _, c := range have.Containers {
		if c.OneOff && c.State.Up() {
			e.note(b, "one-off container "+c.Name, c.NetworkOf, "run it again", "run it again")
		}
	}
	for _, x := range have.Externals {
		e.note(b, x.Name, x.SharesOf, fmt.Sprintf("to give it one: docker restart %s", x.Name), "make it again")
	}
}

func (e ending) note(b *builder, who, of, restarted, replaced string) {
	if name, ok := e.restarted[of]; ok {
		b.note("%s shares the network of %s, which is restarted, and is left without one; %s", who, name, restarted)
	}
	if name, ok := e.replaced[of]; ok {
		b.note("%s shares the network of %s, which is replaced, and is left without one; %s", who, name, replaced)
	}
}

// A service whose depends_on says restart: true is restarted after one that it depends on
// was restarted or replaced, by a command of ours: what it has from that one, such as
// connections, is of no use any more. What a restart policy does is none. One that a run
// did not come to, because it failed before, is restarted by the next up.

// outlived says why a container that runs is restarted after one that its service depends
// on; empty: it is not.
func (d *decision) outlived(all decisions, with []Awaited) string {
	if !d.asked {
		return ""
	}
	for _, other := range all {
		switch {
		case !slices.ContainsFunc(with, func(a Awaited) bool { return a.Service == other.want.Service }):
		case other.make && len(other.replace) > 0:
			return "depends on " + other.want.Name + ", which is replaced"
		case other.rejoins != "":
			return "depends on " + other.want.Name + ", which is restarted"
		}
	}
	for _, a := range with {
		if cause := d.owed(all, a.Service); cause != "" {
			return cause
		}
	}
	return ""
}

// owed says why a container that runs is to be restarted because all that there is of a
// service is newer than its process: a run that failed, or was cut off, has replaced those
// that were there before, or they are gone. Where one is older, others were added. Empty:
// it is not.
func (d *decision) owed(all decisions, service string) string {
	cause := ""
	for _, other := range all {
		if other.want.Service != service || other.want.OneOff {
			continue
		}
		reason := ""
		switch keep := other.keep; {
		case other.awaits: // the plan that is made then tells
			return ""
		case keep != nil && !keep.State.Up() && !other.starts():
			continue
		case keep != nil && (d.keep.Started.IsZero() || !keep.Created.After(d.keep.Started)):
			return ""
		case keep != nil:
			reason = "depends on " + other.want.Name + ", which was replaced"
		case other.make:
			reason = "depends on " + other.want.Name + ", which is made anew"
		}
		cause = cmp.Or(cause, reason)
	}
	return cause
}

// restartsAfter gives a container that is restarted and that the service of another one is
// to be restarted after; nil: none.
func (p lifecyclePlan) restartsAfter(user HaveContainer, have Have) *HaveContainer {
	for _, awaited := range p.with[user.Service] {
		if list := p.restarted(awaited.Service, have); len(list) > 0 {
			return &list[0]
		}
	}
	return nil
}

// restarted gives the containers of a service that are restarted.
func (p lifecyclePlan) restarted(service string, have Have) []HaveContainer {
	var list []HaveContainer
	for _, c := range have.Containers {
		if c.Service == service && p.builder.planned(restartKey(c.ID)) {
			list = append(list, c)
		}
	}
	return list
}

// awaitRestarted has containers that are restarted wait for those that they are restarted
// after, until these are what they have to be.
func (p lifecyclePlan) awaitRestarted(have Have) {
	required := map[Awaited]bool{}
	for _, list := range p.with {
		for _, a := range list {
			required[a.needed()] = required[a.needed()] || !a.Optional
		}
	}
	for _, user := range have.Containers {
		if !p.builder.planned(restartKey(user.ID)) {
			continue
		}
		for _, awaited := range p.with[user.Service] {
			for _, c := range p.restarted(awaited.Service, have) {
				before := restartKey(c.ID)
				if awaited.Until != "" {
					before = conditionKey(c.Name, awaited.Until)
					p.builder.add(before, Task{Wait, kindContainer, c.Name}, user.Service+" depends on it", AwaitCondition{
						Container: c.ID, Name: c.Name, Service: c.Service, Until: awaited.Until, For: user.Service, Optional: !required[awaited.needed()],
					}, need(restartKey(c.ID)))
				}
				p.builder.waitIfNoCircle(restartKey(user.ID), need(before))
			}
		}
	}
}
