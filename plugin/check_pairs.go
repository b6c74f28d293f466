package plugin

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// checkup is one check of a stack: who is asked about whom, and what came of it.
type checkup struct {
	*sight
	pairs  []*pair
	notes  []string
	asked  map[*engine.Container]map[string]probe.Answer // by question
	failed map[*engine.Container]error
}

// actor is a container that is checked.
type actor struct {
	node      string // of the picture
	container *engine.Container
	stack     *engine.Container // whose network it uses
}

// pair is one direction between two containers.
type pair struct {
	from, to actor
	want     bool
	names    []string // under which the one must find the other
	targets  []netip.Addr
	ports    []uint16         // TCP, to try
	round    []netip.AddrPort // where the other is published on the host
}

// newCheckup finds out which pairs there are and what is to be expected of them.
func newCheckup(ctx context.Context, l *sight, services []string) (*checkup, error) {
	c := &checkup{
		sight:  l,
		asked:  map[*engine.Container]map[string]probe.Answer{},
		failed: map[*engine.Container]error{},
	}
	actors := c.actors()
	var inspect []*engine.Container
	for _, a := range actors {
		inspect = append(inspect, a.container)
	}
	if err := l.names(ctx, inspect); err != nil {
		return nil, err
	}
	for _, from := range actors {
		for _, to := range actors {
			theirs := from.container.Project != l.project && to.container.Project != l.project
			if from.node == to.node || theirs {
				continue
			}
			if len(services) == 0 || slices.Contains(services, from.node) || slices.Contains(services, to.node) {
				c.pairs = append(c.pairs, c.pair(from, to))
			}
		}
	}
	return c, nil
}

// actors lists the containers that take part, in the order of the picture.
func (c *checkup) actors() []actor {
	var actors []actor
	for _, m := range c.scene.Around(c.project) {
		stack := c.scene.NetworkOwner(m)
		switch {
		case stack == nil:
			continue
		case stack.Net == "host":
			c.notes = append(c.notes, m.Name+" is left out, for it uses the network of the host, which reaches everybody")
			continue
		}
		a := actor{node: m.Service, container: m, stack: stack}
		if m.Project != c.project {
			a.node = engine.NodeOf(c.file, m)
		}
		actors = append(actors, a)
	}
	place := map[string]int{}
	for i, n := range c.file.Nodes {
		place[n.Name] = i + 1
	}
	slices.SortStableFunc(actors, func(a, b actor) int {
		x, y := place[a.node], place[b.node]
		if x == 0 || y == 0 { // not in the files: behind the others
			x, y = y, x
		}
		return x - y
	})
	return actors
}

// pair works out what is expected, and what there is to try.
func (c *checkup) pair(from, to actor) *pair {
	p := &pair{from: from, to: to, want: c.file.Reaches(from.node, to.node) || from.stack == to.stack}
	ways := c.scene.Paths(from.container, to.container)
	for _, w := range ways {
		p.want = p.want || w.Adhoc
	}
	for _, place := range to.stack.Endpoints {
		if place.Address.IsValid() {
			p.targets = append(p.targets, place.Address)
		}
	}
	if p.want {
		p.names = c.names(from, to, ways)
	}
	for _, x := range to.stack.Ports {
		if x.Type == "tcp" && !slices.Contains(p.ports, x.PrivatePort) && len(p.ports) < 4 {
			p.ports = append(p.ports, x.PrivatePort)
		}
	}
	if len(p.ports) == 0 {
		p.ports = []uint16{1} // somebody refuses it, or nobody is there
	}
	p.round = publishedTo(from.stack, to.stack)
	return p
}

// publishedTo lists where a container finds the ports that another publishes on
// the host: at the host's end of one of its own networks.
func publishedTo(from, to *engine.Container) []netip.AddrPort {
	var list []netip.AddrPort
	for _, port := range to.Published() {
		ip, err := netip.ParseAddr(port.IP)
		if err != nil || ip.IsUnspecified() {
			for _, place := range from.Endpoints {
				if place.Gateway.IsValid() {
					ip = place.Gateway
					break
				}
			}
		}
		if port.Type == "tcp" && ip.Is4() && !ip.IsUnspecified() {
			list = append(list, netip.AddrPortFrom(ip, port.PublicPort))
		}
	}
	return list
}

// names lists what one must find the other under: what the files say, or where
// they say nothing (a link by hand, containers of others) what the engine was
// told.
func (c *checkup) names(from, to actor, ways []engine.Path) []string {
	var names []string
	for _, w := range ways {
		if w.Address.IsValid() && (w.Adhoc || c.topology == nil || c.topology.Service(from.node) == nil) {
			names = append(names, w.Names...)
		}
	}
	if c.topology != nil && c.topology.Service(from.node) != nil && c.file.Reaches(from.node, to.node) {
		names = append(names, c.namesByFiles(from, to)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c *checkup) namesByFiles(from, to actor) []string {
	place := c.topology.Service(c.topology.Service(from.node).NetworkOwner)
	public := []string{to.container.Name}
	if target := c.topology.Service(to.node); target != nil {
		if target.NetworkOwner != to.node || from.stack == to.stack || len(c.topology.Between(from.node, to.node)) == 0 {
			return nil // it has no names of its own where they meet
		}
		public = append(public, to.node, to.node+"_"+strconv.Itoa(to.container.Number))
	}
	names := slices.Clone(public)
	for _, endpoint := range place.Endpoints {
		for _, l := range endpoint.Links {
			names = slices.DeleteFunc(names, func(n string) bool { return n == l.Alias })
			if slices.Contains(public, l.Target) {
				names = append(names, l.Alias)
			}
		}
	}
	return names
}

// questions lists what is asked for a pair.
func (p *pair) questions() []probe.Question {
	var list []probe.Question
	for _, name := range p.names {
		list = append(list, probe.AskName(name))
	}
	for _, addr := range p.targets {
		list = append(list, p.toAddress(addr)...)
	}
	if !p.want {
		for _, at := range p.round {
			list = append(list, probe.AskTCP(at))
		}
	}
	return list
}

// toAddress is what is tried to find out whether packets go to an address.
func (p *pair) toAddress(addr netip.Addr) []probe.Question {
	list := []probe.Question{probe.AskEcho(addr)}
	for _, port := range p.ports {
		list = append(list, probe.AskTCP(netip.AddrPortFrom(addr, port)))
	}
	return list
}

// ask asks everybody at the same time, some at once. What is not as it should
// be is asked again with more patience: a busy machine is no broken link, and an
// engine that makes or removes any network puts its rules for the others in
// place anew, between which packets slip through.
func (c *checkup) ask(ctx context.Context, prober *engine.Prober, patience time.Duration) error {
	if err := c.round(ctx, prober, patience, c.pairs); err != nil {
		return err
	}
	var again, leaks []*pair
	for _, p := range c.pairs {
		if c.failed[p.from.stack] != nil {
			continue
		}
		switch c.judge(p).Verdict {
		case broken:
			again = append(again, p)
		case leak:
			again, leaks = append(again, p), append(leaks, p)
		}
	}
	if err := c.round(ctx, prober, 3*patience, again); err != nil {
		return err
	}
	for _, p := range leaks {
		if c.judge(p).Verdict == ok {
			c.notes = append(c.notes, fmt.Sprintf("%s reached %s once, and not when asked again: was a network made or removed at that moment?",
				p.from.container.Name, p.to.container.Name))
		}
	}
	return nil
}

// round asks about pairs, all questions of a container at once.
func (c *checkup) round(ctx context.Context, prober *engine.Prober, patience time.Duration, pairs []*pair) error {
	questions := map[*engine.Container][]string{}
	var order []*engine.Container
	for _, p := range pairs {
		at := p.from.stack
		if questions[at] == nil {
			order = append(order, at)
			questions[at] = []string{probe.Command, patience.String()}
		}
		for _, q := range p.questions() {
			if arg := q.String(); !slices.Contains(questions[at], arg) {
				questions[at] = append(questions[at], arg)
			}
		}
	}
	answers := make([]map[string]probe.Answer, len(order))
	errs := make([]error, len(order))
	var group errgroup.Group
	group.SetLimit(max(1, c.flags.parallel))
	for i, at := range order {
		group.Go(func() error {
			answers[i], errs[i] = askOne(ctx, prober, at, questions[at])
			return nil
		})
	}
	_ = group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i, at := range order {
		if errs[i] != nil {
			c.failed[at] = fmt.Errorf("%s can't be looked from: %w", at.Name, errs[i])
			continue
		}
		if c.asked[at] == nil {
			c.asked[at] = map[string]probe.Answer{}
		}
		maps.Copy(c.asked[at], answers[i])
	}
	return nil
}

func askOne(ctx context.Context, prober *engine.Prober, at *engine.Container, args []string) (map[string]probe.Answer, error) {
	out, err := prober.Ask(ctx, at.ID, args)
	if err != nil {
		return nil, err
	}
	return probe.Parse(out)
}
