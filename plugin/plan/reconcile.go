package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// reconcile plans what leads from have to want: images first, networks and
// containers at once, each container started as soon as its networks and what
// it depends on are there.
func reconcile(goal Goal, want Want, have Have) (*Plan, error) {
	have, twins := have.withoutTwins()
	decisions := decide(goal, want, have)
	surplus, orphans := surplusOf(goal, want, have)
	removed := removedBy(decisions, surplus)
	misnamed := decisions.keepNames(have, removed)
	if err := conflict(decisions, want, have, removed); err != nil {
		return nil, err
	}
	r := newReconciler(goal, have, decisions, removed)
	r.noteTaken()
	for _, d := range misnamed {
		r.builder.note("container %s is not renamed to %s, for another has that name", d.keep.Name, d.want.Name)
	}

	planImages(r.builder, goal, want.Images, have.Images, decisions)
	for _, s := range surplus {
		r.remove(s.container, Task{Remove, kindContainer, s.container.Name}, s.cause)
	}
	if len(orphans) > 0 && !goal.OrphansUnsaid {
		r.builder.note("%s", LeftAlone(orphans))
	}
	r.stepAside()
	networks := newNetworkPlan(r.builder, want.Networks, have, twins, decisions, r.removed)
	r.networks = networks
	rollingPlan{r}.choose()
	for _, d := range decisions {
		r.container(d)
		networks.connectToOthers(d)
	}
	over := newTakeover(r.builder, decisions, networks)
	over.attachOld()
	networks.reconcile()
	r.halt()
	if goal.State == UpAndRunning {
		decisions.rejoin(want.RestartWith)
	}
	r.planStarts(over)
	if goal.State == UpAndRunning {
		decisions.ending().noteSharers(r.builder, have)
	}
	r.removeReplaced()
	r.keepHolders()
	over.order()
	r.turns()
	rollingPlan{r}.order()
	decisions.replaceFrontsLast(r.builder)
	orderStops(r.builder, have)
	decisions.awaitFronts(r.builder)
	runHooks(r.builder, want.Hooks, have)
	drain(r.builder, have, goal.Timeout)
	noteLostLinks(r.builder, want, have, r.removed)
	noteHostPorts(r.builder, decisions)
	if goal.State == UpAndRunning {
		notePaused(r.builder, decisions)
	}
	noteLinkEnv(r.builder, goal, decisions)
	p := r.builder.plan()
	for _, d := range decisions {
		switch {
		case goal.State != UpAndRunning || !d.awaits:
		case d.keep == nil:
			p.Later = append(p.Later, d.want.Name+" (created)")
		case !d.keep.State.Up() || d.outdated:
			p.Later = append(p.Later, d.want.Name+" ("+string(d.keep.State)+")")
		}
	}
	return p, nil
}

// LeftAlone is the note that containers of these names, of services that the
// files don't have, stay.
func LeftAlone(names []string) string {
	return fmt.Sprintf("left alone, for the files have no such service: %s (--remove-orphans takes them away)", strings.Join(names, ", "))
}

// conflict looks for containers that hold a name the plan needs, and keep it: that
// are not the stack's, or that the plan neither removes nor renames.
func conflict(decisions decisions, want Want, have Have, removed map[string]bool) error {
	for _, d := range decisions {
		if !d.make {
			continue
		}
		if e, ok := have.external(d.want.Name); ok {
			return &Conflict{Name: e.Name, Service: d.want.Service, Owner: e.Owner}
		}
		for _, h := range have.look().named[d.want.Name] {
			if h.State != StateRemoving && !removed[h.ID] && !slices.Contains(d.left, h) && !decisions.renamed(h) {
				return &Conflict{Name: h.Name, Service: d.want.Service, Of: h.Service, Orphan: !slices.Contains(want.Services, h.Service)}
			}
		}
	}
	return nil
}

// removedBy gives the ids of all containers that the plan removes.
func removedBy(decisions decisions, surplus []surplus) map[string]bool {
	removed := map[string]bool{}
	for _, d := range decisions {
		for _, h := range d.replace {
			removed[h.ID] = true
		}
	}
	for _, s := range surplus {
		removed[s.container.ID] = true
	}
	return removed
}

// renames reports whether a container serves on under another name.
func (r *reconciler) renames(h *HaveContainer) bool {
	for _, d := range r.renaming {
		if d.keep.ID == h.ID {
			return true
		}
	}
	return false
}

// noteTaken finds the wanted names that are in use until a container is removed or
// renamed.
func (r *reconciler) noteTaken() {
	for _, d := range r.decisions {
		d.taken = slices.ContainsFunc(r.have.look().named[d.want.Name], func(h *HaveContainer) bool {
			return (r.removed[h.ID] || r.renames(h) || slices.ContainsFunc(d.left, func(l *HaveContainer) bool { return l.ID == h.ID }))
		})
		if d.taken {
			d.temporary = temporaryName(d.want.Name, r.have)
		}
	}
}

// reconciler plans to make, rename and remove containers.
type reconciler struct {
	goal      Goal
	have      Have
	decisions decisions
	removed   map[string]bool // ids of the containers that the plan removes
	aside     map[string]bool // ids of the containers that leave their names to others before they get their own
	builder   *builder
	networks  *networkPlan
	makes     map[string][]int     // places of those that are made, by service
	named     map[string]*decision // by the wanted name
	users     map[string]decisions // by the name of a container whose volumes they use
	renaming  map[string]*decision // those that serve on under another name, by the name that they get
}

func newReconciler(goal Goal, have Have, made decisions, removed map[string]bool) *reconciler {
	r := &reconciler{
		goal: goal, have: have, decisions: made, removed: removed, builder: &builder{},
		makes: map[string][]int{}, named: map[string]*decision{}, users: map[string]decisions{}, renaming: map[string]*decision{},
	}
	for i, d := range made {
		if r.named[d.want.Name] == nil {
			r.named[d.want.Name] = d
		}
		if d.make {
			r.makes[d.want.Service] = append(r.makes[d.want.Service], i)
		}
		for _, name := range d.want.VolumesFrom {
			r.users[name] = append(r.users[name], d)
		}
		if d.keep != nil && d.renames() {
			r.renaming[d.want.Name] = d
		}
	}
	return r
}

// container plans to make one container, and to stop and remove those it
// replaces. The new one is made, and attached where that can be, before the old
// one is stopped: when that fails the old one runs on. The old one is removed
// when the new one has started: when that fails it is still there.
func (r *reconciler) container(d *decision) {
	if d.make {
		r.create(d)
	}
	for _, h := range d.replace {
		switch {
		case d.rolls && d.isLeftover(h):
			r.remove(h, d.task(), "left by a run that was cut off")
			if d.make {
				r.builder.wait(createKey(d.want.Name), need(removeKey(h.ID)))
			}
		case d.rolls:
			r.remove(h, d.task(), cmp.Or(d.cause, "replaced by "+d.want.Name), need(awaitKey(d.want.Name)))
		case !d.make:
			r.remove(h, d.task(), "replaced by "+d.keep.Name)
		default:
			r.remove(h, d.task(), d.cause, r.ready(d)...)
		}
	}
	r.leave(d)
	if d.renames() {
		r.rename(d)
	}
}

// removeReplaced has the containers that are replaced removed after the new ones
// have started.
func (r *reconciler) removeReplaced() {
	for _, d := range r.decisions {
		for _, h := range d.replace {
			if r.outlasts(h, d) && !(d.rolls && d.isLeftover(h)) {
				r.builder.wait(removeKey(h.ID), ifPlanned(startKey(d.want.Name)))
			}
		}
	}
}

// outlasts reports whether a container that is replaced can be there until the
// new one has started. It can't where another container gets its name, or where
// networks can't be put in the place of others before it is gone.
func (r *reconciler) outlasts(h *HaveContainer, d *decision) bool {
	if o := r.renaming[h.Name]; o != nil && o != d {
		return false
	}
	for network := range h.Attached {
		if r.givesWay(network) {
			return false
		}
	}
	return true
}

// givesWay reports whether a network that exists is removed before another is
// made, which takes its name or its addresses.
func (r *reconciler) givesWay(network string) bool {
	if r.networks.replaceReason[network] != "" {
		return true
	}
	for _, h := range r.networks.subnetFrom {
		if h.Name == network {
			return true
		}
	}
	return false
}

// create plans to make a container.
func (r *reconciler) create(d *decision) {
	w := d.want
	create, cause := CreateContainer{Container: w, As: d.address()}, d.cause
	if source := d.dataSource(); source != nil && !r.goal.FreshData {
		create.Replaces = source.ID
	} else if source == nil && !r.goal.FreshData && !w.OneOff {
		holders := r.holders(w.Name)
		for _, h := range holders {
			create.Holders = append(create.Holders, h.ID)
		}
		if len(holders) > 0 {
			cause += ", and " + holders[0].Name + " may have its data"
		}
	}
	after := []wait{ifPlanned(imageKey(w.Image))}
	for _, ref := range w.Reads {
		after = append(after, ifPlanned(imageKey(ref)))
	}
	// A container is made after those that it is started after, as docker-compose
	// did: where one of those can't be made, neither is this one.
	var before []int
	for _, service := range w.After {
		if service != w.Service {
			before = append(before, r.makes[service]...)
		}
	}
	slices.Sort(before)
	for _, i := range slices.Compact(before) {
		after = append(after, ifPlanned(createKey(r.decisions[i].want.Name)))
	}
	for _, name := range w.SharesWith {
		address := name
		if other := r.named[name]; other != nil {
			address = other.address()
			if other.make {
				after = append(after, need(createKey(name)))
			}
		}
		create.SharesWith = append(create.SharesWith, address)
	}
	r.builder.add(createKey(w.Name), d.task(), cause, create, after...)
}

// ready gives what is done for a new container before the one that it replaces
// is stopped. A network that is replaced can't be there before the old
// container has left it, and without the network that it was made on the new
// one can't be attached anywhere.
func (r *reconciler) ready(d *decision) []wait {
	replaceReason := r.networks.replaceReason
	after := []wait{need(createKey(d.want.Name))}
	if replaceReason[d.want.createdOn()] != "" {
		return after
	}
	return append(after, r.attached(d, func(network string) bool { return replaceReason[network] == "" })...)
}

// attached waits until a new container is attached to those of its networks
// that are meant.
func (r *reconciler) attached(d *decision, meant func(network string) bool) []wait {
	var after []wait
	for _, network := range d.want.Attach {
		if meant(network) && !d.attachedAtCreation(network, r.have) {
			after = append(after, need(connectKey(d.want.Name, network)))
		}
	}
	for _, network := range d.want.OtherNetworks {
		if meant(network) {
			after = append(after, need(connectKey(d.want.Name, network)))
		}
	}
	return after
}

// rename plans to give a container its name, once that is free. A new one is
// attached to all its networks then, and started.
func (r *reconciler) rename(d *decision) {
	after := r.nameFree(d.want.Name)
	if d.make {
		after = append(after, need(createKey(d.want.Name)))
		after = append(after, r.attached(d, func(string) bool { return true })...)
	}
	after = append(after, ifPlanned(startKey(d.want.Name)))
	from := d.firstName()
	if d.keep != nil && r.aside[d.keep.ID] {
		from = d.temporary
		after = append(after, need(renameKey(d.keep.ID)))
	}
	r.builder.add(renameKey(d.want.Name), d.task(), "the name is free",
		RenameContainer{Container: d.address(), From: from, To: d.want.Name}, after...)
}

// remove plans to stop a container, where it runs, and to remove it.
func (r *reconciler) remove(h *HaveContainer, task Task, cause string, after ...wait) {
	if h.State.Up() {
		planStop(r.builder, *h, task, cause, r.goal.Timeout, after...)
	}
	planRemove(r.builder, *h, task, cause, false, after...)
}

// nameFree waits until no container that the plan removes or renames holds a
// name.
func (r *reconciler) nameFree(name string) []wait {
	var after []wait
	for _, h := range r.have.look().named[name] {
		switch {
		case r.removed[h.ID]:
			after = append(after, need(removeKey(h.ID)))
		case r.aside[h.ID]:
			after = append(after, need(renameKey(h.ID)))
		default:
			after = append(after, ifPlanned(renameKey(h.ID)))
			for _, other := range r.decisions {
				if other.keep != nil && other.keep.ID == h.ID && other.want.Name != name {
					after = append(after, ifPlanned(renameKey(other.want.Name)))
				}
			}
		}
	}
	return after
}
