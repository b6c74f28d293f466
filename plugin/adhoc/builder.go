package adhoc

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// builder collects the steps of a plan for links by hand.
type builder struct {
	planner  Planner
	snapshot *observed.Snapshot
	plan     *plan.Plan
	removed  map[*observed.Network]bool // networks that the plan removes
}

func (p Planner) builder() *builder {
	return &builder{planner: p, snapshot: p.Snapshot, plan: &plan.Plan{}, removed: map[*observed.Network]bool{}}
}

// add puts a step in and gives its index.
func (b *builder) add(a plan.Action, verb plan.Verb, kind, name, cause string, after ...int) int {
	b.plan.Steps = append(b.plan.Steps, plan.Step{
		Action: a, Cause: cause, Task: plan.Task{Verb: verb, Kind: kind, Name: name}, After: after,
	})
	return len(b.plan.Steps) - 1
}

// link plans a network of two, or more names on one that there is.
func (b *builder) link(consumer, target *observed.Container, names []linking.Name) {
	if p := pairOf(b.snapshot, consumer, target); p.network != nil {
		b.addNames(p, consumer, names)
		return
	}
	n := b.planner.Network(consumer.Name, target.Name, false)
	created := b.add(plan.CreateNetwork{Network: n}, plan.Create, "network", n.Name, "asked for")
	b.connect(n, target, nil, "", "asked for", created)
	b.connect(n, consumer, names, "", "asked for", created)
}

// addNames plans to give a consumer more names on a network that it is on. It
// has to leave for a moment, and comes back to its address.
func (b *builder) addNames(p pair, consumer *observed.Container, more []linking.Name) {
	endpoint := b.snapshot.EndpointOn(consumer, p.network)
	names := slices.Clone(endpoint.Links)
	for _, m := range more {
		if !slices.ContainsFunc(names, func(n linking.Name) bool { return strings.EqualFold(n.Alias, m.Alias) }) {
			names = append(names, m)
		}
	}
	if len(names) > len(endpoint.Links) {
		b.reconnect(p, consumer, names, "another name")
	}
}

func (b *builder) reconnect(p pair, c *observed.Container, names []linking.Name, cause string) {
	left := b.disconnect(p, c, cause)
	address := ""
	if a := b.snapshot.EndpointOn(c, p.network).Address; a.IsValid() {
		address = a.String()
	}
	n := plan.Network{Name: p.network.Name, Spec: desired.NetworkSpec{Kind: linking.Linked}}
	b.connect(n, c, names, address, cause, left)
}

func (b *builder) disconnect(p pair, c *observed.Container, cause string, after ...int) int {
	return b.add(plan.Disconnect{Container: c.ID, Name: c.Name, Network: p.network.Name}, plan.Relink, "container", c.Name, cause, after...)
}

// connect plans to attach a container. It answers to its name there, also when it
// is called something else later.
func (b *builder) connect(n plan.Network, c *observed.Container, names []linking.Name, address, cause string, after ...int) int {
	if spec, ours := n.Spec.(desired.NetworkSpec); ours {
		spec.Endpoints = map[string]linking.Endpoint{c.Name: {Aliases: []string{c.Name}, Links: names}}
		n.Spec = spec
	}
	return b.add(plan.Connect{Container: c.ID, Name: c.Name, Service: c.Name, Network: n, Address: address},
		plan.Relink, "container", c.Name, cause, after...)
}

// leaveBridge plans to take a container off the default bridge, or says what
// staying there means.
func (b *builder) leaveBridge(c *observed.Container, isolate bool) {
	if !slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool { return e.Network == bridge }) {
		return
	}
	if !isolate {
		b.plan.Notes = append(b.plan.Notes,
			c.Name+" stays on the default bridge, where every container reaches every other by address; --isolate takes it off")
		return
	}
	var after []int
	for i := range b.plan.Steps {
		after = append(after, i)
	}
	b.add(plan.Disconnect{Container: c.ID, Name: c.Name, Network: bridge}, plan.Relink, "container", c.Name, "isolated", after...)
}

// unlink plans to take names of a consumer for a target away, and reports
// whether it has any.
func (b *builder) unlink(consumer *observed.Container, target string, aliases []string) (found bool) {
	s := b.snapshot
	for _, p := range pairsOf(s) {
		endpoint := s.EndpointOn(consumer, p.network)
		if endpoint == nil || len(endpoint.Links) == 0 || !b.isTarget(p, consumer, endpoint, target) {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(endpoint.Links), func(l linking.Name) bool {
			return len(aliases) == 0 || slices.ContainsFunc(aliases, func(a string) bool { return strings.EqualFold(a, l.Alias) })
		})
		if len(left) == len(endpoint.Links) {
			continue
		}
		found = true
		other := p.other(consumer)
		if len(left) > 0 || other != nil && len(s.EndpointOn(other, p.network).Links) > 0 {
			b.reconnect(p, consumer, left, "asked for")
			continue
		}
		b.remove(p, "asked for")
	}
	return found
}

// isTarget reports whether the other end of a pair is the one that is meant.
func (b *builder) isTarget(p pair, consumer *observed.Container, endpoint *observed.Endpoint, target string) bool {
	other := p.other(consumer)
	if other == nil {
		return slices.ContainsFunc(endpoint.Links, func(l linking.Name) bool { return l.Target == target })
	}
	return other == b.snapshot.Container("", target)
}

// remove plans to remove a network. A container that was taken off the default
// bridge for links is put back with the last of them, and so is one that would
// be left without any network. Where one can't be put back the link stays as it is.
func (b *builder) remove(p pair, cause string) {
	b.removed[p.network] = true
	var back, left []int
	for _, c := range p.ends {
		if b.returnsToBridge(c) {
			back = append(back, b.connect(plan.Network{Name: bridge, Spec: desired.DefaultBridge{}}, c, nil, "", "no link is left"))
		}
	}
	for _, c := range p.ends {
		left = append(left, b.disconnect(p, c, cause, back...))
	}
	b.add(plan.RemoveNetwork{Name: p.network.Name, ID: p.network.ID}, plan.Remove, "network", p.network.Name, cause, left...)
}

// returnsToBridge reports whether a container belongs on the default bridge
// when the networks that the plan removes are gone.
func (b *builder) returnsToBridge(c *observed.Container) bool {
	others, links := 0, 0
	for _, e := range c.Endpoints {
		n := b.snapshot.Network(e)
		switch {
		case n == nil || b.removed[n]:
		case n.Name == bridge:
			return false
		case n.Adhoc:
			links++
		default:
			others++
		}
	}
	return links == 0 && (c.CreatedOn == "" || others == 0)
}
