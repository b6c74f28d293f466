package adhoc

import (
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// leftOver reports whether a pair is what is left of a link of which an end is
// gone, or has not come yet. A network that only stays for the container that
// was made on it is not.
func (p pair) leftOver(s *observed.Snapshot) bool {
	return len(p.ends) == 1 || len(p.ends) == 0 && madeOn(s, p.network) == nil
}

// waitsUntil is until when the consumer of a pair may be still to come. It is the
// last that comes: where it is there, nobody comes.
func (p pair) waitsUntil(s *observed.Snapshot) time.Time {
	if len(p.ends) > 0 && len(namesOn(s.EndpointOn(p.ends[0], p.network))) > 0 {
		return time.Time{}
	}
	return p.network.Deadline
}

// leftOf lists what is left of links of a container that is gone, by the name
// that it had.
func (p Planner) leftOf(name string) []*observed.Network {
	var left []*observed.Network
	for _, of := range pairsOf(p.Snapshot) {
		if of.leftOver(p.Snapshot) && wasOf(of.network, name) {
			left = append(left, of.network)
		}
	}
	return left
}

// Sweep plans to remove what is left of links of which an end is gone: those of
// these containers, by name or id, gone ones by the name that they had, or all
// where none is given. Then a link of which an end may be still to come is left
// alone, and a note says until when. The error is as Unlink's.
func (p Planner) Sweep(of ...string) (*plan.Plan, error) {
	var (
		ends []*observed.Container
		left []*observed.Network
	)
	for _, word := range of {
		c, name, err := p.FindEnd(word)
		if err != nil {
			return nil, err
		}
		ends = append(ends, c)
		left = append(left, p.leftOf(name)...)
	}
	b := p.builder()
	for _, l := range pairsOf(p.Snapshot) {
		if !l.leftOver(p.Snapshot) {
			continue
		}
		if len(of) == 0 {
			if until := l.waitsUntil(p.Snapshot); p.Now.Before(until) {
				b.noteWaiting(l, until)
				continue
			}
			if b.cutOff(l) {
				b.note("network %s stays: a command that changes the link was cut off; type it again, or remove the link", l.network.Name)
				continue
			}
		} else if !slices.Contains(left, l.network) && !slices.ContainsFunc(l.ends, func(c *observed.Container) bool { return slices.Contains(ends, c) }) {
			continue
		}
		b.remove(l, "the other end is gone")
	}
	b.sweepRecords(of)
	return b.plan, b.err
}

// sweepRecords plans to remove the records that no container comes back for: of these
// containers, or all where none is given.
func (b *builder) sweepRecords(of []string) {
	for i := range b.snapshot.Networks {
		n := &b.snapshot.Networks[i]
		if !isRecord(n) || n.Ends == nil || len(of) > 0 && !slices.ContainsFunc(of, func(name string) bool { return slices.Contains(n.Ends, name) }) {
			continue
		}
		needed := slices.ContainsFunc(pairsOf(b.snapshot), func(p pair) bool {
			return !b.removed[p.network] && wasBetween(p.network, n.Ends[0], n.Ends[1]) && b.cutOff(p)
		})
		if !needed {
			b.removeRecords(n.Ends[0], n.Ends[1])
		}
	}
}

// noteWaiting says why what may be left of a link stays, and how it goes.
func (b *builder) noteWaiting(p pair, until time.Time) {
	name, who := "", "a container"
	if len(p.ends) > 0 {
		name = p.ends[0].Name
	}
	if p.network.Ends != nil {
		who = p.network.Ends[0]
		name = who
	}
	at := until.In(b.planner.Now.Location()).Format(time.TimeOnly)
	if name == "" {
		b.note("network %s stays until %s: a link run may be about to use it", p.network.Name, at)
		return
	}
	b.note("network %s stays until %s: a link run may be about to make %s on it; if not: docker stacklite link rm --gone %s",
		p.network.Name, at, who, name)
}

// SweepNetworks plans to remove the networks of these names, where an end is
// gone or never came.
func (p Planner) SweepNetworks(names []string) *plan.Plan {
	b := p.builder()
	for _, left := range pairsOf(p.Snapshot) {
		if left.leftOver(p.Snapshot) && slices.Contains(names, left.network.Name) {
			b.remove(left, "the other end is gone")
		}
	}
	return b.plan
}
