package plan

import (
	"fmt"
	"slices"
	"strings"
)

// A service is replaced rolling where the goal or its label says so: each new container
// is made, attached, started and waited for while the one that it replaces runs, and only
// then is that one stopped and removed. So none is away at any moment, also where there
// is only one; and where a new one does not come up it is taken away again, and all the
// old ones run on. There are as many more containers meanwhile as go at once.
//
// What a run that was cut off has left beside an old one that runs goes first: there is
// then one of either kind at most, and where a new one fails the old one is alone again.
//
// What two containers of one replica can't have at once, a port of the host, data, a MAC
// address, does not allow that: such a replica is replaced in its turn, and a note says
// why. See turns.go.

// rollingPlan plans to replace containers rolling.
type rollingPlan struct{ *reconciler }

// choose finds out which containers are replaced rolling.
func (p rollingPlan) choose() {
	reasons := map[string]string{}
	extra := p.extraEndpoints()
	for _, d := range p.decisions {
		if !p.wantsRolling(d) {
			continue
		}
		if why := p.notRolling(d, extra); why != "" {
			if reasons[d.want.Service] == "" {
				reasons[d.want.Service] = why
			}
			continue
		}
		d.rolls = true
	}
	for _, d := range p.decisions {
		if why := reasons[d.want.Service]; why != "" {
			p.builder.note("%s can't be replaced rolling: %s; each container is away until the new one has started", d.want.Service, why)
			delete(reasons, d.want.Service)
		}
	}
}

// wantsRolling reports whether a container is one that runs and is to be replaced
// rolling.
func (p rollingPlan) wantsRolling(d *decision) bool {
	return p.atOnce(d.want) > 0 && p.goal.State == UpAndRunning && d.asked && !d.awaits && !d.want.OneOff &&
		slices.ContainsFunc(d.replace, func(h *HaveContainer) bool { return h.State == StateRunning })
}

// atOnce is how many replicas of a service are replaced rolling at once; 0: it is not.
func (p rollingPlan) atOnce(c Container) int {
	if p.goal.Rolling > 0 {
		return p.goal.Rolling
	}
	return c.Rolling
}

// notRolling says why a new container can't run beside the one that it replaces; empty:
// it can.
func (p rollingPlan) notRolling(d *decision, extra map[string]int) string {
	w := d.want
	if len(w.SharesWith) > 0 || w.NetworkOf != "" {
		return "it shares something with another container"
	}
	for _, name := range w.Attach {
		if p.givesWay(name) {
			return "network " + name + " is replaced"
		}
		if n, ok := p.have.network(name); ok && n.Size < p.wantedSize(name)+extra[name] {
			return "network " + name + " has no room for more"
		}
	}
	for _, h := range append(slices.Clone(d.replace), d.left...) {
		if d.isLeftover(h) {
			continue
		}
		switch why := p.notBeside(d, h); {
		case !p.outlasts(h, d):
			return "the new one needs the name or a network of the old one"
		case h.State.Up() && why != "":
			return why
		}
	}
	return ""
}

// notBeside says why a new container can't run beside an old one; empty: it can.
func (p rollingPlan) notBeside(d *decision, h *HaveContainer) string {
	w := d.want
	for _, port := range w.HostPorts {
		if slices.ContainsFunc(h.HostPorts, port.overlaps) && p.full(port, d) {
			return "only one container can have port " + port.String() + " of the host"
		}
	}
	shared := slices.IndexFunc(w.Data, func(data string) bool { return slices.Contains(h.Data, data) })
	switch {
	case h.MadeBy != "":
		return "it was made by " + h.MadeBy
	case len(h.Anonymous) > 0 && !p.goal.FreshData:
		return "the new one takes over the volumes of the old one"
	case shared >= 0 && !p.several(w.Service):
		return "both would write to " + w.Data[shared]
	case h.MAC != "":
		return "both would have the MAC address " + h.MAC
	case len(h.Attached)+len(h.OtherNetworks) == 0:
		return "it has no network of its own"
	}
	return ""
}

// isLeftover reports whether one of those that are replaced was itself to take the place
// of another one, which runs.
func (d *decision) isLeftover(h *HaveContainer) bool {
	return h.MadeBy == "" && IsTemporary(h.Name, d.want.Name) &&
		slices.ContainsFunc(d.replace, func(old *HaveContainer) bool {
			return old.State == StateRunning && !IsTemporary(old.Name, d.want.Name)
		})
}

// full reports whether all ports of a range are in use by containers of the stack, but for
// what is left over of a replica.
func (p rollingPlan) full(wanted HostPort, d *decision) bool {
	used := 0
	for _, h := range p.have.Containers {
		if slices.ContainsFunc(d.replace, func(r *HaveContainer) bool { return r.ID == h.ID && d.isLeftover(r) }) {
			continue
		}
		for _, port := range h.HostPorts {
			if wanted.overlaps(port) {
				used++
			}
		}
	}
	return used > wanted.Last-wanted.First
}

// several reports whether a service is to have more than one replica: these use the same
// data at once anyway.
func (p rollingPlan) several(service string) bool {
	n := 0
	for _, d := range p.decisions {
		if d.want.Service == service && !d.skip {
			n++
		}
	}
	return n > 1
}

// wantedSize is how many endpoints a network is to have room for.
func (p rollingPlan) wantedSize(network string) int {
	return p.networks.isWanted[network].Size
}

// extraEndpoints is for how many more containers each network needs room meanwhile.
func (p rollingPlan) extraEndpoints() map[string]int {
	extra, counted := map[string]int{}, map[string]bool{}
	for _, d := range p.decisions {
		if !counted[d.want.Service] && p.wantsRolling(d) {
			counted[d.want.Service] = true
			for _, network := range d.want.Attach {
				extra[network] += p.atOnce(d.want)
			}
		}
	}
	return extra
}

// String is the port as people write it.
func (p HostPort) String() string {
	text := fmt.Sprint(p.First)
	if p.Last > p.First {
		text += fmt.Sprint("-", p.Last)
	}
	if p.IP != "" {
		text = p.IP + ":" + text
	}
	return strings.TrimSuffix(text+"/"+p.Proto, "/tcp")
}

// await plans to wait until a new container is up.
func (p rollingPlan) await(d *decision) {
	var after []wait
	if p.builder.planned(startKey(d.want.Name)) {
		after = append(after, need(startKey(d.want.Name)))
	}
	p.builder.add(awaitKey(d.want.Name), d.task(), "before the old one goes", AwaitContainer{
		Container: d.address(), Name: d.want.Name, Service: d.want.Service, Beside: true,
	}, after...)
}

// order has those that are replaced rolling go one after the other, or as many at once
// as are wanted. A new one is made when the turn has come, so that a failure leaves none
// behind.
func (p rollingPlan) order() {
	rolled := map[string]decisions{}
	for _, d := range p.decisions {
		if d.rolls {
			rolled[d.want.Service] = append(rolled[d.want.Service], d)
		}
	}
	for _, d := range p.decisions {
		service := rolled[d.want.Service]
		delete(rolled, d.want.Service)
		for i, next := range service {
			if at := i - p.atOnce(next.want); at >= 0 {
				p.follows(service[at], next)
			}
		}
		for i := range service {
			var names []string
			for at := i + p.atOnce(service[i].want); at < len(service); at += p.atOnce(service[i].want) {
				names = append(names, service[at].want.Name)
			}
			p.builder.follow(startKey(service[i].want.Name), names)
			p.builder.follow(awaitKey(service[i].want.Name), names)
		}
	}
}

// follows has the replacement of a container begin when another one is replaced.
func (p rollingPlan) follows(d, next *decision) {
	first := createKey(next.want.Name)
	for _, key := range []stepKey{startKey(next.want.Name), awaitKey(next.want.Name)} {
		if !p.builder.planned(first) {
			first = key
		}
	}
	for _, h := range d.replace {
		p.builder.waitIfNoCircle(first, ifPlanned(stopKey(h.ID)))
	}
}
