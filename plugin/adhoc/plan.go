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

// How long a network may wait for the container that docker run makes on it.
const (
	createTimeout = 2 * time.Minute
	pullTimeout   = time.Hour // where an image has to be fetched first
)

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

// Names are the private names for the target: its alias in the spellings that
// programs use.
func (t Target) Names() []linking.Name {
	name := t.name(t.Alias)
	return linking.PrivateNames(name.Alias, name.Target)
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
// Linked, and of consumers that are given to it, are known.
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
		if err := p.checkTarget(consumer, t); err != nil {
			return nil, err
		}
		if err := CheckAliases(targets); err != nil {
			return nil, err
		}
		if slices.Contains(done, t.Container) {
			continue
		}
		done = append(done, t.Container)
		var names []linking.Name
		for _, o := range targets {
			if o.Container == t.Container {
				names = append(names, o.Names()...)
			}
		}
		b.link(consumer, t.Container, names)
	}
	for _, c := range append(done, consumer) {
		b.leaveBridge(c, isolate)
	}
	return b.plan, b.err
}

// Run plans to join a container that is about to be made, or was just made, to
// targets: a network for each, by the target's name. Where made is nil it plans
// the networks and the targets' endpoints, else the endpoints of made, on all
// networks but those that it is on. The error is an *Unlinkable.
func (p Planner) Run(networks map[string]plan.Network, targets []Target, made *observed.Container) (*plan.Plan, error) {
	b := p.builder()
	names := map[*observed.Container][]linking.Name{}
	var order []*observed.Container
	for _, t := range targets {
		if names[t.Container] == nil {
			order = append(order, t.Container)
		}
		names[t.Container] = append(names[t.Container], t.Names()...)
	}
	for _, t := range order {
		n := networks[t.Name]
		if made == nil {
			var after []int
			there := b.snapshot.NetworkCalled(n.Name)
			if there == nil {
				after = append(after, b.create(n, "asked for"))
			}
			if there == nil || b.snapshot.EndpointOn(t, there) == nil {
				b.connect(n, t, nil, "", "asked for", after...)
			}
			continue
		}
		if !slices.ContainsFunc(made.Endpoints, func(e observed.Endpoint) bool { return e.Network == n.Name }) {
			b.connect(n, made, names[t], "", "asked for")
		}
	}
	return b.plan, b.err
}

// Coming says whether the consumer of a link is still to come.
type Coming string

// How it comes.
const (
	There  Coming = ""
	Made   Coming = "made"   // docker run makes it now
	Pulled Coming = "pulled" // docker run makes it when its image is fetched
)

// Network is the network for two containers, by name. Where another network has its name a hash makes it another.
func (p Planner) Network(consumer, target string, coming Coming) plan.Network {
	name := networkPrefix + linking.NetworkName(consumer, target)
	for try := 0; slices.ContainsFunc(p.Snapshot.Networks, func(n observed.Network) bool { return n.Name == name }); try++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", consumer, target, try))
		name = networkPrefix + linking.NetworkName(consumer, target) + "-" + hex.EncodeToString(sum[:4])
	}
	deadline := ""
	switch coming {
	case Made:
		deadline = p.Now.Add(createTimeout).UTC().Format(time.RFC3339)
	case Pulled:
		deadline = p.Now.Add(pullTimeout).UTC().Format(time.RFC3339)
	}
	return plan.Network{Name: name, Size: 2, Spec: desired.NetworkSpec{
		Kind: linking.Linked,
		Labels: map[string]string{
			labels.Link: deadline, labels.Version: p.Version,
			labels.Externals: labels.ListText([]string{linking.ExternalContainer(consumer), linking.ExternalContainer(target)}),
		},
	}}
}

// RunNetwork is Network for a container that docker run is to make. One that a run of
// the same name had made before it was cut off is used.
func (p Planner) RunNetwork(consumer string, target *observed.Container, coming Coming) plan.Network {
	for _, of := range pairsOf(p.Snapshot) {
		left := len(of.ends) == 0 || len(of.ends) == 1 && of.ends[0] == target && len(namesOn(p.Snapshot.EndpointOn(target, of.network))) == 0
		if left && of.leftOver(p.Snapshot) && slices.Equal(of.network.Ends, []string{consumer, target.Name}) {
			return networkOf(of)
		}
	}
	return p.Network(consumer, target.Name, coming)
}

// Unlink plans to remove links of a consumer: for each target the given names
// for it, all where there is none, and with the last of them the network.
// Containers are called by name or id, those that are gone by the name that they
// had; all names of a consumer that is gone went with it. Nothing is restarted.
// It also returns the targets to which there is no such link. The error is a
// *NoSuchContainer, for a consumer of whom nothing is known, or an *Unlinkable,
// where one can't be put back on the default bridge.
func (p Planner) Unlink(consumer string, targets []string, aliases map[string][]string) (out *plan.Plan, missing []string, err error) {
	b := p.builder()
	c, name, err := p.FindEnd(consumer)
	if err != nil {
		return nil, nil, err
	}
	for _, target := range targets {
		if c != nil && b.unlink(c, target, aliases[target]) {
			continue
		}
		if _, other, _ := p.FindEnd(target); !b.unlinkLeft(name, other) {
			missing = append(missing, target)
		}
	}
	return b.plan, missing, b.err
}
