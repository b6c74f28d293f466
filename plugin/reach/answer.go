package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Answer says whether one reaches another, under the names that can prints.
type Answer struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Reaches bool     `json:"reaches"`
	Source  string   `json:"source"` // files or engine
	Ways    []Way    `json:"ways"`
	Why     string   `json:"why,omitempty"`   // not
	Ports   []string `json:"ports,omitempty"` // of To, published where From finds them
	Note    string   `json:"note,omitempty"`
}

// Way is a path as it is printed: a network on which packets go, and the names
// there.
type Way struct {
	Network    string   `json:"network,omitempty"` // none: one network stack
	Names      []string `json:"names,omitempty"`
	Addresses  []string `json:"addresses,omitempty"`
	Addresses6 []string `json:"addresses6,omitempty"`
}

// Member is what a user calls one or several containers.
type Member struct {
	Word       string
	Containers []*observed.Container // at least one; their names are known
}

// Ask answers from a snapshot. It is yes where every container of the one
// reaches every one of the other.
func Ask(s *observed.Snapshot, x, y Member) Answer {
	out := Answer{From: x.Word, To: y.Word, Source: "engine", Ways: []Way{}, Reaches: true}
	var cut []string
	pairs := 0
	for _, a := range x.Containers {
		for _, b := range y.Containers {
			if a == b && len(x.Containers)+len(y.Containers) > 2 {
				continue
			}
			pairs++
			paths := Paths(s, a, b)
			if len(paths) == 0 {
				cut = append(cut, a.Name+" and "+b.Name)
			}
			for _, p := range paths {
				out.add(p)
			}
		}
	}
	for _, b := range y.Containers {
		out.Ports = append(out.Ports, observed.PortWords(b.Published())...)
	}
	slices.Sort(out.Ports)
	out.Ports = slices.Compact(out.Ports)
	if len(cut) > 0 {
		out.Reaches = false
		out.Why = "they share no network that carries traffic"
		for _, m := range []Member{x, y} {
			if m.Containers[0].NetworkMode == noNetwork {
				out.Why = m.Word + " has no network"
			}
		}
		if len(cut) < pairs {
			out.Why = "not all of them share a network: " + strings.Join(cut, ", ")
		}
	}
	return out
}

// add gathers what belongs to one network.
func (a *Answer) add(p Path) {
	i := slices.IndexFunc(a.Ways, func(w Way) bool { return w.Network == p.Network })
	if i < 0 {
		a.Ways, i = append(a.Ways, Way{Network: p.Network}), len(a.Ways)
	}
	w := &a.Ways[i]
	w.Names = append(w.Names, p.Names...)
	slices.Sort(w.Names)
	w.Names = slices.Compact(w.Names)
	if p.Address.IsValid() && !slices.Contains(w.Addresses, p.Address.String()) {
		w.Addresses = append(w.Addresses, p.Address.String())
	}
	if p.Address6.IsValid() && !slices.Contains(w.Addresses6, p.Address6.String()) {
		w.Addresses6 = append(w.Addresses6, p.Address6.String())
	}
}

// AskFiles answers for two services from what the files say of them, as if each
// had one container.
func AskFiles(p *compose.Project, t *linking.Topology, from, to string) Answer {
	s := Planned(p, t, nil)
	out := Ask(s, Member{from, s.Replicas(p.Name, from)}, Member{to, s.Replicas(p.Name, to)})
	out.Source, out.Why = "files", ""
	if !out.Reaches {
		out.Why = whyNot(graph.Of(p, t), from, to)
	}
	for _, port := range p.Service(to).Ports {
		if ip, err := netip.ParseAddr(port.IP); err != nil || !ip.IsLoopback() {
			out.Ports = append(out.Ports, port.String())
		}
	}
	return out
}

// Compare notes where the files say something else.
func (a *Answer) Compare(byFiles bool) {
	if byFiles == a.Reaches {
		return
	}
	a.Note = "by the files they do; to apply the files: docker stacklite up -d"
	if !byFiles {
		a.Note = "by the files they do not; to see what connects them: docker stacklite graph --live"
	}
}

// whyNot says what keeps two nodes of a graph apart.
func whyNot(g graph.Graph, from, to string) string {
	for _, n := range g.Nodes {
		if (n.Name == from || n.Name == to) && n.Net == noNetwork {
			return n.Name + " has no network (net: none)"
		}
	}
	isolated := func(name string) bool { // a way out of its own is not all it is on
		on := slices.DeleteFunc(slices.Clone(g.Networks), func(n graph.Network) bool { return !slices.Contains(n.Members, name) })
		return len(on) == 1 && on[0].Kind == linking.Isolated
	}
	if isolated(from) && isolated(to) {
		return "neither has links, so each has a network to itself"
	}
	if slices.ContainsFunc(g.Networks, func(n graph.Network) bool { return n.Kind == linking.Declared }) {
		return "they share no network"
	}
	return "they are not linked, so they share no network"
}

// String is the path as text.
func (w Way) String() string {
	words := []string{"on the network stack that both share"}
	switch w.Network {
	case "":
	case hostNetwork:
		words[0] = "through the host's network"
	default:
		words[0] = "on network " + w.Network
	}
	addresses := slices.Concat(w.Addresses, w.Addresses6)
	switch {
	case len(w.Names) > 0:
		words = append(words, "as "+strings.Join(w.Names, ", "))
	case len(addresses) > 0:
		words = append(words, "by address alone")
	}
	if len(addresses) > 0 {
		words = append(words, "at "+strings.Join(addresses, ", "))
	}
	return strings.Join(words, " ")
}

// Lines is the answer as a person reads it.
func (a Answer) Lines() []string {
	first := "yes: " + a.From + " reaches " + a.To
	if !a.Reaches {
		first = "no: " + a.From + " does not reach " + a.To
	}
	if a.Source == "files" {
		first += ", by the files"
	}
	lines := []string{first}
	for _, w := range a.Ways {
		lines = append(lines, "  "+w.String())
	}
	if a.Why != "" {
		lines = append(lines, "  "+a.Why)
	}
	if len(a.Ports) > 0 {
		through := "and"
		if !a.Reaches {
			through = "but"
		}
		lines = append(lines, "  "+through+" through the host: "+a.To+" publishes "+strings.Join(a.Ports, ", ")+"; links do not protect published ports")
	}
	if a.Note != "" {
		lines = append(lines, "  "+a.Note)
	}
	return lines
}
