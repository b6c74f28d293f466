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

// link plans a network of two, what is missing of one that was begun, or more names
// on one that there is.
func (b *builder) link(consumer, target *observed.Container, names []linking.Name) {
	p := pairOf(b.snapshot, consumer, target)
	if p.network == nil {
		p = begun(b.snapshot, consumer, target)
	}
	if p.network == nil {
		n := b.planner.Network(consumer.Name, target.Name, There)
		made := b.create(n, "asked for")
		b.connect(n, target, nil, "", "asked for", made)
		b.connect(n, consumer, names, "", "asked for", made)
		return
	}
	var back []int
	if !slices.Contains(p.ends, target) {
		had, _ := b.recorded(p, target)
		back = append(back, b.connect(networkOf(p), target, had, "", "asked for"))
	}
	if slices.Contains(p.ends, consumer) {
		b.addNames(p, consumer, names)
	} else {
		had, _ := b.recorded(p, consumer)
		back = append(back, b.connect(networkOf(p), consumer, union(had, names), "", "asked for"))
	}
	b.removeRecords(consumer.Name, target.Name, back...)
}

// union adds names to others that are not among them.
func union(had, more []linking.Name) []linking.Name {
	names := slices.Clone(had)
	for _, m := range more {
		if !slices.ContainsFunc(names, func(n linking.Name) bool { return n.Alias == m.Alias }) {
			names = append(names, m)
		}
	}
	return names
}

// networkOf is the network of a pair, to attach containers to.
func networkOf(p pair) plan.Network {
	return plan.Network{Name: p.network.Name, Spec: desired.NetworkSpec{Kind: linking.Linked}}
}

// addNames plans to give a consumer more names on a network that it is on. It
// has to leave for a moment, and comes back to its address.
func (b *builder) addNames(p pair, consumer *observed.Container, more []linking.Name) {
	had := namesOn(b.snapshot.EndpointOn(consumer, p.network))
	if names := union(had, more); len(names) > len(had) {
		b.reconnect(p, consumer, names, "another name")
	}
}

func (b *builder) reconnect(p pair, c *observed.Container, names []linking.Name, cause string) {
	var written []int
	record, step, needed := b.record(p, c, names)
	if needed {
		written = append(written, step)
	}
	left := b.disconnect(p, c, cause, written...)
	address := ""
	if a := b.snapshot.EndpointOn(c, p.network).Address; a.IsValid() {
		address = a.String()
	}
	back := b.connect(networkOf(p), c, names, address, cause, left)
	if ends := p.network.Ends; ends != nil {
		b.removeRecords(ends[0], ends[1], back)
	}
	if needed {
		b.add(plan.RemoveNetwork{Name: record.Name, ID: record.Name}, plan.Remove, "network", record.Name, backCause, back)
	}
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
// whether it has any, or a command that was cut off had begun to.
func (b *builder) unlink(consumer *observed.Container, target string, aliases []string) (found bool) {
	for _, p := range pairsOf(b.snapshot) {
		endpoint := b.snapshot.EndpointOn(consumer, p.network)
		had, away := b.recorded(p, consumer)
		if endpoint != nil {
			had = namesOn(endpoint)
		}
		if !away && len(had) == 0 || !b.isTarget(p, consumer, had, target) {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(had), func(l linking.Name) bool {
			return len(aliases) == 0 || slices.ContainsFunc(aliases, func(a string) bool { return strings.EqualFold(a, l.Alias) })
		})
		other := p.other(consumer)
		stays := len(left) > 0 || other != nil && len(namesOn(b.snapshot.EndpointOn(other, p.network))) > 0
		if away && other == nil { // there is nothing to come back to
			stays = false
		}
		switch {
		case stays && away:
			b.removeRecords(consumer.Name, other.Name, b.connect(networkOf(p), consumer, left, "", "asked for"))
		case len(left) == len(had) && !away:
			continue
		case stays:
			b.reconnect(p, consumer, left, "asked for")
		default:
			b.remove(p, "asked for")
		}
		found = true
	}
	return found
}

// isTarget reports whether the other end of a pair is the one that is meant.
func (b *builder) isTarget(p pair, consumer *observed.Container, names []linking.Name, target string) bool {
	other := p.other(consumer)
	if other == nil {
		return slices.ContainsFunc(names, func(l linking.Name) bool { return l.Target == target })
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
	return len(b.removeRecords(one, other)) > 0 || found
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
	if ends := p.network.Ends; ends != nil {
		left = append(left, b.removeRecords(ends[0], ends[1])...)
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
