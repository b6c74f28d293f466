package adhoc

import (
	"fmt"
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
	removed  map[*observed.Network]bool // networks that the plan removes, or empties
	created  map[string]int             // the steps that make networks, by name
	err      error                      // the first container that can't be attached
}

func (p Planner) builder() *builder {
	return &builder{planner: p, snapshot: p.Snapshot, plan: &plan.Plan{}, removed: map[*observed.Network]bool{}, created: map[string]int{}}
}

// add puts a step in and gives its index.
func (b *builder) add(a plan.Action, verb plan.Verb, kind, name, cause string, after ...int) int {
	b.plan.Steps = append(b.plan.Steps, plan.Step{
		Action: a, Cause: cause, Task: plan.Task{Verb: verb, Kind: kind, Name: name}, After: after,
	})
	return len(b.plan.Steps) - 1
}

// create plans to make a network, once.
func (b *builder) create(n plan.Network, cause string) int {
	step, planned := b.created[n.Name]
	if !planned {
		step = b.add(plan.CreateNetwork{Network: n}, plan.Create, "network", n.Name, cause)
		b.created[n.Name] = step
	}
	return step
}

// link plans a network of two, or more names on one that there is.
func (b *builder) link(consumer, target *observed.Container, names []linking.Name) {
	if p := pairOf(b.snapshot, consumer, target); p.network != nil {
		b.addNames(p, consumer, names)
		return
	}
	var after []int
	n := b.planner.Network(consumer.Name, target.Name, There)
	if kept := b.keptFor(consumer, target); kept != nil {
		n.Name = kept.Name
	} else {
		after = append(after, b.create(n, "asked for"))
	}
	b.connect(n, target, nil, "", "asked for", after...)
	b.connect(n, consumer, names, "", "asked for", after...)
}

// addNames plans to give a consumer more names on a network that it is on. It
// has to leave for a moment, and comes back to its address.
func (b *builder) addNames(p pair, consumer *observed.Container, more []linking.Name) {
	endpoint := b.snapshot.EndpointOn(consumer, p.network)
	had := namesOn(endpoint)
	names := slices.Clone(had)
	for _, m := range more {
		if !slices.ContainsFunc(names, func(n linking.Name) bool { return n.Alias == m.Alias }) {
			names = append(names, m)
		}
	}
	if len(names) > len(had) {
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
// is called something else later. What a container of a project finds by the
// project's links it goes on to find there alone, whatever the other is called.
func (b *builder) connect(n plan.Network, c *observed.Container, names []linking.Name, address, cause string, after ...int) int {
	if spec, ours := n.Spec.(desired.NetworkSpec); ours {
		spec.Endpoints = map[string]linking.Endpoint{c.Name: {Aliases: []string{c.Name}, Links: names}}
		n.Spec = spec
	}
	if made, missing := b.remakeCreatedOn(c); missing && !slices.Contains(after, made) {
		after = append(after, made)
	}
	var hides []string
	if n.Name != bridge {
		hides = slices.DeleteFunc(desired.Finds(b.snapshot, c), func(name string) bool {
			return slices.ContainsFunc(names, func(l linking.Name) bool { return strings.EqualFold(l.Alias, name) })
		})
	}
	return b.add(plan.Connect{Container: c.ID, Name: c.Name, Service: c.Name, Network: n, Address: address, Hides: hides},
		plan.Relink, "container", c.Name, cause, after...)
}

// leaveBridge plans to take a container off the default bridge, or says what
// staying there means.
func (b *builder) leaveBridge(c *observed.Container, isolate bool) {
	if !slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool { return e.Network == bridge }) {
		return
	}
	if !isolate {
		b.note("%s stays on the default bridge, where every container reaches every other by address; --isolate takes it off", c.Name)
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
		if endpoint == nil || len(namesOn(endpoint)) == 0 || !b.isTarget(p, consumer, endpoint, target) {
			continue
		}
		had := namesOn(endpoint)
		left := slices.DeleteFunc(slices.Clone(had), func(l linking.Name) bool {
			return len(aliases) == 0 || slices.ContainsFunc(aliases, func(a string) bool { return strings.EqualFold(a, l.Alias) })
		})
		if len(left) == len(had) {
			continue
		}
		found = true
		other := p.other(consumer)
		if len(left) > 0 || other != nil && len(namesOn(s.EndpointOn(other, p.network))) > 0 {
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
		return slices.ContainsFunc(namesOn(endpoint), func(l linking.Name) bool { return l.Target == target })
	}
	c, _, _ := b.planner.FindEnd(target)
	return other == c
}

// unlinkLeft plans to remove what is left of links between two containers of
// which one is gone, by the names that they had, and reports whether there is
// any.
func (b *builder) unlinkLeft(one, other string) (found bool) {
	for _, p := range pairsOf(b.snapshot) {
		if p.leftOver(b.snapshot) && wasBetween(p.network, one, other) {
			b.remove(p, "asked for")
			found = true
		}
	}
	return found
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
	if made := madeOn(b.snapshot, p.network); made != nil {
		b.note("network %s stays, empty: the engine starts %s only while it exists; to remove it when %s is gone: docker stacklite link rm --gone",
			p.network.Name, made.Name, made.Name)
		return
	}
	b.add(plan.RemoveNetwork{Name: p.network.Name, ID: p.network.ID}, plan.Remove, "network", p.network.Name, cause, left...)
}

func (b *builder) note(format string, args ...any) {
	b.plan.Notes = append(b.plan.Notes, fmt.Sprintf(format, args...))
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
