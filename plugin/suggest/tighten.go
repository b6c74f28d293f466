package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// Tightened is what becomes of the networks of a project when only services share one of
// which each talks to each other.
type Tightened struct {
	// Project is the project as its files and Override mean it together.
	Project *compose.Project
	// Notes say which networks stay as they are, though services share them that do not
	// talk, and why; and what others may have used of those that go.
	Notes []string
	// Beyond are pairs of services that do not talk and still can, on networks that stay.
	Beyond [][2]string
	// Alone are services that have no one to talk to, as far as it is known, and had.
	Alone []string

	added   []compose.Network // new networks, in order
	changed []seating         // services whose networks change, in the order of the files
}

// seating are the networks that one service leaves and is put on.
type seating struct {
	service *compose.Service
	leaves  []string
	joins   []compose.ServiceNetwork
}

// Pairs are the services of links that are sure enough, or that the files have: what has
// to stay possible.
func Pairs(links []Link, least Level) [][2]string {
	var list [][2]string
	for _, l := range links {
		if l.State != Missing && l.State != Network || l.Level.AtLeast(least) {
			list = append(list, [2]string{l.From, l.To})
		}
	}
	return list
}

// Tighten takes the services of a project of the specification off the networks that they
// share with others than those they talk to, and puts them on new ones. A network on which
// all talk stays, and so do those that are not just for who reaches whom: see stays. Who
// had no way out to the world has none on new ones, and who had one keeps one; the names
// that a service had on what it leaves it has on what it is put on.
//
// The error is that of linking.Resolve: two services are called the same but for case.
func Tighten(p *compose.Project, talk [][2]string) (Tightened, error) {
	w := newTightening(p, talk)
	links, err := linking.Resolve(w.apart(), linking.Options{NoDiscovery: true})
	if err != nil {
		return Tightened{}, err
	}
	out := Tightened{Project: w.copied(), Notes: w.notes, Beyond: w.beyond()}
	w.place(links, &out)
	for i, s := range out.Project.Services {
		joins, leaves := w.joins[s.Name], w.leaves[s.Name]
		if len(joins) > 0 && w.stay[defaultNetwork] && (s.Spec == nil || len(s.Spec.Networks) == 0) { // who names one is no longer on it by itself
			joins = append([]compose.ServiceNetwork{{Name: defaultNetwork}}, joins...)
		}
		if len(joins)+len(leaves) == 0 {
			continue
		}
		spec := compose.ServiceSpec{}
		if s.Spec != nil {
			spec = *s.Spec
		}
		on := slices.DeleteFunc(slices.Clone(spec.Networks), func(n compose.ServiceNetwork) bool { return slices.Contains(leaves, n.Name) })
		spec.Networks = append(on, joins...)
		copied := *s
		copied.Spec = &spec
		out.Project.Services[i] = &copied
		// Nothing takes a service off the network that it is on for want of another, but another.
		named := slices.DeleteFunc(slices.Clone(leaves), func(name string) bool {
			return s.Spec == nil || !slices.ContainsFunc(s.Spec.Networks, func(n compose.ServiceNetwork) bool { return n.Name == name })
		})
		out.changed = append(out.changed, seating{s, named, joins})
	}
	out.Project.Index()
	return out, nil
}

// tightening is the work of Tighten.
type tightening struct {
	project  *compose.Project
	networks map[string]*compose.Network // by name
	members  map[string][]string         // of networks, those whose project it is and external ones
	stay     map[string]bool
	needed   map[[2]string]bool // pairs, in either order
	open     [][2]string        // those that no network that stays carries
	leaves   map[string][]string
	joins    map[string][]compose.ServiceNetwork
	notes    []string
}

const defaultNetwork = "default"

func newTightening(p *compose.Project, talk [][2]string) *tightening {
	w := &tightening{
		project: p, networks: map[string]*compose.Network{}, members: map[string][]string{}, stay: map[string]bool{},
		needed: map[[2]string]bool{}, leaves: map[string][]string{}, joins: map[string][]compose.ServiceNetwork{},
	}
	for i := range p.Networks {
		w.networks[p.Networks[i].Name] = &p.Networks[i]
	}
	var names []string
	for _, s := range p.Services {
		for _, n := range seatsOf(s) {
			if w.members[n.Name] == nil {
				names = append(names, n.Name)
			}
			w.members[n.Name] = append(w.members[n.Name], s.Name)
		}
	}
	var asked [][2]string
	owners := linking.NetworkOwners(p)
	for _, pair := range talk {
		from, to := owners[pair[0]], owners[pair[1]]
		placed := len(seatsOf(p.Service(from))) > 0 && len(seatsOf(p.Service(to))) > 0
		if placed && from != to && !w.needed[[2]string{from, to}] {
			w.needed[[2]string{from, to}], w.needed[[2]string{to, from}] = true, true
			asked = append(asked, [2]string{from, to})
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch tight, why := w.tight(name), w.stays(name); {
		case tight:
			w.stay[name] = true
		case why != "":
			w.stay[name] = true
			w.notes = append(w.notes, fmt.Sprintf("the network %s stays as it is, with %s: %s", name, strings.Join(w.members[name], ", "), why))
		case w.networks[name] != nil:
			w.notes = append(w.notes, w.goes(w.networks[name])...)
		}
	}
	for _, s := range p.Services {
		for _, n := range seatsOf(s) {
			if !w.stay[n.Name] {
				w.leaves[s.Name] = append(w.leaves[s.Name], n.Name)
			}
		}
	}
	for _, pair := range asked {
		if !w.meet(pair[0], pair[1]) {
			w.open = append(w.open, pair)
		}
	}
	return w
}

// seatsOf are the networks that a service is on, that of all where it names none; of
// nobody, and of who has no network of the project's, there are none.
func seatsOf(s *compose.Service) []compose.ServiceNetwork {
	switch {
	case s == nil || s.Net.Mode != compose.NetLinks || s.Fronts != "":
		return nil
	case s.Spec == nil || len(s.Spec.Networks) == 0:
		return []compose.ServiceNetwork{{Name: defaultNetwork}}
	}
	return s.Spec.Networks
}

// tight reports whether all on a network talk to each other: then it is what it should be.
func (w *tightening) tight(network string) bool {
	members := w.members[network]
	for i, a := range members {
		for _, b := range members[i+1:] {
			if !w.needed[[2]string{a, b}] {
				return false
			}
		}
	}
	return true
}

// ipv6Option is the driver's option by which files of version 3 have IPv6, or have it not.
const ipv6Option = "com.docker.network.enable_ipv6"

// stays says why a network is more than who reaches whom, and can't be replaced by
// others; empty: it is not.
func (w *tightening) stays(network string) string {
	if n := w.networks[network]; n != nil {
		switch {
		case n.External:
			return "it is external"
		case n.Driver != "" && n.Driver != "bridge":
			return "its driver is " + n.Driver
		case n.IPAMDriver != "" && n.IPAMDriver != "default" || len(n.IPAMOpts) > 0:
			return "its addresses are those of the driver " + n.IPAMDriver
		case n.IPv6 != nil && *n.IPv6 || n.DriverOpts[ipv6Option] == "true":
			return "it has IPv6"
		}
		for name := range n.DriverOpts {
			if name != ipv6Option {
				return "it has driver_opts"
			}
		}
	}
	for _, name := range w.members[network] {
		s := w.project.Service(name)
		if on, ok := s.On(network); ok && (on.IPv4 != "" || on.IPv6 != "" || on.MAC != "" || len(on.LinkLocal)+len(on.DriverOpts) > 0) {
			return name + " has an address there"
		}
	}
	if by := w.namedBy(network); by != "" {
		return by + " names it"
	}
	return ""
}

// goes says what of a network that is replaced others may have used.
func (w *tightening) goes(n *compose.Network) []string {
	var notes []string
	if len(n.Pools) > 0 && n.Pools[0].Subnet != "" {
		notes = append(notes, fmt.Sprintf("the network %s goes, which has the addresses %s: new ones have others", n.Name, n.Pools[0].Subnet))
	}
	if own := w.project.Name + "_" + n.Name; n.Engine != "" && n.Engine != own {
		notes = append(notes, fmt.Sprintf("the network %s goes, which the engine knows as %s: other projects that are on it meet nobody of this one there", n.Name, n.Engine))
	}
	switch {
	case len(n.Labels) > 0:
		notes = append(notes, fmt.Sprintf("the network %s goes, which has labels: new ones have none", n.Name))
	case n.Attachable:
		notes = append(notes, fmt.Sprintf("the network %s goes, which is attachable: new ones are not", n.Name))
	}
	return notes
}

// namedBy is a service with a variable, a label or a flag about networks that has the name
// of a network, as traefik.docker.network; empty: there is none.
func (w *tightening) namedBy(network string) string {
	called := []string{network}
	if n := w.networks[network]; n != nil {
		called = append(called, n.Engine)
	}
	for _, s := range w.project.Services {
		for _, v := range slices.Concat(s.Environment, s.Labels) {
			if v.Value != nil && strings.Contains(strings.ToLower(v.Name), "network") && slices.Contains(called, *v.Value) {
				return s.Name
			}
		}
		for _, word := range s.Command {
			flag, value, _ := strings.Cut(word, "=")
			if strings.Contains(strings.ToLower(flag), "network") && slices.Contains(called, value) {
				return s.Name
			}
		}
	}
	return ""
}

// meet reports whether two services are both on a network that stays.
func (w *tightening) meet(a, b string) bool {
	for name, members := range w.members {
		if w.stay[name] && slices.Contains(members, a) && slices.Contains(members, b) {
			return true
		}
	}
	return false
}

// beyond lists the pairs that meet on a network that stays, and need not.
func (w *tightening) beyond() [][2]string {
	var list [][2]string
	for i, a := range w.project.Services {
		for _, b := range w.project.Services[i+1:] {
			if !w.needed[[2]string{a.Name, b.Name}] && w.meet(a.Name, b.Name) {
				list = append(list, [2]string{a.Name, b.Name})
			}
		}
	}
	return list
}

// talks reports whether a service talks to any other.
func (w *tightening) talks(service string) bool {
	return slices.ContainsFunc(w.project.Services, func(o *compose.Service) bool { return w.needed[[2]string{service, o.Name}] })
}

// outward reports whether a service has a way out to the world by networks.
func (w *tightening) outward(on []compose.ServiceNetwork) bool {
	return slices.ContainsFunc(on, func(n compose.ServiceNetwork) bool { return w.networks[n.Name] == nil || !w.networks[n.Name].Internal })
}

// apart is a project of the services that are on networks, with the pairs that need new
// ones as links and nothing else, for linking to find the networks.
func (w *tightening) apart() *compose.Project {
	p := &compose.Project{Name: w.project.Name}
	for _, s := range w.project.Services {
		if len(seatsOf(s)) == 0 {
			continue
		}
		one := &compose.Service{Name: s.Name, Image: s.Name}
		for _, pair := range w.open {
			if pair[0] == s.Name {
				one.Links = append(one.Links, compose.Link{Target: pair[1], Alias: pair[1]})
			}
		}
		p.Services = append(p.Services, one)
	}
	return p
}

// copied is the project, of which services and networks may be replaced.
func (w *tightening) copied() *compose.Project {
	p := *w.project
	p.Services, p.Networks = slices.Clone(p.Services), slices.Clone(p.Networks)
	return &p
}

// place puts services on new networks.
func (w *tightening) place(links *linking.Topology, out *Tightened) {
	wayOut := map[string]bool{} // services with a way out on what they are on then
	staying := map[string][]compose.ServiceNetwork{}
	for _, s := range w.project.Services {
		for _, n := range seatsOf(s) {
			if w.stay[n.Name] {
				staying[s.Name] = append(staying[s.Name], n)
			}
		}
		wayOut[s.Name] = len(staying[s.Name]) > 0 && w.outward(staying[s.Name])
	}
	had := func(service string) bool { return w.outward(seatsOf(w.project.Service(service))) }
	add := func(name string, members []string, internal bool) {
		for name == defaultNetwork || w.networks[name] != nil || slices.ContainsFunc(out.added, func(n compose.Network) bool { return n.Name == name }) {
			name += ".links" // of services whose profiles are not active others may be
		}
		n := compose.Network{Name: name, Engine: w.project.Name + "_" + name, Internal: internal}
		out.added = append(out.added, n)
		out.Project.Networks = append(out.Project.Networks, n)
		for _, service := range members {
			w.joins[service] = append(w.joins[service], compose.ServiceNetwork{Name: name, Aliases: w.aliases(service)})
			wayOut[service] = wayOut[service] || !internal
		}
	}
	for _, n := range links.Networks {
		if n.Kind == linking.Linked {
			add(n.Name, n.Members, slices.ContainsFunc(n.Members, func(service string) bool { return !had(service) }))
		}
	}
	for _, s := range w.project.Services {
		if len(seatsOf(s)) == 0 {
			continue
		}
		if len(w.leaves[s.Name]) > 0 && !w.talks(s.Name) {
			out.Alone = append(out.Alone, s.Name)
		}
		nowhere := len(staying[s.Name])+len(w.joins[s.Name]) == 0
		if nowhere || had(s.Name) && !wayOut[s.Name] {
			add(linking.NetworkName(s.Name), []string{s.Name}, !had(s.Name))
		}
	}
}

// aliases are the names that a service has on networks that it leaves.
func (w *tightening) aliases(service string) []string {
	var list []string
	s := w.project.Service(service)
	for _, name := range w.leaves[service] {
		on, _ := s.On(name)
		for _, alias := range on.Aliases {
			if !slices.Contains(list, alias) {
				list = append(list, alias)
			}
		}
	}
	return list
}

// Changes reports whether there is anything to tighten.
func (t Tightened) Changes() bool { return len(t.changed) > 0 }

// New is how many networks there are then that were not there before.
func (t Tightened) New() int { return len(t.added) }
