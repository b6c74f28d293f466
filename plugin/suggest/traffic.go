package suggest

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// However long a watch lasts, Traffic has no more than these.
const (
	mostKinds   = 1 << 16 // of connections between two containers
	mostUnknown = 1 << 12 // with addresses that are nobody's yet
)

// Member is a container of the project that is watched, or would be.
type Member struct {
	ID, Name, Service string

	// Namespace is the container whose network it uses, by id: its own, or another's;
	// empty: it can't be watched, and Why says why.
	Namespace string
	Why       string
}

// Members are the containers of a project that run, whoever made them; of no project
// where ours says so of none.
func Members(s *observed.Snapshot, ours func(*observed.Container) (service string, ok bool)) []Member {
	var list []Member
	for i := range s.Containers {
		c := &s.Containers[i]
		service, ok := ours(c)
		if !ok || !c.State.Up() {
			continue
		}
		m := Member{ID: c.ID, Name: c.Name, Service: service}
		owner := s.NetworkOwner(c)
		switch {
		case owner == nil || !owner.State.Up():
			m.Why = "the container whose network it uses does not run"
		case owner.NetworkMode == "host":
			m.Why = "it uses the network of the host"
		case owner.NetworkMode == "none":
			m.Why = "it has no network"
		default:
			m.Namespace = owner.ID
		}
		list = append(list, m)
	}
	return list
}

// Traffic is what watchers saw between containers.
type Traffic struct {
	services map[string]string          // of the project, by the id of the container whose network is theirs
	fronts   map[string]string          // services of which a container is the front, by id
	names    map[string]string          // of all containers, by id
	networks map[string][]string        // that a container was on, by id
	holders  map[place]string           // who has an address: the id of a container
	changed  map[string]bool            // notes of addresses that went from one service to another
	kinds    map[kind]*[2]probe.Flow    // as the client's end shows them, and the server's
	unknown  map[stranger]*probe.Flow   // with an address that is nobody's yet
	lookups  map[lookup]int             // how often somebody asked for a name
	lost     map[string]int             // packets, by the name of a container
	shared   map[string]map[string]bool // services that share a network, by the id of the container that has it
}

// place is an address on a network: two networks may have the same.
type place struct {
	network string // its id
	address netip.Addr
}

// kind are the connections of one container to a port of another.
type kind struct {
	client, server string // ids
	protocol       string
	port           uint16
}

// stranger are connections of the container in whose network they were seen.
type stranger struct {
	seenBy         string
	protocol       string
	client, server netip.Addr
	port           uint16
}

// lookup is that a container, by its id, asked for a name.
type lookup struct{ by, name string }

// NewTraffic is one of which nothing was seen yet.
func NewTraffic() *Traffic {
	return &Traffic{
		services: map[string]string{}, fronts: map[string]string{}, names: map[string]string{}, networks: map[string][]string{},
		holders: map[place]string{}, changed: map[string]bool{}, kinds: map[kind]*[2]probe.Flow{}, unknown: map[stranger]*probe.Flow{},
		lookups: map[lookup]int{}, lost: map[string]int{}, shared: map[string]map[string]bool{},
	}
}

// Know takes in whose the addresses are from now on.
func (t *Traffic) Know(s *observed.Snapshot, members []Member) {
	for _, m := range members {
		if m.Namespace == "" {
			continue
		}
		if t.shared[m.Namespace] == nil {
			t.shared[m.Namespace] = map[string]bool{}
		}
		t.shared[m.Namespace][m.Service] = true
		if _, known := t.services[m.Namespace]; !known || m.ID == m.Namespace {
			t.services[m.Namespace] = m.Service
		}
	}
	for i := range s.Containers {
		c := &s.Containers[i]
		t.names[c.ID] = c.Name
		if c.Fronts != "" {
			t.fronts[c.ID] = c.Fronts
		}
		for _, e := range c.Endpoints {
			if e.NetworkID == "" {
				continue
			}
			if !slices.Contains(t.networks[c.ID], e.NetworkID) {
				t.networks[c.ID] = append(t.networks[c.ID], e.NetworkID)
			}
			for _, a := range e.Addresses() {
				t.hold(place{e.NetworkID, a}, c.ID)
			}
		}
	}
	for key, f := range t.unknown {
		if t.place(key.seenBy, *f) {
			delete(t.unknown, key)
		}
	}
}

// hold notes who has an address.
func (t *Traffic) hold(p place, id string) {
	before, had := t.holders[p]
	t.holders[p] = id
	if was, is := t.services[before], t.services[id]; had && before != id && was != is && (was != "" || is != "") {
		t.changed[fmt.Sprintf("the address %s went from %s to %s meanwhile: what was seen around that moment may be counted for the wrong one",
			p.address, t.names[before], t.names[id])] = true
	}
}

// Add takes in what was seen in the network of a container, by its id.
func (t *Traffic) Add(seenBy string, r probe.Report) {
	if r.Lost > 0 {
		t.lost[seenBy] += r.Lost
	}
	for _, l := range r.Names {
		t.lookups[lookup{seenBy, l.Name}] += l.Times
	}
	for _, f := range r.Flows {
		if t.place(seenBy, f) {
			continue
		}
		key := stranger{seenBy, f.Protocol, f.Client, f.Server, f.Port}
		if old := t.unknown[key]; old != nil {
			old.Add(f)
		} else if len(t.unknown) < mostUnknown {
			t.unknown[key] = &f
		}
	}
}

// place adds a flow to the containers that it is of; false: one of them is not known.
func (t *Traffic) place(seenBy string, f probe.Flow) bool {
	client, server := t.at(seenBy, f.Client), t.at(seenBy, f.Server)
	if client == "" || server == "" {
		return false
	}
	key := kind{client, server, f.Protocol, f.Port}
	both := t.kinds[key]
	if both == nil {
		if len(t.kinds) >= mostKinds {
			t.lost[seenBy] += max(f.Tried, 1)
			return true
		}
		both = &[2]probe.Flow{}
		t.kinds[key] = both
	}
	end := 0
	if seenBy == server {
		end = 1
	}
	both[end].Add(f)
	return true
}

// at is the container that has an address, as it is seen in the network of another.
func (t *Traffic) at(seenBy string, a netip.Addr) string {
	for _, network := range t.networks[seenBy] {
		if id := t.holders[place{network, a}]; id != "" {
			return id
		}
	}
	return ""
}

// Asked is what was seen of one service that asks another at one port.
type Asked struct {
	Protocol string `json:"protocol"`
	Port     uint16 `json:"port"`
	Tried    int    `json:"tried"`    // connections, or datagrams
	Answered int    `json:"answered"` // likewise
	Refused  int    `json:"refused,omitempty"`
	Open     int    `json:"open,omitempty"` // connections that were open before

	First string `json:"first,omitempty"` // RFC 3339
	Last  string `json:"last,omitempty"`
}

// reached reports whether the other has ever answered.
func (a Asked) reached() bool { return a.Answered+a.Open > 0 }

// String is what was seen on one line.
func (a Asked) String() string {
	at := fmt.Sprintf("%s %d", a.Protocol, a.Port)
	if a.Protocol == probe.UDPFlow {
		switch {
		case a.Tried == 0:
			return fmt.Sprintf("%s from %s", counted(a.Answered, "answer"), at)
		case a.Answered == 0:
			return fmt.Sprintf("%s to %s, none answered", counted(a.Tried, "datagram"), at)
		}
		return fmt.Sprintf("%s to %s, %s back", counted(a.Tried, "datagram"), at, counted(a.Answered, "datagram"))
	}
	var parts []string
	if a.Open > 0 {
		parts = append(parts, counted(a.Open, "open connection")+" to "+at)
	}
	switch silent := a.Tried - a.Answered - a.Refused; {
	case a.Answered > 0:
		parts = append(parts, counted(a.Answered, "connection")+" to "+at)
		if missed := a.Tried - a.Answered; missed > 0 {
			parts = append(parts, fmt.Sprintf("%d not answered", missed))
		}
	case a.Refused > 0:
		parts = append(parts, fmt.Sprintf("%s to %s refused", counted(a.Refused, "connection"), at))
		if silent > 0 {
			parts = append(parts, fmt.Sprintf("%d not answered", silent))
		}
	case a.Tried > 0:
		parts = append(parts, fmt.Sprintf("%s to %s not answered", counted(a.Tried, "connection"), at))
	}
	return strings.Join(parts, ", ")
}

// counted is a number of things.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Pair are two services, or a service and a container outside of the project.
type Pair struct {
	From, To string
	Asked    []Asked // by protocol and port
}

// Pairs gives the services that were seen to talk, and apart from them those that talk
// with containers outside of the project, under external names (see package linking). What a front
// asks of its service, and a service of itself, is not among them.
func (t *Traffic) Pairs() (services, outside []Pair) {
	type ask struct {
		from, to, protocol string
		port               uint16
	}
	flows := map[ask]*probe.Flow{}
	beyond := map[[2]string]bool{}
	for k, ends := range t.kinds {
		from, fromOurs := t.services[k.client]
		to, toOurs := t.services[k.server]
		if !fromOurs {
			from = linking.ExternalContainer(t.names[k.client])
		}
		if !toOurs {
			to = linking.ExternalContainer(t.names[k.server])
		}
		if from == to || t.fronts[k.client] != "" && t.fronts[k.client] == to || !fromOurs && !toOurs {
			continue
		}
		if !fromOurs || !toOurs {
			beyond[[2]string{from, to}] = true
		}
		one := ends[0]
		one.Most(ends[1])
		key := ask{from, to, k.protocol, k.port}
		if flows[key] == nil {
			flows[key] = &probe.Flow{}
		}
		flows[key].Add(one)
	}
	pairs := map[[2]string]*Pair{}
	for key, f := range flows {
		at := [2]string{key.from, key.to}
		if pairs[at] == nil {
			pairs[at] = &Pair{From: key.from, To: key.to}
		}
		pairs[at].Asked = append(pairs[at].Asked, Asked{
			Protocol: key.protocol, Port: key.port, Tried: f.Tried, Answered: f.Answered, Refused: f.Refused, Open: f.Open,
			First: moment(f.First), Last: moment(f.Last),
		})
	}
	for at, p := range pairs {
		slices.SortFunc(p.Asked, func(a, b Asked) int { return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port)) })
		if beyond[at] {
			outside = append(outside, *p)
		} else {
			services = append(services, *p)
		}
	}
	byEnds := func(a, b Pair) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) }
	slices.SortFunc(services, byEnds)
	slices.SortFunc(outside, byEnds)
	return services, outside
}

// moment is a time as it is shown; empty: there is none.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// Lookup is that a service asked for a name.
type Lookup struct {
	From, Name string
	Times      int
}

// Lookups lists them by service and name.
func (t *Traffic) Lookups() []Lookup {
	times := map[lookup]int{}
	for l, n := range t.lookups {
		if from, ours := t.services[l.by]; ours && t.fronts[l.by] == "" {
			times[lookup{from, l.name}] += n
		}
	}
	var list []Lookup
	for l, n := range times {
		list = append(list, Lookup{l.by, l.name, n})
	}
	slices.SortFunc(list, func(a, b Lookup) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name)) })
	return list
}

// Services lists those of the project that were watched.
func (t *Traffic) Services() []string {
	var list []string
	for _, of := range t.shared {
		for service := range of {
			list = append(list, service)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Notes says what a user should know of it: what may be missing, and what is counted for
// whom.
func (t *Traffic) Notes() []string {
	var notes []string
	for id, of := range t.shared {
		if len(of) > 1 {
			var services []string
			for s := range of {
				services = append(services, s)
			}
			slices.Sort(services)
			notes = append(notes, fmt.Sprintf("%s share one network: what they do is counted for %s", strings.Join(services, ", "), t.services[id]))
		}
	}
	for id, n := range t.lost {
		notes = append(notes, fmt.Sprintf("%s had too much traffic: %s could not be counted", t.names[id], counted(n, "packet")))
	}
	for note := range t.changed {
		notes = append(notes, note)
	}
	slices.Sort(notes)
	return notes
}
