package balance

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/front"
)

// Label is the label by which a file has a service balanced. Its value is a way to
// spread connections, or "true" for the usual one; "false" is as if there were none.
const Label = "io.stack-lite.balance"

// ProxyProtocolLabel is the label by which the front of a balanced service passes the
// client's address on, as v1 or v2 of the PROXY protocol.
const ProxyProtocolLabel = Label + ".proxy-protocol"

// Off is, of what was asked for, that a service gets no front whatever the file says.
const Off = "off"

// Asked is what commands ask for besides the files, by service: a way to spread
// connections, or Off.
type Asked map[string]string

// Ways lists the ways to spread connections, the usual one first.
func Ways() []string {
	var ways []string
	for _, a := range front.Algorithms() {
		ways = append(ways, string(a))
	}
	return ways
}

// IsLabel reports whether a label is one that says how a service is balanced.
func IsLabel(name string) bool { return name == Label || strings.HasPrefix(name, Label+".") }

// FrontOf is the name of the front of a service.
func FrontOf(service string) string { return service + "-front" }

// Expand gives a project with fronts for all services that are to have one, by its
// files or because that is asked for, and with notes on labels that have no effect. The
// project that is given is not changed. The error is of type compose.Errors.
func Expand(p *compose.Project, asked Asked) (*compose.Project, error) {
	out := *p
	out.Services, out.Notes = nil, slices.Clone(p.Notes)
	var errs compose.Errors
	for _, svc := range p.Services {
		b := balanced(svc, asked[svc.Name])
		if err := b.check(p); err != nil {
			errs = append(errs, err)
			continue
		}
		if b.way == "" || len(b.taken) == 0 {
			out.Services = append(out.Services, svc)
			out.Notes = append(out.Notes, b.noEffect()...)
			continue
		}
		out.Services = append(out.Services, b.behind(p), b.front())
	}
	if len(errs) > 0 {
		errs.Sort()
		return nil, errs
	}
	return &out, nil
}

// Fixed reports whether a service publishes ports that a front can take over.
func Fixed(svc *compose.Service) bool { return slices.ContainsFunc(svc.Ports, fixed) }

// Labelled reports whether a file says whether a service has a front.
func Labelled(svc *compose.Service) bool {
	return slices.ContainsFunc(svc.Labels, func(l compose.Var) bool { return l.Name == Label && l.Value != nil })
}

// fixed reports whether a published port pins each port of a container to one of the
// host. A range of the host for one port of the container is for several replicas as
// it is.
func fixed(p compose.Port) bool {
	pinned := p.HostFirst != 0 && p.HostLast-p.HostFirst == p.Last-p.First
	return pinned && (p.Proto == "tcp" || p.Proto == "udp")
}

// Fronts gives the services that the fronts of a project are for, by the names of these.
func Fronts(p *compose.Project) map[string]string {
	fronts := map[string]string{}
	for _, s := range p.Services {
		if s.Fronts != "" {
			fronts[s.Name] = s.Fronts
		}
	}
	return fronts
}

// WithFronts adds to services, by name, those that are their fronts; nil stands for all
// and stays so.
func WithFronts(fronts map[string]string, services []string) []string {
	if services == nil {
		return nil
	}
	out := slices.Clone(services)
	for _, name := range slices.Sorted(maps.Keys(fronts)) {
		if slices.Contains(services, fronts[name]) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// balancing is a service with what is to become of it.
type balancing struct {
	service *compose.Service
	way     string         // empty: it is not balanced
	asked   bool           // by a command
	taken   []compose.Port // that its front publishes
	kept    []compose.Port
	written string      // way, as it was written
	label   compose.Var // of the file; its Pos is zero where there is none
	passes  compose.Var // likewise, ProxyProtocolLabel
}

func balanced(svc *compose.Service, asked string) balancing {
	b := balancing{service: svc, asked: asked != "", way: asked, written: asked}
	for _, l := range svc.Labels {
		switch {
		case l.Value == nil:
		case l.Name == Label:
			b.label = l
		case l.Name == ProxyProtocolLabel:
			b.passes = l
		}
	}
	if !b.asked && b.label.Value != nil {
		b.way, b.written = strings.ToLower(*b.label.Value), *b.label.Value
	}
	switch b.way {
	case "true", "on":
		b.way = Ways()[0]
	case "false", Off:
		b.way = ""
	}
	for _, p := range svc.Ports {
		if fixed(p) {
			b.taken = append(b.taken, p)
		} else {
			b.kept = append(b.kept, p)
		}
	}
	return b
}

// check says what is wrong with the labels of a service, or why it can have no front.
func (b balancing) check(p *compose.Project) *compose.Error {
	name, at := b.service.Name, cmp.Or(b.label.Pos, b.service.Pos)
	path := name + ".labels." + Label
	if b.asked {
		path = name
	}
	switch {
	case b.passes.Value != nil && !slices.Contains(front.ProxyProtocols(), front.ProxyProtocol(*b.passes.Value)):
		return &compose.Error{Pos: b.passes.Pos, Path: name + ".labels." + ProxyProtocolLabel,
			Msg: fmt.Sprintf("%q is no version of the PROXY protocol", *b.passes.Value), Hints: []string{"write v1, or v2"}}
	case b.way == "":
		return nil
	case !slices.Contains(Ways(), b.way):
		return &compose.Error{Pos: at, Path: path, Msg: fmt.Sprintf("%q is no way to spread connections", b.written),
			Hints: []string{"write one of: " + strings.Join(Ways(), ", "), "or false for no front"}}
	case len(b.taken) == 0:
		return nil
	case b.service.Net.Mode != compose.NetLinks:
		return &compose.Error{Pos: at, Path: path, Msg: fmt.Sprintf("%q can't be balanced: it has %s", name, linking.NetText(b.service)),
			Hints: []string{"remove that: a front reaches its replicas on a network of its own"}}
	case p.Service(FrontOf(name)) != nil:
		return &compose.Error{Pos: at, Path: path, Msg: fmt.Sprintf("the front of %q would be called %q, which is another service", name, FrontOf(name)),
			Hints: []string{"give that service another name"}}
	}
	return nil
}

// noEffect says which labels of a service that gets no front mean nothing.
func (b balancing) noEffect() []compose.Note {
	note := func(l compose.Var, why string) []compose.Note {
		return []compose.Note{{Pos: l.Pos, Path: b.service.Name + ".labels." + l.Name, Text: "has no effect: " + why}}
	}
	switch {
	case b.way != "" && b.label.Value != nil:
		return note(b.label, fmt.Sprintf("%q publishes no fixed port of the host, and can have any number of replicas as it is", b.service.Name))
	case b.passes.Value != nil && !b.asked && b.label.Value == nil:
		return note(b.passes, fmt.Sprintf("%q has no front; for one add the label %s: \"true\"", b.service.Name, Label))
	}
	return nil
}

// behind is the service without the ports that its front publishes. They are exposed
// still, and what others learn of it from its ports stays true.
func (b balancing) behind(p *compose.Project) *compose.Service {
	s := *b.service
	s.Ports = b.kept
	s.Expose = slices.Clone(s.Expose)
	for _, port := range b.taken {
		is := func(e compose.Expose) bool {
			return e.First == port.First && e.Last == port.Last && e.Proto == port.Proto
		}
		if !slices.ContainsFunc(s.Expose, is) {
			s.Expose = append(s.Expose, compose.Expose{First: port.First, Last: port.Last, Proto: port.Proto, Pos: port.Pos})
		}
	}
	if linking.RoleOf(p, b.service).Proxy && !linking.RoleOf(p, &s).Proxy {
		declared := linking.DeclaredProxy
		s.Labels = append(slices.Clone(s.Labels), compose.Var{Name: linking.DiscoverLabel, Value: &declared, Pos: b.label.Pos})
		slices.SortStableFunc(s.Labels, func(a, b compose.Var) int { return strings.Compare(a.Name, b.Name) })
	}
	return &s
}

// front is the front of a service: our own program and nothing else, which may do
// nothing but serve. It is started again, and logs, as the service does.
func (b balancing) front() *compose.Service {
	s := b.service
	config := front.Config{Service: s.Name, Algorithm: front.Algorithm(b.way)}
	if b.passes.Value != nil {
		config.ProxyProtocol = front.ProxyProtocol(*b.passes.Value)
	}
	for _, port := range b.taken {
		for n := port.First; n <= port.Last; n++ {
			p := front.Port{Proto: front.Proto(port.Proto), Listen: uint16(n), Target: uint16(n)}
			if !slices.Contains(config.Ports, p) { // several of the host may lead to one
				config.Ports = append(config.Ports, p)
			}
		}
	}
	out := &compose.Service{
		Name: FrontOf(s.Name), Pos: s.Pos, At: map[string]compose.Pos{"ports": s.At["ports"]}, Fronts: s.Name,
		Image: front.Image(), Entrypoint: []string{front.Program}, Command: config.Args(),
		Links: []compose.Link{{Target: s.Name, Alias: s.Name, Pos: s.Pos}}, Ports: b.taken,
		User: front.User, ReadOnly: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
		Restart: s.Restart, LogDriver: s.LogDriver, LogOpt: s.LogOpt,
	}
	if b.asked {
		out.FrontAsked = b.way
	}
	return out
}
