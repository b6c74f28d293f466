package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// hasManaged reports whether a stack is, or is to be, of services that the engine manages.
func hasManaged(want Want, have Have) bool {
	return have.Manages || len(want.Managed) > 0 || len(have.Managed) > 0
}

// managedPlan plans what is done to services that the engine manages.
type managedPlan struct {
	*builder
	goal    Goal
	want    Want
	have    Have
	later   []string          // services of which a later plan decides
	off     map[string][]wait // by id of services that leave their networks: what has to be done before they have
	updated map[string]Managed
}

// managed plans what leads from have to the goal: see Make.
func managed(goal Goal, want Want, have Have) (*Plan, error) {
	p := &managedPlan{builder: &builder{}, goal: goal, want: want, have: have, off: map[string][]wait{}, updated: map[string]Managed{}}
	switch goal.State {
	case UpAndRunning, CreatedOnly:
		if err := p.checkSettings(); err != nil {
			return nil, err
		}
		for _, w := range want.Managed {
			p.reconcile(w)
		}
		planManagedImages(p.builder, goal, want, have)
		p.orphans()
		p.networks()
	case Stopped, Removed, Absent:
		for _, h := range have.Managed {
			p.takeDown(h)
		}
		if goal.State == Absent {
			p.removeUnused("asked for", have.Networks)
			p.removeFiles()
		}
	case Restarted:
		for _, h := range have.Managed {
			if p.means(h) {
				p.restart(h)
			}
		}
	}
	made := p.builder.plan()
	made.Later = p.later
	return made, nil
}

// means reports whether the goal is about a service.
func (p *managedPlan) means(h HaveManaged) bool {
	return p.goal.wants(h.Service) && (!h.OneOff || p.goal.State == Absent || p.goal.State == Removed)
}

// find is the service of the engine that is one of the files.
func (h Have) managed(service string) (HaveManaged, bool) {
	i := slices.IndexFunc(h.Managed, func(m HaveManaged) bool { return m.Service == service && !m.OneOff })
	if i < 0 {
		return HaveManaged{}, false
	}
	return h.Managed[i], true
}

// reconcile plans to make a service, or to change the one that there is.
func (p *managedPlan) reconcile(w Managed) {
	h, there := p.have.managed(w.Service)
	switch {
	case w.OneOff:
		p.create(w, "asked for")
		return
	case !p.goal.wants(w.Service) || !there && p.goal.NoCreate:
		return
	case !there:
		p.create(w, "missing")
		return
	case p.goal.NoCreate:
		if h.Stopped {
			p.scale(h, h.Held, "stopped")
		}
	case h.Everywhere != w.Everywhere: // the engine changes everything but that
		cause := "it is to have a number of replicas, and had one on each node"
		if w.Everywhere {
			cause = "it is to have one replica on each node, and had a number of them"
		}
		p.remove(h, cause)
		p.create(w, cause)
		p.wait(managedKey(w.Name), need(removeManagedKey(h.ID)))
	default:
		switch why := p.outdated(h, w); {
		case why != "":
			p.update(h, w, why)
		case p.goal.rebuildsManaged(w, p.want):
			p.later = append(p.later, w.Name)
		case p.goal.State == UpAndRunning:
			p.rescale(h, w)
		}
	}
	if p.goal.State == UpAndRunning && !h.Settled && !p.goal.NoCreate {
		p.await(w.Name, w.Service, w.Completes, Task{Wait, kindService, w.Name}, "not all of its tasks run")
	}
}

// outdated says why a service is to be updated; empty: it is as it should be.
func (p *managedPlan) outdated(h HaveManaged, w Managed) string {
	if p.goal.Recreate == Never {
		return ""
	}
	if names := w.Fingerprint.Differences(h.Fingerprint); len(names) > 0 {
		return "changed: " + strings.Join(names, ", ")
	}
	if p.goal.Recreate == Always {
		return "asked for"
	}
	if p.isElsewhere(h, w) {
		return "it is on other networks than it was put on"
	}
	return p.newerImage(h, w)
}

// isElsewhere reports whether somebody has put a service on other networks than those that
// it is to be on. Those that are not the stack's it knows by their ids alone, and counts.
func (p *managedPlan) isElsewhere(h HaveManaged, w Managed) bool {
	ours := map[string]bool{}
	for _, n := range p.want.Networks {
		ours[n.Name] = true
	}
	for _, n := range p.have.Networks {
		ours[n.Name] = true
	}
	is, wanted, others := map[string]bool{}, map[string]bool{}, 0
	for _, name := range h.Attached {
		if ours[name] {
			is[name] = true
		} else {
			others++
		}
	}
	for _, name := range w.Attach {
		if ours[name] {
			wanted[name] = true
		} else {
			others--
		}
	}
	return others != 0 || !maps.Equal(is, wanted)
}

func (p *managedPlan) rescale(h HaveManaged, w Managed) {
	switch {
	case h.Stopped && (w.Replicas > 0 || w.Everywhere):
		p.scale(h, w.Replicas, "stopped")
	case w.Everywhere:
	case h.Replicas != w.Replicas:
		of := "replicas"
		if w.Replicas == 1 {
			of = "replica"
		}
		p.scale(h, w.Replicas, fmt.Sprintf("%d %s, not %d", w.Replicas, of, h.shown()))
	}
}

// after waits for the services that one is started after.
func (p *managedPlan) after(services []string, own string) []wait {
	var after []wait
	for _, service := range services {
		if service == own {
			continue
		}
		i := slices.IndexFunc(p.want.Managed, func(w Managed) bool { return w.Service == service })
		name := ""
		if h, there := p.have.managed(service); there {
			name = h.Name
		}
		if i >= 0 {
			name = p.want.Managed[i].Name
		}
		after = append(after, ifPlanned(managedKey(name)), ifPlanned(awaitManagedKey(name)))
	}
	return after
}

// create plans to make a service on its networks, after those that it is started after.
func (p *managedPlan) create(w Managed, cause string) {
	stopped := p.goal.State == CreatedOnly
	task := Task{Create, kindService, w.Name}
	p.add(managedKey(w.Name), task, cause, CreateManaged{Managed: w, Stopped: stopped}, p.before(w)...)
	if !stopped && !w.OneOff {
		p.await(w.Name, w.Service, w.Completes, task, cause)
	}
}

// update plans to change a service.
func (p *managedPlan) update(h HaveManaged, w Managed, cause string) {
	stopped := p.goal.State == CreatedOnly && h.Stopped
	if p.goal.State == CreatedOnly && !h.Stopped {
		w.Replicas = h.Replicas
	}
	p.updated[h.ID] = w
	task := Task{Update, kindService, w.Name}
	p.add(managedKey(w.Name), task, cause,
		UpdateManaged{ID: h.ID, Managed: w, Stopped: stopped, Force: p.goal.Recreate == Always}, p.before(w)...)
	if !stopped {
		p.await(w.Name, w.Service, w.Completes, task, cause)
	}
	p.off[h.ID] = []wait{need(managedKey(w.Name)), ifPlanned(awaitManagedKey(w.Name))}
}

// before is what has to be done before a service is made or updated.
func (p *managedPlan) before(w Managed) []wait {
	after := p.after(w.After, w.Service)
	for _, network := range w.Attach {
		after = append(after, ifPlanned(networkKey(network)))
	}
	return after
}

// await plans to wait until a service is as it was asked to be, as a part of a task.
func (p *managedPlan) await(name, service string, completes bool, task Task, cause string) {
	p.add(awaitManagedKey(name), task, cause, AwaitManaged{Name: name, Service: service, Completes: completes}, ifPlanned(managedKey(name)))
}

func (p *managedPlan) scale(h HaveManaged, replicas int, cause string) {
	verb := Scale
	if h.Stopped {
		verb = Start
	}
	task := Task{verb, kindService, h.Name}
	p.add(managedKey(h.Name), task, cause, ScaleManaged{ID: h.ID, Name: h.Name, Replicas: replicas}, p.after(h.After, h.Service)...)
	if p.goal.State == UpAndRunning || p.goal.State == Restarted {
		p.await(h.Name, h.Service, h.Completes, task, cause)
	}
}

func (p *managedPlan) restart(h HaveManaged) {
	if h.Stopped {
		p.scale(h, h.Held, "asked for")
		return
	}
	task := Task{Restart, kindService, h.Name}
	p.add(managedKey(h.Name), task, "asked for", RestartManaged{ID: h.ID, Name: h.Name}, p.after(h.After, h.Service)...)
	p.await(h.Name, h.Service, h.Completes, task, "asked for")
}

// takeDown plans to stop or remove a service, after those that were started after it.
func (p *managedPlan) takeDown(h HaveManaged) {
	if !p.means(h) {
		return
	}
	var after []wait
	for _, other := range p.have.Managed {
		if other.ID != h.ID && slices.Contains(other.After, h.Service) && !slices.Contains(h.After, other.Service) {
			after = append(after, ifPlanned(removeManagedKey(other.ID)), ifPlanned(managedKey(other.Name)))
		}
	}
	switch {
	case p.goal.State == Absent, p.goal.State == Removed && (h.Stopped || h.Ended || p.goal.Stop):
		p.remove(h, "asked for", after...)
	case p.goal.State == Removed || h.Stopped:
	default:
		p.add(managedKey(h.Name), Task{Stop, kindService, h.Name}, "asked for", ScaleManaged{ID: h.ID, Name: h.Name, Replicas: h.Replicas, Stopped: true}, after...)
	}
}

func (p *managedPlan) remove(h HaveManaged, cause string, after ...wait) {
	p.add(removeManagedKey(h.ID), Task{Remove, kindService, h.Name}, cause, RemoveManaged{ID: h.ID, Name: h.Name}, after...)
	p.off[h.ID] = []wait{need(removeManagedKey(h.ID))}
}

// removeFiles plans to remove what the engine keeps for services, once none is left.
func (p *managedPlan) removeFiles() {
	var after []wait
	for _, h := range p.have.Managed {
		off := p.off[h.ID]
		if off == nil {
			return
		}
		after = append(after, off...)
	}
	for _, f := range p.have.Files {
		p.add(stepKey{verb: removeStep, kind: f.Kind, subject: f.ID}, Task{Remove, f.Kind, f.Name}, "asked for", RemoveFile{f}, after...)
	}
}

// orphans removes the services that the files no longer have, where that is asked for.
func (p *managedPlan) orphans() {
	var left []string
	for _, h := range p.have.Managed {
		switch {
		case h.OneOff || slices.Contains(p.want.Services, h.Service):
		case p.goal.Orphans:
			p.remove(h, "the files have no service "+h.Service)
		default:
			left = append(left, h.Name)
		}
	}
	if len(left) > 0 && !p.goal.OrphansUnsaid {
		p.note("%s", LeftAlone(left))
	}
}

// networks plans to make the networks that services are to be attached to, and to remove
// those that nobody is to be on.
func (p *managedPlan) networks() {
	needed, wanted := p.attached(), map[string]bool{}
	for _, n := range p.want.Networks {
		wanted[n.Name] = true
		if _, there := p.have.network(n.Name); !there && needed[n.Name] {
			p.add(networkKey(n.Name), Task{Create, kindNetwork, n.Name}, "missing", CreateNetwork{Network: n})
		}
	}
	var unused []HaveNetwork
	for _, h := range p.have.Networks {
		if !wanted[h.Name] {
			unused = append(unused, h)
		}
	}
	p.removeUnused("no longer needed", unused)
}

// attached are the networks that the plan attaches services to.
func (p *managedPlan) attached() map[string]bool {
	names := map[string]bool{}
	for _, w := range p.want.Managed {
		if p.planned(managedKey(w.Name)) {
			for _, name := range w.Attach {
				names[name] = true
			}
		}
	}
	return names
}

// removeUnused plans to remove networks, each once all services on it are removed or have
// left it. One on which a service stays stays too.
func (p *managedPlan) removeUnused(cause string, list []HaveNetwork) {
	on := map[string][]HaveManaged{} // by network
	for _, h := range p.have.Managed {
		for _, name := range h.Attached {
			on[name] = append(on[name], h)
		}
	}
	for _, n := range list {
		var after []wait
		stays := false
		for _, h := range on[n.Name] {
			off := p.off[h.ID]
			if w, updated := p.updated[h.ID]; off == nil || updated && slices.Contains(w.Attach, n.Name) {
				stays = true
			}
			after = append(after, off...)
		}
		if !stays {
			p.add(removeNetworkKey(n.ID), Task{Remove, kindNetwork, n.Name}, cause, RemoveNetwork{Name: n.Name, ID: n.ID}, after...)
		}
	}
}

// checkSettings returns a *NetworkFixed where a network would have to be another one under
// the same name.
func (p *managedPlan) checkSettings() error {
	for _, n := range p.want.Networks {
		if h, there := p.have.network(n.Name); there && h.Settings != n.Settings {
			return &NetworkFixed{n.Name}
		}
	}
	return nil
}
