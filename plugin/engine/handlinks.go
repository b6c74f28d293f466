package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/linking"
)

// awaited is how long a link that docker run makes may have one end alone: an
// image may have to be fetched first.
const awaited = time.Hour

// HandLink is a link that was made by hand. It is a network of two, and the
// names that the consumer alone sees there.
type HandLink struct {
	Consumer string // container, by name; empty: gone
	Target   string // container, by name
	Aliases  []string
	Network  string
	State    HandState
}

// HandState is what can be said of a link.
type HandState string

// The states.
const (
	HandUp      HandState = "up"      // both run
	HandStopped HandState = "stopped" // one of them doesn't
	HandGone    HandState = "gone"    // one of them was removed
)

// HandScene is a Scene with the names of all containers that are linked by hand,
// and of the given ones.
func (e *Engine) HandScene(ctx context.Context) (*Snapshot, error) {
	s, err := e.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var linked []*Container
	for i := range s.Containers {
		c := &s.Containers[i]
		if slices.ContainsFunc(c.Endpoints, func(p Endpoint) bool { n := s.Network(p); return n != nil && n.Adhoc }) {
			linked = append(linked, c)
		}
	}
	return s, e.Names(ctx, linked...)
}

// bond is a network of two, as it is.
type bond struct {
	network *Network
	ends    []*Container // those that there are
}

func (s *Snapshot) bonds() []bond {
	var list []bond
	for i := range s.Networks {
		n := &s.Networks[i]
		if !n.Adhoc {
			continue
		}
		b := bond{network: n}
		for j := range s.Containers {
			if c := &s.Containers[j]; c.placeOn(s, n) != nil {
				b.ends = append(b.ends, c)
			}
		}
		list = append(list, b)
	}
	return list
}

// placeOn is the place of a container on a network; nil: it has none there.
func (c *Container) placeOn(s *Snapshot, n *Network) *Endpoint {
	for i := range c.Endpoints {
		if s.Network(c.Endpoints[i]) == n {
			return &c.Endpoints[i]
		}
	}
	return nil
}

// other is the end that is not c; nil: it is gone.
func (b bond) other(c *Container) *Container {
	for _, end := range b.ends {
		if end != c {
			return end
		}
	}
	return nil
}

// between finds the bond of two containers; the network is nil where there is
// none.
func (s *Snapshot) between(x, y *Container) bond {
	for _, b := range s.bonds() {
		if slices.Contains(b.ends, x) && slices.Contains(b.ends, y) {
			return b
		}
	}
	return bond{}
}

// HandLinks lists the links made by hand, by consumer and target. What is left
// of a link whose containers are both gone has neither.
func (s *Snapshot) HandLinks() []HandLink {
	var list []HandLink
	for _, b := range s.bonds() {
		found := len(list)
		for _, c := range b.ends {
			place := c.placeOn(s, b.network)
			if len(place.Links) == 0 {
				continue
			}
			l := HandLink{Consumer: c.Name, Target: place.Links[0].Target, Network: b.network.Name, State: HandGone}
			for _, name := range place.Links {
				l.Aliases = append(l.Aliases, name.Alias)
			}
			if target := b.other(c); target != nil {
				l.Target, l.State = target.Name, HandStopped
				if c.State.Up() && target.State.Up() {
					l.State = HandUp
				}
			}
			list = append(list, l)
		}
		if len(list) == found {
			l := HandLink{Network: b.network.Name, State: HandGone}
			if len(b.ends) > 0 {
				l.Target = b.ends[0].Name
			}
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b HandLink) int {
		return cmp.Or(cmp.Compare(a.Consumer, b.Consumer), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Network, b.Network))
	})
	return list
}

// endpoint is a place on a network of two: a container answers to its name, also
// when it is called something else later.
func (c *Container) endpoint(links []linking.Name) linking.Endpoint {
	return linking.Endpoint{Aliases: []string{c.Name}, Links: links}
}
