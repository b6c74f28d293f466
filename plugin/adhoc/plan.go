package adhoc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// bridge is the engine's default network, on which every container reaches
// every other.
const bridge = "bridge"

// runTimeout is how long a link that docker run makes may have one end alone: an
// image may have to be fetched first.
const runTimeout = time.Hour

// Target is one target of a link to be made, and what to call it.
type Target struct {
	Container *observed.Container
	Alias     string // empty: its name
}

// CutTarget takes TARGET[:ALIAS] apart, and reports whether it has an alias.
func CutTarget(word string) (target, alias string, named bool) { return strings.Cut(word, ":") }

// name is a private name for the target.
func (t Target) name(alias string) linking.Name {
	if alias == "" {
		alias = t.Container.Name
	}
	return linking.Name{Alias: alias, Target: t.Container.Name}
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

// Linkable reports whether a container can be attached to networks. The error
// is an *Unlinkable.
func Linkable(c *observed.Container) error {
	advice := "run it without --network " + c.NetworkMode
	switch kind, _ := c.ForeignNetwork(); kind {
	case "host":
		return &Unlinkable{c.Name, "uses the host's network: it needs no link, and no link can isolate it", advice}
	case "none":
		return &Unlinkable{c.Name, "has no network (--network none), so it can't be linked", advice}
	case "container":
		return &Unlinkable{c.Name, "uses the network of another container", "link that container instead"}
	}
	return nil
}

// Planner plans links beside what there is. The names of the containers of
// Linked, and of all that are given to it, are known.
type Planner struct {
	Snapshot *observed.Snapshot
	Version  string    // of Stack Lite, for labels
	Now      time.Time // deadlines are set and judged by it
}

// Link plans to link a running or stopped container to others, without
// restarting any of them. Those on the default bridge, where every container
// reaches every other, stay there unless isolate is set. The error is an
// *Unlinkable.
func (p Planner) Link(consumer *observed.Container, targets []Target, isolate bool) (*plan.Plan, error) {
	if err := Linkable(consumer); err != nil {
		return nil, err
	}
	b := p.builder()
	var done []*observed.Container
	for _, t := range targets {
		if err := checkTarget(p.Snapshot, consumer, t); err != nil {
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
		b.link(consumer, t.Container, names)
	}
	for _, c := range append(done, consumer) {
		b.leaveBridge(c, isolate)
	}
	return b.plan, nil
}

// checkTarget refuses a target that can't be linked to, and a name that the
// consumer has for another container.
func checkTarget(s *observed.Snapshot, consumer *observed.Container, t Target) error {
	if t.Container == consumer {
		return &Unlinkable{consumer.Name, "cannot link to itself", "it answers to its own name without a link"}
	}
	if err := Linkable(t.Container); err != nil {
		return err
	}
	want := t.name(t.Alias)
	for _, p := range pairsOf(s) {
		endpoint := s.EndpointOn(consumer, p.network)
		if endpoint == nil || p.other(consumer) == t.Container {
			continue
		}
		for _, l := range endpoint.Links {
			if strings.EqualFold(l.Alias, want.Alias) {
				return &Unlinkable{consumer.Name, fmt.Sprintf("calls %s %q already", l.Target, l.Alias),
					fmt.Sprintf("choose another name for %s, or: docker stacklite link rm %s %s:%s", t.Container.Name, consumer.Name, l.Target, l.Alias)}
			}
		}
	}
	return nil
}

// Run plans to join a container that is about to be made, or was just made, to
// targets: a network for each, by the target's name. Where made is nil it plans
// the networks and the targets' endpoints, else the endpoints of made, on all
// networks but those that it is on.
func (p Planner) Run(networks map[string]plan.Network, targets []Target, made *observed.Container) *plan.Plan {
	b := p.builder()
	names := map[*observed.Container][]linking.Name{}
	var order []*observed.Container
	for _, t := range targets {
		if names[t.Container] == nil {
			order = append(order, t.Container)
		}
		names[t.Container] = append(names[t.Container], t.name(t.Alias))
	}
	for _, t := range order {
		n := networks[t.Name]
		if made == nil {
			created := b.add(plan.CreateNetwork{Network: n}, plan.Create, "network", n.Name, "asked for")
			b.connect(n, t, nil, "", "asked for", created)
			continue
		}
		if !slices.ContainsFunc(made.Endpoints, func(e observed.Endpoint) bool { return e.Network == n.Name }) {
			b.connect(n, made, names[t], "", "asked for")
		}
	}
	return b.plan
}

// Network is the network for two containers, by name, of which one may be still
// to come. Where another network has its name a hash makes it another.
func (p Planner) Network(a, b string, coming bool) plan.Network {
	name := "stacklite_" + linking.NetworkName(a, b)
	for try := 0; slices.ContainsFunc(p.Snapshot.Networks, func(n observed.Network) bool { return n.Name == name }); try++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", a, b, try))
		name = "stacklite_" + linking.NetworkName(a, b) + "-" + hex.EncodeToString(sum[:4])
	}
	deadline := ""
	if coming {
		deadline = p.Now.Add(runTimeout).UTC().Format(time.RFC3339)
	}
	return plan.Network{Name: name, Size: 2, Spec: desired.NetworkSpec{
		Kind:   linking.Linked,
		Labels: map[string]string{labels.Link: deadline, labels.Version: p.Version},
	}}
}

// Unlink plans to remove links of a consumer: for each target, by name or id,
// the given names for it, all where there is none, and with the last of them
// the network. A target may be one that is gone. Nothing is restarted. It also
// returns the targets to which there is no such link.
func (p Planner) Unlink(consumer *observed.Container, targets []string, aliases map[string][]string) (out *plan.Plan, missing []string) {
	b := p.builder()
	for _, target := range targets {
		if !b.unlink(consumer, target, aliases[target]) {
			missing = append(missing, target)
		}
	}
	return b.plan, missing
}

// Sweep plans to remove what is left of links of which an end is gone: those of
// these containers, or all where there are none. Then a link of which an end
// may be still to come is left alone.
func (p Planner) Sweep(of ...*observed.Container) *plan.Plan {
	return p.sweep(func(left pair) bool {
		if len(of) == 0 {
			return p.Now.After(left.network.Deadline)
		}
		return slices.ContainsFunc(left.ends, func(c *observed.Container) bool { return slices.Contains(of, c) })
	})
}

// SweepNetworks plans to remove the networks of these names, where an end is
// gone or never came.
func (p Planner) SweepNetworks(names []string) *plan.Plan {
	return p.sweep(func(left pair) bool { return slices.Contains(names, left.network.Name) })
}

func (p Planner) sweep(meant func(pair) bool) *plan.Plan {
	b := p.builder()
	for _, left := range pairsOf(p.Snapshot) {
		if len(left.ends) < 2 && meant(left) {
			b.remove(left, "the other end is gone")
		}
	}
	return b.plan
}
