package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// Verdict is the result for a pair.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Leaking Verdict = "leaking" // they reach each other, and should not
	Broken  Verdict = "broken"  // they should, and don't
	Unknown Verdict = "unknown" // it could not be tried
)

// Finding is what came of a pair, under the names that templates use.
type Finding struct {
	From     string
	To       string
	Want     string // yes or no
	Got      string // yes, no or ?
	Verdict  Verdict
	Evidence []string
	Names    []string // that were tried
	Ports    []string // of the host, by which the one gets to the other where it should not
	Advice   []string // what to type against a leak, or what is broken

	fromNode, toNode string
	untested         string
}

// Untested reports whether a container of the pair could not be tested at all,
// which Check.Untested says.
func (f Finding) Untested() bool { return f.untested != "" }

// Findings judges every pair.
func (c *Check) Findings() []Finding {
	var list []Finding
	for _, p := range c.pairs {
		list = append(list, c.judge(p))
	}
	return list
}

// judge compares the answers about a pair with what was to be expected.
func (c *Check) judge(p *pair) Finding {
	f := Finding{
		From: p.from.container.Name, To: p.to.container.Name, Want: yesNo(p.want), Got: "no", Verdict: OK,
		Evidence: []string{}, Names: append([]string{}, p.names...), Ports: []string{}, Advice: []string{},
		fromNode: p.from.label, toNode: p.to.label, untested: p.untested(),
	}
	if f.untested != "" {
		f.Got, f.Verdict, f.Evidence = "?", Unknown, []string{f.untested}
		return f
	}
	if err := c.failed[p.from.container]; err != nil {
		f.Got, f.Verdict, f.Evidence = "?", Unknown, []string{err.Error()}
		return f
	}
	answers := c.answers[p.from.container]
	var arrived []netip.Addr
	for _, addr := range p.targets {
		if words := p.arrivals(answers, addr); len(words) > 0 {
			arrived = append(arrived, addr)
			f.Evidence = append(f.Evidence, addr.String()+" "+strings.Join(words, ", "))
		}
	}
	if p.from.owner == p.to.owner && !p.want {
		f.Got = "yes"
		f.Evidence = append(f.Evidence, "both use the network stack of "+p.to.owner.Name)
	}
	if len(arrived) > 0 {
		f.Got = "yes"
	}
	switch {
	case p.want:
		c.faults(&f, p, arrived)
	case f.Got == "yes":
		f.Verdict, f.Advice = Leaking, append(f.Advice, c.expects.advice(p)...)
	case p.unasked(answers):
		f.Got, f.Verdict, f.Evidence = "?", Unknown, []string{"nothing could be tested"}
	default:
		for _, at := range p.published {
			if answers[probe.AskTCP(at).String()].Result == probe.Connected {
				f.Ports = append(f.Ports, at.String())
			}
		}
	}
	return f
}

// arrivals says what came back from an address.
func (p *pair) arrivals(answers map[string]probe.Answer, addr netip.Addr) []string {
	var words []string
	for _, q := range p.toAddress(addr) {
		r := answers[q.String()].Result
		switch {
		case !r.Arrived():
		case q.Kind == probe.Echo:
			words = append(words, "answers ping")
		case r == probe.Connected:
			words = append(words, "accepts connections on port "+q.Target[strings.LastIndex(q.Target, ":")+1:])
		default:
			words = append(words, "refuses connections on port "+q.Target[strings.LastIndex(q.Target, ":")+1:])
		}
	}
	return words
}

// unasked reports whether no question about the addresses could be asked.
func (p *pair) unasked(answers map[string]probe.Answer) bool {
	for _, addr := range p.targets {
		for _, q := range p.toAddress(addr) {
			if a, answered := answers[q.String()]; answered && a.Result != probe.Failed {
				return false
			}
		}
	}
	return len(p.targets) > 0
}

// faults finds what is broken between two that should reach each other: nothing
// comes back, or a name leads elsewhere, also elsewhere, or nowhere, or to an
// address that does not answer, which programs may take before one that does.
func (c *Check) faults(f *Finding, p *pair, arrived []netip.Addr) {
	broken := func(format string, about ...any) {
		f.Verdict = Broken
		f.Evidence = append(f.Evidence, fmt.Sprintf(format, about...))
	}
	switch {
	case len(arrived) > 0:
	case p.from.owner != p.to.owner:
		broken("no answer from %s", joinAddrs(p.targets))
	case p.from.container != p.from.owner && len(p.targets) > 0:
		broken("it is left without the network of %s, which was started again", p.to.owner.Name)
		if !p.from.external {
			f.Advice = append(f.Advice, "docker stacklite up -d")
		}
	}
	defer func() {
		if f.Verdict == Broken {
			f.Advice = append(f.Advice, c.expects.mends(p)...)
		}
	}()
	silent := slices.DeleteFunc(slices.Clone(p.targets), func(t netip.Addr) bool { return len(arrived) == 0 || slices.Contains(arrived, t) })
	for _, name := range p.names {
		a := c.answers[p.from.container][probe.AskName(name).String()]
		there := slices.ContainsFunc(p.targets, func(t netip.Addr) bool { return slices.Contains(a.Addresses, t.String()) })
		strangers := c.strangers(p, name, a.Addresses)
		switch {
		case a.Result != probe.Found:
			broken("the name %s does not resolve", name)
		case len(strangers) > 0 && there:
			broken("the name %s resolves to %s too", name, strings.Join(strangers, ", "))
		case len(strangers) > 0:
			broken("the name %s resolves to %s", name, strings.Join(strangers, ", "))
		case !there:
			broken("the name %s does not resolve to it, but to %s", name, strings.Join(a.Addresses, ", "))
		}
		for _, t := range silent {
			if slices.Contains(a.Addresses, t.String()) {
				broken("the name %s resolves to %s, which does not answer", name, t)
			}
		}
	}
}

func joinAddrs(addrs []netip.Addr) string {
	if len(addrs) == 0 {
		return "it: it has no address"
	}
	var words []string
	for _, a := range addrs {
		words = append(words, a.String())
	}
	return strings.Join(words, ", ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Rank orders findings by how much they matter: of two that are as they should
// be, one of containers that are linked. There may be others of the same services
// that are not, as those of run are that are older than the link.
func (f Finding) Rank() int {
	order := []Verdict{OK, Unknown, Broken, Leaking}
	rank := 3 * slices.Index(order, f.Verdict)
	switch {
	case f.Want == yesNo(true):
		rank += 2
	case len(f.Ports) > 0:
		rank++
	}
	return rank
}

// String is the Finding as a line, with what to type against it.
func (f Finding) String() string {
	if len(f.Advice) > 0 {
		return f.Line() + "; to end that: " + strings.Join(f.Advice, " and ")
	}
	return f.Line()
}

// Line is the Finding as a line.
func (f Finding) Line() string {
	switch f.Verdict {
	case Leaking:
		return fmt.Sprintf("leak: %s reaches %s, and they are not linked: %s", f.From, f.To, strings.Join(f.Evidence, "; "))
	case Broken:
		return fmt.Sprintf("broken: %s does not reach %s: %s", f.From, f.To, strings.Join(f.Evidence, "; "))
	case Unknown:
		return fmt.Sprintf("unknown: whether %s reaches %s: %s", f.From, f.To, strings.Join(f.Evidence, "; "))
	}
	return fmt.Sprintf("ok: %s, %s", f.From, f.To)
}

// Nodes are the nodes of the graph that the pair's containers are of.
func (f Finding) Nodes() (from, to string) { return f.fromNode, f.toNode }
