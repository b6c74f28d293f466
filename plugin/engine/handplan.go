package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// HandTarget is one target of a link to be made, and what to call it.
type HandTarget struct {
	Container *Container
	Alias     string // empty: its name
}

// Unlinkable is a container that can't be linked, or a link that can't be made.
type Unlinkable struct {
	Container string
	Reason    string
	Advice    string
}

func (u *Unlinkable) Error() string { return u.Container + " " + u.Reason }

// Hints says what to do instead.
func (u *Unlinkable) Hints() []string { return []string{u.Advice} }

// Linkable tells whether a container can be attached to networks.
func Linkable(c *Container) error {
	advice := "make it with a network: docker run without --network " + c.Net
	switch kind, _, _ := strings.Cut(c.Net, ":"); kind {
	case "host":
		return &Unlinkable{c.Name, "uses the network of the host, so nothing keeps others from it and it needs no link", advice}
	case "none":
		return &Unlinkable{c.Name, "has no network (--network none), so no link leads to it or from it", advice}
	case "container":
		return &Unlinkable{c.Name, "uses the network of another container", "link that container instead"}
	}
	return nil
}

// PlanLink plans to link a running or stopped container to others, without
// restarting anybody. Those that are on the default bridge, where everybody
// reaches everybody, stay there unless isolate is set.
func (e *Engine) PlanLink(s *Snapshot, consumer *Container, targets []HandTarget, isolate bool) (*plan.Plan, error) {
	if err := Linkable(consumer); err != nil {
		return nil, err
	}
	d := e.handDraft(s)
	var done []*Container
	for _, t := range targets {
		if err := checkTarget(s, consumer, t); err != nil {
			return nil, err
		}
		if slices.Contains(done, t.Container) {
			continue
		}
		done = append(done, t.Container)
		var names []linking.Name
		for _, o := range targets {
			if o.Container == t.Container {
				names = append(names, t.name(o.Alias))
			}
		}
		d.link(consumer, t.Container, names)
	}
	for _, c := range append(done, consumer) {
		d.bridge(c, isolate)
	}
	return d.plan, nil
}

// name is a private name for the target.
func (t HandTarget) name(alias string) linking.Name {
	if alias == "" {
		alias = t.Container.Name
	}
	return linking.Name{Alias: alias, Target: t.Container.Name}
}

// checkTarget refuses a target that can't be linked to, and a name that the
// consumer has for somebody else.
func checkTarget(s *Snapshot, consumer *Container, t HandTarget) error {
	if t.Container == consumer {
		return &Unlinkable{consumer.Name, "cannot link to itself", "it answers to its own name without a link"}
	}
	if err := Linkable(t.Container); err != nil {
		return err
	}
	want := t.name(t.Alias)
	for _, b := range s.bonds() {
		place := consumer.placeOn(s, b.network)
		if place == nil || b.other(consumer) == t.Container {
			continue
		}
		for _, l := range place.Links {
			if strings.EqualFold(l.Alias, want.Alias) {
				return &Unlinkable{consumer.Name, fmt.Sprintf("calls %s %q already", l.Target, l.Alias),
					fmt.Sprintf("choose another name for %s, or: link rm %s %s:%s", t.Container.Name, consumer.Name, l.Target, l.Alias)}
			}
		}
	}
	return nil
}

// PlanRun plans to join a container that is about to be made, or was just made,
// to targets: a network for each, by the target's name. Where made is nil it
// plans the networks and the targets' places on them, else the places of made,
// on all networks but those that it is on.
func (e *Engine) PlanRun(s *Snapshot, networks map[string]plan.Network, targets []HandTarget, made *Container) *plan.Plan {
	d := e.handDraft(s)
	names := map[*Container][]linking.Name{}
	var order []*Container
	for _, t := range targets {
		if names[t.Container] == nil {
			order = append(order, t.Container)
		}
		names[t.Container] = append(names[t.Container], t.name(t.Alias))
	}
	for _, t := range order {
		n := networks[t.Name]
		if made == nil {
			first := d.add(plan.CreateNetwork{Network: n}, plan.Create, "network", n.Name, "asked for")
			d.join(n, t, nil, "", "asked for", first)
			continue
		}
		if !slices.ContainsFunc(made.Endpoints, func(p Endpoint) bool { return p.Network == n.Name }) {
			d.join(n, made, names[t], "", "asked for")
		}
	}
	return d.plan
}

// handDraft is a plan of links by hand that is being written.
type handDraft struct {
	engine *Engine
	scene  *Snapshot
	plan   *plan.Plan
	gone   map[*Network]bool // networks that the plan takes away
}

func (e *Engine) handDraft(s *Snapshot) *handDraft {
	return &handDraft{engine: e, scene: s, plan: &plan.Plan{}, gone: map[*Network]bool{}}
}

func (d *handDraft) add(a plan.Action, verb plan.Verb, kind, name, cause string, after ...int) int {
	d.plan.Steps = append(d.plan.Steps, plan.Step{
		Action: a, Cause: cause, Task: plan.Task{Verb: verb, Kind: kind, Name: name}, After: after,
	})
	return len(d.plan.Steps) - 1
}

// link plans a network of two, or more names on one that there is.
func (d *handDraft) link(consumer, target *Container, names []linking.Name) {
	b := d.scene.between(consumer, target)
	if b.network != nil {
		d.rename(b, consumer, names)
		return
	}
	n := d.engine.HandNetwork(d.scene, consumer.Name, target.Name, false)
	made := d.add(plan.CreateNetwork{Network: n}, plan.Create, "network", n.Name, "asked for")
	d.join(n, target, nil, "", "asked for", made)
	d.join(n, consumer, names, "", "asked for", made)
}

// rename plans to give a consumer more names on a network that it is on. It has
// to leave for a moment, and comes back to its address.
func (d *handDraft) rename(b bond, consumer *Container, more []linking.Name) {
	place := consumer.placeOn(d.scene, b.network)
	names := slices.Clone(place.Links)
	for _, m := range more {
		if !slices.ContainsFunc(names, func(n linking.Name) bool { return strings.EqualFold(n.Alias, m.Alias) }) {
			names = append(names, m)
		}
	}
	if len(names) > len(place.Links) {
		d.rejoin(b, consumer, names, "another name")
	}
}

func (d *handDraft) rejoin(b bond, c *Container, names []linking.Name, cause string) {
	left := d.leave(b, c, cause)
	address := ""
	if a := c.placeOn(d.scene, b.network).Address; a.IsValid() {
		address = a.String()
	}
	d.join(plan.Network{Name: b.network.Name, Spec: networkSpec{kind: linking.Linked}}, c, names, address, cause, left)
}

func (d *handDraft) leave(b bond, c *Container, cause string, after ...int) int {
	return d.add(plan.Disconnect{Container: c.ID, Name: c.Name, Network: b.network.Name}, plan.Relink, "container", c.Name, cause, after...)
}

func (d *handDraft) join(n plan.Network, c *Container, names []linking.Name, address, cause string, after ...int) int {
	if spec, ours := n.Spec.(networkSpec); ours {
		spec.endpoints = map[string]linking.Endpoint{c.Name: c.endpoint(names)}
		n.Spec = spec
	}
	return d.add(plan.Connect{Container: c.ID, Name: c.Name, Service: c.Name, Network: n, Address: address},
		plan.Relink, "container", c.Name, cause, after...)
}

// bridge plans to take a container off the default bridge, or says what staying
// there means.
func (d *handDraft) bridge(c *Container, isolate bool) {
	if !slices.ContainsFunc(c.Endpoints, func(p Endpoint) bool { return p.Network == network.NetworkBridge }) {
		return
	}
	if !isolate {
		d.plan.Notes = append(d.plan.Notes,
			c.Name+" stays on the default bridge, where every container reaches every other by address; --isolate takes it off")
		return
	}
	var after []int
	for i := range d.plan.Steps {
		after = append(after, i)
	}
	d.add(plan.Disconnect{Container: c.ID, Name: c.Name, Network: network.NetworkBridge},
		plan.Relink, "container", c.Name, "isolated", after...)
}

// HandNetwork is the network for two containers, by name, of which one may be
// still to come. A name that somebody else's network has is made another one.
func (e *Engine) HandNetwork(s *Snapshot, a, b string, coming bool) plan.Network {
	name := "stacklite_" + linking.NetworkName(a, b)
	for try := 0; slices.ContainsFunc(s.Networks, func(n Network) bool { return n.Name == name }); try++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", a, b, try))
		name = "stacklite_" + linking.NetworkName(a, b) + "-" + hex.EncodeToString(sum[:4])
	}
	until := ""
	if coming {
		until = time.Now().Add(awaited).UTC().Format(time.RFC3339)
	}
	return plan.Network{Name: name, Size: 2, Spec: networkSpec{
		kind:   linking.Linked,
		labels: map[string]string{labels.Link: until, labels.Version: e.options.Version},
	}}
}

// PlanUnlink plans to take links of a consumer away: for each target, by name or
// id, the given names for it, all where there is none, and with the last of them
// the network. A target may be one that is gone. Nobody is restarted. It also
// gives the targets that there is no such link to.
func (e *Engine) PlanUnlink(s *Snapshot, consumer *Container, targets []string, aliases map[string][]string) (p *plan.Plan, missing []string) {
	d := e.handDraft(s)
	for _, target := range targets {
		if !d.unlink(consumer, target, aliases[target]) {
			missing = append(missing, target)
		}
	}
	return d.plan, missing
}

func (d *handDraft) unlink(consumer *Container, target string, aliases []string) (found bool) {
	s := d.scene
	for _, b := range s.bonds() {
		place := consumer.placeOn(s, b.network)
		if place == nil || len(place.Links) == 0 || !d.is(b, consumer, place, target) {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(place.Links), func(l linking.Name) bool {
			return len(aliases) == 0 || has(aliases, l.Alias)
		})
		if len(left) == len(place.Links) {
			continue
		}
		found = true
		other := b.other(consumer)
		if len(left) > 0 || other != nil && len(other.placeOn(s, b.network).Links) > 0 {
			d.rejoin(b, consumer, left, "asked for")
			continue
		}
		d.dissolve(b, "asked for")
	}
	return found
}

// is tells whether the other end of a bond is the one that is meant.
func (d *handDraft) is(b bond, consumer *Container, place *Endpoint, target string) bool {
	other := b.other(consumer)
	if other == nil {
		return slices.ContainsFunc(place.Links, func(l linking.Name) bool { return l.Target == target })
	}
	return other == d.scene.Container("", target)
}

// PlanSweep plans to take away what is left of links of which an end is gone:
// those of these containers, or all where there are none. Then a link of which
// an end may be still to come is left alone.
func (e *Engine) PlanSweep(s *Snapshot, of ...*Container) *plan.Plan {
	return e.sweep(s, func(b bond) bool {
		if len(of) == 0 {
			return time.Now().After(b.network.Awaited)
		}
		return slices.ContainsFunc(b.ends, func(c *Container) bool { return slices.Contains(of, c) })
	})
}

// PlanSweepNetworks plans to take away the networks of these names, where an end
// is gone or never came.
func (e *Engine) PlanSweepNetworks(s *Snapshot, names []string) *plan.Plan {
	return e.sweep(s, func(b bond) bool { return slices.Contains(names, b.network.Name) })
}

func (e *Engine) sweep(s *Snapshot, meant func(bond) bool) *plan.Plan {
	d := e.handDraft(s)
	for _, b := range s.bonds() {
		if len(b.ends) < 2 && meant(b) {
			d.dissolve(b, "the other end is gone")
		}
	}
	return d.plan
}

// dissolve plans to take a network away. Who was taken off the default bridge
// for links goes back with the last of them, and so does who would be left
// without any network.
func (d *handDraft) dissolve(b bond, cause string) {
	d.gone[b.network] = true
	var left []int
	for _, c := range b.ends {
		var before []int
		if d.homeless(c) {
			before = append(before, d.join(plan.Network{Name: network.NetworkBridge}, c, nil, "", "no link is left"))
		}
		left = append(left, d.leave(b, c, cause, before...))
	}
	d.add(plan.RemoveNetwork{Name: b.network.Name, ID: b.network.ID}, plan.Remove, "network", b.network.Name, cause, left...)
}

// homeless tells whether a container belongs on the default bridge when the
// networks that the plan takes away are gone.
func (d *handDraft) homeless(c *Container) bool {
	others, links := 0, 0
	for _, p := range c.Endpoints {
		n := d.scene.Network(p)
		switch {
		case n == nil || d.gone[n]:
		case n.Name == network.NetworkBridge:
			return false
		case n.Adhoc:
			links++
		default:
			others++
		}
	}
	return links == 0 && (c.Default || others == 0)
}
