package adhoc

import (
	"slices"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// The names of a link are those of an endpoint, and an endpoint with other names is
// another: its container leaves the network for a moment, and then nothing on the
// engine says what it called the other end. So that a command which is cut off in
// that moment loses no name, the names that the container is to have are first
// written down in the labels of a network that nobody is ever on. It goes when the
// container is back.

// backCause is why a record goes.
const backCause = "no longer needed"

// isRecord reports whether a network only says what names a container is to have.
func isRecord(n *observed.Network) bool { return n.Adhoc && len(n.Wiring) > 0 }

// recordsOf lists the records of two containers, by the names that they had.
func recordsOf(s *observed.Snapshot, one, other string) []*observed.Network {
	var list []*observed.Network
	for i := range s.Networks {
		if n := &s.Networks[i]; isRecord(n) && n.Ends != nil && wasBetween(n, one, other) {
			list = append(list, n)
		}
	}
	return list
}

// record plans to write down which names a container is to have on the network of a
// pair, and gives the network to remove when it is back. Where neither end loses a
// name by that there is no need.
func (b *builder) record(p pair, c *observed.Container, names []linking.Name) (made plan.Network, step int, needed bool) {
	one, other := b.endsOf(p, c)
	if other == "" || len(namesOn(b.snapshot.EndpointOn(c, p.network))) == 0 {
		return plan.Network{}, 0, false
	}
	made = b.planner.Network(one, other, There)
	text := labels.EndpointText(linking.Endpoint{Aliases: []string{c.Name}, Links: names})
	made.Spec.(desired.NetworkSpec).Labels[labels.Wiring] = labels.WiringText(map[string]string{c.Name: text})
	return made, b.create(made, "keeps the names of "+c.Name+" meanwhile"), true
}

// endsOf names the ends of a pair, in the order in which they were linked as far as
// that is known.
func (b *builder) endsOf(p pair, c *observed.Container) (one, other string) {
	if ends := p.network.Ends; ends != nil {
		return ends[0], ends[1]
	}
	if end := p.other(c); end != nil {
		return c.Name, end.Name
	}
	return c.Name, ""
}

// removeRecords plans to remove the records of two containers, and gives the steps.
func (b *builder) removeRecords(one, other string, after ...int) []int {
	var steps []int
	for _, n := range recordsOf(b.snapshot, one, other) {
		if !b.removed[n] {
			b.removed[n] = true
			steps = append(steps, b.add(plan.RemoveNetwork{Name: n.Name, ID: n.ID}, plan.Remove, "network", n.Name, backCause, after...))
		}
	}
	return steps
}

// recorded gives the names that a container is to have for the other end of a pair
// that it has left for a moment; false: it has not.
func (b *builder) recorded(p pair, c *observed.Container) ([]linking.Name, bool) {
	if p.network.Ends == nil || slices.Contains(p.ends, c) {
		return nil, false
	}
	for _, n := range recordsOf(b.snapshot, p.network.Ends[0], p.network.Ends[1]) {
		if text, said := n.Wiring[c.Name]; said {
			return labels.ParseEndpoint(text).Links, true
		}
	}
	return nil, false
}

// begun finds the network of a link between two containers that is not whole: a
// command was cut off, or it stayed for one that was made on it. The network is nil
// where there is none.
func begun(s *observed.Snapshot, a, b *observed.Container) pair {
	for _, p := range pairsOf(s) {
		strangers := slices.ContainsFunc(p.ends, func(c *observed.Container) bool { return c != a && c != b })
		made := madeOn(s, p.network)
		if !strangers && len(p.ends) < 2 && (made == nil || made == a || made == b || len(p.ends) > 0) && wasBetween(p.network, a.Name, b.Name) {
			return p
		}
	}
	return pair{}
}

// cutOff reports whether a container that exists has left a pair for a moment, and
// was kept from coming back.
func (b *builder) cutOff(p pair) bool {
	for i := range b.snapshot.Containers {
		if _, away := b.recorded(p, &b.snapshot.Containers[i]); away && len(p.ends) > 0 {
			return true
		}
	}
	return false
}
