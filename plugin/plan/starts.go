package plan

import (
	"maps"
	"slices"
	"strings"
)

// planStarts plans to start what does not run, once it can reach all that it
// has to and nothing else uses what it needs for itself.
func (r *reconciler) planStarts(over *takeover) {
	b, made := r.builder, r.decisions
	p := startPlan{builder: b, have: r.have, takeover: over, starting: map[string]decisions{}, successors: map[string]*decision{}, stops: newStops(b, r.have, made)}
	starts := func(d *decision) bool {
		return d.halts || r.goal.State == UpAndRunning && (d.starts() || d.rejoins != "")
	}
	for _, d := range made {
		if starts(d) {
			p.starting[d.want.Service] = append(p.starting[d.want.Service], d)
		}
		for _, h := range d.replace {
			p.successors[h.ID] = d
		}
	}
	last := map[string]stepKey{} // by port range
	for _, d := range made {
		if !starts(d) {
			continue
		}
		key, after := startKey(d.want.Name), p.waits(d)
		if d.rejoins != "" {
			b.add(key, Task{Restart, kindContainer, d.want.Name}, d.rejoins,
				RestartContainer{Container: d.keep.ID, Name: d.want.Name, Timeout: r.goal.Timeout}, after...)
			continue
		}
		if r := d.want.PortRange; r != "" {
			if previous, ok := last[r]; ok {
				after = append(after, need(previous))
			}
			last[r] = key
		}
		cause, task := "made", d.task()
		switch {
		case d.halts:
			cause, task = "stopped to be relinked", d.relinkTask()
		case d.keep != nil:
			cause = string(d.keep.State)
		}
		b.add(key, task, cause, StartContainer{
			Container: d.address(), Name: d.want.Name, Service: d.want.Service,
			Stopped: r.stoppedFor(d), Predecessors: d.predecessors(), Held: r.held(d), Beside: d.rolls,
		}, after...)
	}
	for _, d := range made {
		if d.rolls {
			rollingPlan{r}.await(d)
		}
	}
	awaitConditions(b, made)
	startFixedFirst(b, made)
}

// awaitConditions has containers that are started wait until those that their services
// depend on are healthy, or have completed. One that neither runs nor is started, as where
// others were not asked for, is not waited for. All wait for it once: it may fail only where
// it is optional for each.
func awaitConditions(b *builder, made decisions) {
	of, required := map[string]decisions{}, map[Awaited]bool{}
	for _, d := range made {
		of[d.want.Service] = append(of[d.want.Service], d)
		for _, a := range d.want.Awaits {
			required[a.needed()] = required[a.needed()] || !a.Optional
		}
	}
	for _, d := range made {
		if len(d.want.Awaits) == 0 || !b.planned(startKey(d.want.Name)) {
			continue
		}
		for _, awaited := range d.want.Awaits {
			for _, target := range of[awaited.Service] {
				starts := b.planned(startKey(target.want.Name))
				there := target.keep != nil && (target.keep.State.Up() || awaited.Until == UntilCompleted && target.keep.State == StateExited)
				if !starts && !there {
					continue
				}
				key := conditionKey(target.want.Name, awaited.Until)
				b.add(key, Task{Wait, kindContainer, target.want.Name}, d.want.Service+" depends on it", AwaitCondition{
					Container: target.address(), Name: target.want.Name, Service: target.want.Service, Until: awaited.Until, For: d.want.Service,
					Optional: !required[awaited.needed()],
				}, ifPlanned(startKey(target.want.Name)))
				b.wait(startKey(d.want.Name), need(key))
			}
		}
	}
}

// startFixedFirst lets containers for which the engine chooses a port of a range start
// after those that need one certain port of it, as far as these do not wait for them.
func startFixedFirst(b *builder, made decisions) {
	var fixed decisions
	for _, d := range made {
		if d.want.PortRange == "" && len(d.want.HostPorts) > 0 && b.planned(startKey(d.want.Name)) {
			fixed = append(fixed, d)
		}
	}
	for _, d := range made {
		if d.want.PortRange == "" {
			continue
		}
		for _, other := range fixed {
			if slices.ContainsFunc(d.want.HostPorts, func(p HostPort) bool { return slices.ContainsFunc(other.want.HostPorts, p.overlaps) }) {
				b.waitIfNoCircle(startKey(d.want.Name), need(startKey(other.want.Name)))
			}
		}
	}
}

// stoppedFor names the running containers in whose place one is started and that
// are there until it runs.
func (r *reconciler) stoppedFor(d *decision) []string {
	var names []string
	for _, h := range d.replace {
		if h.State.Up() && !d.rolls && r.outlasts(h, d) {
			names = append(names, h.Name)
		}
	}
	return names
}

// held reports whether one in whose place another is started has its name until that
// runs.
func (r *reconciler) held(d *decision) bool {
	return slices.ContainsFunc(d.replace, func(h *HaveContainer) bool {
		return h.MadeBy != "" && h.Name == d.want.Name && r.outlasts(h, d)
	})
}

// predecessors gives the containers of another tool whose place one takes.
func (d *decision) predecessors() []string {
	var ids []string
	for _, h := range slices.Concat(d.replace, d.left) {
		if h.MadeBy != "" {
			ids = append(ids, h.ID)
		}
	}
	return ids
}

// starts reports whether the container is one that is started.
func (d *decision) starts() bool {
	return d.halts || d.asked && !d.skip && !d.awaits && !d.want.OneOff && (d.keep == nil || !d.keep.State.Up())
}

// startPlan is what starts wait for.
type startPlan struct {
	builder    *builder
	have       Have
	takeover   *takeover
	starting   map[string]decisions // those that are started, by service
	successors map[string]*decision // those that take the place of a container, by its id
	stops      stops
}

// waits gives what a container is started after.
func (p startPlan) waits(d *decision) []wait {
	w := d.want
	var after []wait
	if d.make {
		after = append(after, need(createKey(w.Name)))
	}
	after = append(after, p.have.createdOnMade(d)...)
	if !d.asItIs {
		after = append(after, p.onNetworks(d)...)
	}
	if d.keep != nil {
		for _, name := range slices.Sorted(maps.Keys(d.keep.Attached)) {
			after = append(after, ifPlanned(disconnectKey(d.keep.ID, name)))
		}
	}
	for _, service := range w.After {
		for _, target := range p.starting[service] {
			if !p.takeover.later(target, d) {
				after = append(after, need(startKey(target.want.Name)), ifPlanned(awaitKey(target.want.Name)))
			}
		}
	}
	for _, other := range p.takeover.decisions {
		if d.keep == nil || len(d.keep.Joined) == 0 {
			break
		}
		if d.joined(other) != nil {
			after = append(after, ifPlanned(startKey(other.want.Name)))
		}
	}
	return append(after, p.stopped(d)...)
}

// onNetworks waits until a container, and all that exist, are attached to its
// networks.
func (p startPlan) onNetworks(d *decision) []wait {
	var after []wait
	for _, name := range d.want.Attach {
		after = append(after, p.attached(d, name)...)
		after = append(after, needs(p.takeover.networks.connections.addressed[name])...)
	}
	for _, name := range d.want.OtherNetworks {
		if d.joins(name) {
			after = append(after, need(connectKey(d.want.Name, name)))
		}
	}
	return after
}

// stopped waits until all containers are stopped that the plan stops and that use
// what a container needs for itself.
func (p startPlan) stopped(d *decision) []wait {
	found := slices.Clone(p.stops.of[d])
	if len(d.want.HostPorts) > 0 {
		found = append(found, p.stops.withPorts...)
	}
	for _, data := range d.want.Data {
		found = append(found, p.stops.withData[data]...)
	}
	slices.Sort(found)
	var after []wait
	for _, i := range slices.Compact(found) {
		if h := &p.have.Containers[i]; d.succeeds(h, p.successors[h.ID]) {
			after = append(after, need(stopKey(h.ID)))
		}
	}
	return after
}

// stops are places of the containers that the plan stops, by what others may wait for.
type stops struct {
	of        map[*decision][]int // whose place one takes
	withPorts []int               // that have ports of the host
	withData  map[string][]int    // that write to volumes and paths
}

func newStops(b *builder, have Have, made decisions) stops {
	s := stops{of: map[*decision][]int{}, withData: map[string][]int{}}
	places := map[string]int{}
	for i, h := range have.Containers {
		if !b.planned(stopKey(h.ID)) {
			continue
		}
		places[h.ID] = i
		if len(h.HostPorts) > 0 {
			s.withPorts = append(s.withPorts, i)
		}
		for _, data := range h.Data {
			s.withData[data] = append(s.withData[data], i)
		}
	}
	for _, d := range made {
		for _, h := range slices.Concat(d.replace, d.left) {
			if i, ok := places[h.ID]; ok {
				s.of[d] = append(s.of[d], i)
			}
		}
	}
	return s
}

// succeeds reports whether a container takes the place of one that is stopped, or
// gets a port or data that this one uses and its own successor does not.
func (d *decision) succeeds(h *HaveContainer, successor *decision) bool {
	if successor == d && d.rolls {
		return false
	}
	if successor == d || slices.Contains(d.left, h) {
		return true
	}
	uses := func(d *decision, port HostPort) bool {
		return d != nil && slices.ContainsFunc(d.want.HostPorts, port.overlaps)
	}
	for _, port := range h.HostPorts {
		if uses(d, port) && !uses(successor, port) {
			return true
		}
	}
	return slices.ContainsFunc(h.Data, func(data string) bool {
		return slices.Contains(d.want.Data, data) && !(successor != nil && slices.Contains(successor.want.Data, data))
	})
}

// overlaps reports whether two containers can't have these ports at once.
func (p HostPort) overlaps(o HostPort) bool {
	all := func(ip string) bool { return ip == "" || ip == "0.0.0.0" || ip == "::" }
	return p.Proto == o.Proto && p.First <= o.Last && o.First <= p.Last && (p.IP == o.IP || all(p.IP) || all(o.IP))
}

// attached waits until a container is attached to a network of the stack, or
// will be by its start, and all that exist are: they can be reached from the
// first moment.
func (p startPlan) attached(d *decision, network string) []wait {
	networks := p.takeover.networks
	after := networks.made(network)
	if d.make && !d.attachedAtCreation(network, p.have) {
		after = append(after, need(connectKey(d.want.Name, network)))
	}
	return append(after, needs(networks.connections.existing[network])...)
}

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
