package adhoc

import (
	"cmp"
	"slices"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Link is a link that was made by hand.
type Link struct {
	Consumer string // container, by name; empty: gone, and its name is not known
	Target   string // container, by name
	Aliases  []string
	Network  string
	State    State
}

// State says whether a link can be used.
type State string

// The states.
const (
	Up      State = "up"      // both containers run
	Stopped State = "stopped" // one of them doesn't
	Gone    State = "gone"    // one of them was removed
)

// Linked lists the containers that are linked by hand: their names have to be
// known for all else here.
func Linked(s *observed.Snapshot) []*observed.Container {
	var linked []*observed.Container
	for i := range s.Containers {
		c := &s.Containers[i]
		if slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool { n := s.Network(e); return n != nil && n.Adhoc }) {
			linked = append(linked, c)
		}
	}
	return linked
}

// pair is a network of two, as it is.
type pair struct {
	network *observed.Network
	ends    []*observed.Container // those that exist
}

func pairsOf(s *observed.Snapshot) []pair {
	var list []pair
	for i := range s.Networks {
		n := &s.Networks[i]
		if !n.Adhoc || isRecord(n) {
			continue
		}
		p := pair{network: n}
		for j := range s.Containers {
			if c := &s.Containers[j]; s.EndpointOn(c, n) != nil {
				p.ends = append(p.ends, c)
			}
		}
		list = append(list, p)
	}
	return list
}

// other is the end that is not c; nil: it is gone.
func (p pair) other(c *observed.Container) *observed.Container {
	for _, end := range p.ends {
		if end != c {
			return end
		}
	}
	return nil
}

// namesOn lists the names that a container has for the other end of a pair; none:
// it is not the consumer of a link there.
func namesOn(e *observed.Endpoint) []linking.Name {
	return slices.DeleteFunc(slices.Clone(e.Links), linking.Name.Hides)
}

// pairOf finds the pair of two containers; the network is nil where there is
// none.
func pairOf(s *observed.Snapshot, a, b *observed.Container) pair {
	for _, p := range pairsOf(s) {
		if slices.Contains(p.ends, a) && slices.Contains(p.ends, b) {
			return p
		}
	}
	return pair{}
}

// Links lists the links made by hand, by consumer and target. A container that is
// gone is listed by the name that it had, where that is known.
func Links(s *observed.Snapshot) []Link {
	var list []Link
	for _, p := range pairsOf(s) {
		if len(p.ends) == 0 && !p.leftOver(s) {
			continue // it stays for the container that was made on it, and is no link
		}
		found := len(list)
		for _, c := range p.ends {
			names := namesOn(s.EndpointOn(c, p.network))
			if len(names) == 0 {
				continue
			}
			l := Link{Consumer: c.Name, Target: names[0].Target, Network: p.network.Name, State: Gone}
			for _, name := range names {
				l.Aliases = append(l.Aliases, name.Alias)
			}
			if target := p.other(c); target != nil {
				l.Target, l.State = target.Name, Stopped
				if c.State.Up() && target.State.Up() {
					l.State = Up
				}
			}
			list = append(list, l)
		}
		if len(list) == found {
			l := Link{Network: p.network.Name, State: Gone}
			if p.network.Ends != nil {
				l.Consumer, l.Target = p.network.Ends[0], p.network.Ends[1]
			}
			if len(p.ends) > 0 {
				l.Target = p.ends[0].Name
			}
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Consumer, b.Consumer), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Network, b.Network))
	})
	return list
}
