package suggest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// State is what the files say of a link that is suggested, or does not seem to be used.
type State string

// The states, in the order in which they are shown.
const (
	Missing  State = "missing"  // the files do not have it
	Declared State = "declared" // they have it, and there is evidence for it
	Network  State = "network"  // they have none, and a network of both that they declare
	Unseen   State = "unseen"   // they have it, and it was not used while it was watched
	Silent   State = "silent"   // they have it, and no value in them names it
)

// Link is a link that a service needs, or has.
type Link struct {
	From     string     `json:"from"`
	To       string     `json:"to"`
	Alias    string     `json:"alias,omitempty"` // under which it is named, where that is not To
	State    State      `json:"state"`
	Level    Level      `json:"level,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Traffic  []Asked    `json:"traffic,omitempty"`

	Why []string `json:"-"` // the evidence in few words, the surest first

	unseen bool // both were watched, and neither a connection nor a question for the name was seen
}

// mostWhy is how many reasons a table has for a link.
const mostWhy = 2

// why is the evidence in few words.
func (l Link) why() []string {
	var why []string
	for _, e := range l.Evidence[:min(len(l.Evidence), mostWhy)] {
		why = append(why, e.String())
	}
	if more := len(l.Evidence) - mostWhy; more > 0 {
		why = append(why, fmt.Sprintf("and %d more", more))
	}
	switch {
	case l.unseen:
		why = append(why, "not seen while it was watched")
	case l.State == Silent:
		why = append(why, "no value in the files names it")
	}
	return why
}

// String is the link as a file has it.
func (l Link) String() string {
	if l.Alias == "" || l.Alias == l.To {
		return l.To
	}
	return l.To + ":" + l.Alias
}

// Known is what links follow from.
type Known struct {
	Project  *compose.Project // nil: there are no files
	Declared [][2]string      // links that there are, consumer and target
	Mentions []Mention
	Traffic  *Traffic // nil: nothing was watched
}

// Links puts the evidence beside the links that there are: first those that are missing, the
// surest first, then those that are there, then those that were not seen.
func Links(k Known) []Link {
	var list []Link
	at := map[[2]string]int{}
	link := func(from, to string) *Link {
		i, known := at[[2]string{from, to}]
		if !known {
			i = len(list)
			at[[2]string{from, to}] = i
			list = append(list, Link{From: from, To: to, State: Missing})
		}
		return &list[i]
	}
	for _, d := range k.Declared {
		if d[0] != d[1] {
			link(d[0], d[1]).State = Declared
		}
	}
	if k.Traffic != nil {
		pairs, _ := k.Traffic.Pairs()
		for _, p := range pairs {
			l := link(p.From, p.To)
			l.Traffic = p.Asked
			l.Evidence = append(l.Evidence, seen(p.Asked)...)
		}
	}
	for _, m := range append(lookupsOf(k, func(from, to string) bool {
		i, known := at[[2]string{from, to}]
		return known && slices.ContainsFunc(list[i].Traffic, Asked.reached)
	}), k.Mentions...) {
		l := link(m.From, m.To)
		l.Evidence = append(l.Evidence, m.Evidence)
		if l.Alias == "" && m.Evidence.Level.AtLeast(Likely) {
			l.Alias = m.As
		}
	}
	var watched []string
	if k.Traffic != nil {
		watched = k.Traffic.Services()
	}
	for i := range list {
		l := &list[i]
		sortEvidence(l.Evidence)
		if len(l.Evidence) > 0 {
			l.Level = l.Evidence[0].Level
		}
		l.unseen = len(l.Traffic) == 0 && !slices.ContainsFunc(l.Evidence, func(e Evidence) bool { return e.Kind == LookedUp }) &&
			slices.Contains(watched, l.From) && slices.Contains(watched, l.To)
		switch {
		case l.State == Missing && k.Project != nil && shareNetwork(k.Project.Service(l.From), k.Project.Service(l.To)):
			l.State = Network
		case l.State != Declared:
		case l.unseen:
			l.State = Unseen
		case len(l.Evidence) == 0:
			l.State = Silent
		}
		l.Why = l.why()
	}
	place := func(name string) int {
		if k.Project == nil {
			return 0
		}
		i := slices.IndexFunc(k.Project.Services, func(s *compose.Service) bool { return s.Name == name })
		if i < 0 {
			return len(k.Project.Services)
		}
		return i
	}
	states := []State{Missing, Declared, Network, Unseen, Silent}
	slices.SortStableFunc(list, func(a, b Link) int {
		if c := cmp.Compare(slices.Index(states, a.State), slices.Index(states, b.State)); c != 0 {
			return c
		}
		if a.State == Missing && a.Level != b.Level {
			return cmp.Compare(b.Level.rank(), a.Level.rank())
		}
		return cmp.Or(cmp.Compare(place(a.From), place(b.From)), cmp.Compare(a.From, b.From),
			cmp.Compare(place(a.To), place(b.To)), cmp.Compare(a.To, b.To))
	})
	return list
}

// shareNetwork reports whether two services name a network of their own. The one that
// all others share is none: links take its place.
func shareNetwork(a, b *compose.Service) bool {
	if a == nil || b == nil || a.Spec == nil || b.Spec == nil {
		return false
	}
	return slices.ContainsFunc(a.Spec.Networks, func(n compose.ServiceNetwork) bool {
		return n.Name != "default" && slices.ContainsFunc(b.Spec.Networks, func(o compose.ServiceNetwork) bool { return o.Name == n.Name })
	})
}

// lookupsOf are the names that services asked for, of others that they were not seen to
// reach.
func lookupsOf(k Known, reached func(from, to string) bool) []Mention {
	if k.Traffic == nil {
		return nil
	}
	var found []Mention
	for _, l := range k.Traffic.Lookups() {
		to, as, ok := k.called(l.From, l.Name)
		if !ok || to == l.From || reached(l.From, to) {
			continue
		}
		found = append(found, Mention{From: l.From, To: to, As: as, Evidence: Evidence{
			Kind: LookedUp, Level: Likely, Text: fmt.Sprintf("asked %s for the name %s", counted(l.Times, "time"), l.Name),
		}})
	}
	return found
}

// called finds the service that another calls by a name, in small letters, and that name
// where it is not the service's.
func (k Known) called(from, name string) (to, as string, ok bool) {
	if k.Project != nil && k.Project.Service(from) != nil {
		n := namesFor(k.Project, k.Project.Service(from))
		for _, known := range slices.Sorted(maps.Keys(n.others)) {
			if t := n.others[known]; t.service != nil && strings.ToLower(known) == name {
				if t.alias {
					as = known
				}
				return t.service.Name, as, true
			}
		}
	}
	plain := name
	if m := replica.FindStringSubmatch(name); m != nil {
		plain = m[1]
	}
	for _, service := range k.Traffic.Services() {
		if lower := strings.ToLower(service); lower == name || lower == plain {
			return service, "", true
		}
	}
	return "", "", false
}

// Names are those that services may call each other by, of the files and of containers
// that run.
func Names(p *compose.Project, members []Member) []string {
	var names []string
	add := func(name string) {
		if name = strings.ToLower(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, m := range members {
		add(m.Service)
		add(m.Service + "_1")
	}
	if p != nil {
		for _, s := range p.Services {
			for _, name := range append([]string{s.Name, s.Name + "_1", s.ContainerName, s.Hostname}, networkAliases(s)...) {
				add(name)
			}
			for _, l := range s.Links {
				add(l.Alias)
			}
		}
	}
	return names
}

// mostPorts is how many ports of one pair are evidence each of its own.
const mostPorts = 5

// seen makes evidence of traffic: an answer is sure, a try is not.
func seen(asked []Asked) []Evidence {
	var list []Evidence
	for _, a := range asked {
		level := Maybe
		if a.reached() {
			level = Sure
		}
		list = append(list, Evidence{Kind: Seen, Text: a.String(), Level: level})
	}
	sortEvidence(list)
	if more := len(list) - mostPorts; more > 0 {
		list = append(list[:mostPorts], Evidence{Kind: Seen, Text: counted(more, "more port"), Level: list[mostPorts].Level})
	}
	return list
}

// Linked lists which services of a project reach others by its files, by links or
// otherwise, in the order of the topology. What fronts reach is left out.
func Linked(p *compose.Project, t *linking.Topology) [][2]string {
	var list [][2]string
	for _, e := range t.Edges {
		from := p.Service(e.From)
		if d := [2]string{e.From, e.To}; from != nil && from.Fronts == "" && p.Service(e.To) != nil && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	return list
}

// Writable parts links that are missing, and sure enough, into those that a file can have
// and those that it can't, with the reason.
func Writable(p *compose.Project, links []Link, least Level) (good []Link, notes []string) {
	for _, l := range links {
		if l.State != Missing || !l.Level.AtLeast(least) {
			continue
		}
		if why := unlinkable(p, l); why != "" {
			notes = append(notes, fmt.Sprintf("%s can't have a link to %s: %s", l.From, l.To, why))
			continue
		}
		good = append(good, l)
	}
	return good, notes
}

// unlinkable says why one service can't have a link to another; empty: it can.
func unlinkable(p *compose.Project, l Link) string {
	if p == nil {
		return ""
	}
	for _, name := range []string{l.From, l.To} {
		s := p.Service(name)
		switch {
		case s == nil:
			return name + " is not in the files"
		case s.Net.Mode != compose.NetLinks:
			return name + " has net: " + s.Net.String()
		}
	}
	return ""
}

// Header is the first line of what Override writes.
const Header = "# Links that docker stacklite suggest found missing. It may overwrite this file.\n"

// Override is a file that adds links to those of a project, beside its own files, in
// their format. kept are links that the project has from this very file, in the order of
// the files.
func Override(format compose.Format, kept, add []Link) string {
	var b strings.Builder
	b.WriteString(Header)
	indent := ""
	if format == compose.Spec {
		b.WriteString("services:\n")
		indent = "  "
	}
	var consumers []string
	of := map[string][]string{}
	for _, l := range slices.Concat(kept, add) {
		if of[l.From] == nil {
			consumers = append(consumers, l.From)
		}
		if text := l.String(); !slices.Contains(of[l.From], text) {
			of[l.From] = append(of[l.From], text)
		}
	}
	for _, consumer := range consumers {
		fmt.Fprintf(&b, "%s%s:\n%s  links:\n", indent, scalar(consumer), indent)
		for _, text := range of[consumer] {
			fmt.Fprintf(&b, "%s  - %s\n", indent, scalar(text))
		}
	}
	return b.String()
}

// Kept lists the links that a project has from files that are meant.
func Kept(p *compose.Project, meant func(file string) bool) []Link {
	var list []Link
	for _, s := range p.Services {
		for _, l := range s.Links {
			if !meant(l.Pos.File) {
				continue
			}
			k := Link{From: s.Name, To: l.Target}
			if l.Alias != l.Target {
				k.Alias = l.Alias
			}
			list = append(list, k)
		}
	}
	return list
}

// scalar is a word of a YAML file: in quotes where it might be read as something else.
func scalar(word string) string {
	plain := word != "" && strings.IndexFunc(word[:1], func(r rune) bool { return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') }) < 0 &&
		!slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}, strings.ToLower(word)) && !strings.HasSuffix(word, ":")
	if plain {
		return word
	}
	return `"` + word + `"`
}
