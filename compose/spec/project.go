package spec

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stack-lite/stack-lite/compose"
)

// mapper makes a compose.Project of what compose-go read.
type mapper struct {
	files *files
	model *types.Project
	keys  []Key
	errs  compose.Errors
	notes []compose.Note
}

// fail tells a mistake at a path of the files.
func (m *mapper) fail(msg string, path ...string) *compose.Error {
	e := &compose.Error{Pos: m.files.place(path...), Path: strings.Join(path, "."), Msg: msg}
	m.errs = append(m.errs, e)
	return e
}

// note tells what a user should know at a path of the files, once.
func (m *mapper) note(text string, path ...string) {
	n := compose.Note{Pos: m.files.place(path...), Path: strings.Join(path, "."), Text: text}
	if !slices.Contains(m.notes, n) {
		m.notes = append(m.notes, n)
	}
}

// sortedNotes are the notes in the order of the files.
func (m *mapper) sortedNotes() []compose.Note {
	at := func(p compose.Pos) int {
		return slices.IndexFunc(slices.Concat(m.files.main, m.files.more), func(f *file) bool { return m.files.o.Display(f.path) == p.File })
	}
	sort.SliceStable(m.notes, func(i, j int) bool {
		a, b := m.notes[i].Pos, m.notes[j].Pos
		if x, y := at(a), at(b); x != y {
			return x < y
		}
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return m.notes
}

// project takes over the whole model.
func (m *mapper) project() *compose.Project {
	m.keys = Keys()
	m.uncarried("", *m.model)
	p := &compose.Project{Name: m.model.Name, Dir: m.model.WorkingDir, Format: compose.Spec}
	for _, f := range m.files.main {
		if f.path != stdin {
			p.Files = append(p.Files, f.path)
		}
	}
	for _, name := range m.inFileOrder("networks", slices.Collect(maps.Keys(m.model.Networks))) {
		p.Networks = append(p.Networks, m.network(name, m.model.Networks[name]))
	}
	for _, name := range m.inFileOrder("volumes", slices.Collect(maps.Keys(m.model.Volumes))) {
		p.Volumes = append(p.Volumes, m.volume(name, m.model.Volumes[name]))
	}
	for _, name := range m.inFileOrder("services", slices.Collect(maps.Keys(m.model.Services))) {
		p.Services = append(p.Services, m.service(m.model.Services[name]))
	}
	m.own(p)
	for _, s := range p.Services {
		for i := range s.Ports {
			if s.Ports[i].IP == "" {
				s.Ports[i].IP = p.BindingAddress(s)
			}
		}
	}
	p.Index()
	return p
}

// inFileOrder sorts names of things as they stand in the files.
func (m *mapper) inFileOrder(kind string, names []string) []string {
	rank := map[string]int{}
	for i, name := range m.files.names(kind) {
		rank[name] = i + 1
	}
	slices.SortFunc(names, func(a, b string) int {
		if ra, rb := rank[a], rank[b]; ra != rb {
			return ra - rb
		}
		return strings.Compare(a, b)
	})
	return names
}

// own reads our own key, at the top of a file and in services.
func (m *mapper) own(p *compose.Project) {
	fail := func(msg string, path ...string) { m.fail(msg, path...) }
	p.Isolation, p.Swarm = compose.ReadOwn(m.model.Extensions[compose.OwnKey], fail)
	if p.Swarm != nil {
		for _, name := range slices.Sorted(maps.Keys(p.Swarm.Placement)) {
			if _, ok := m.model.AllServices()[name]; !ok {
				m.fail(fmt.Sprintf("no service %q%s", name, compose.DidYouMean(name, m.model.ServiceNames())), compose.OwnKey, "placement", name)
			}
		}
	}
	for _, s := range p.Services {
		list := compose.ReadOwnOfService(m.model.Services[s.Name].Extensions[compose.OwnKey], func(msg string, path ...string) {
			m.fail(msg, append([]string{"services", s.Name}, path...)...)
		})
		if len(list) == 0 {
			continue
		}
		if p.Swarm == nil {
			p.Swarm = &compose.Swarm{}
		}
		if p.Swarm.Placement == nil {
			p.Swarm.Placement = map[string][]string{}
		}
		p.Swarm.Placement[s.Name] = append(p.Swarm.Placement[s.Name], list...)
	}
}

func (m *mapper) network(name string, n types.NetworkConfig) compose.Network {
	m.uncarried("networks.*.", n, "networks", name)
	out := compose.Network{
		Name: name, Engine: n.Name, External: bool(n.External), Internal: n.Internal, Attachable: n.Attachable,
		Driver: n.Driver, DriverOpts: n.DriverOpts, Labels: n.Labels, IPv6: n.EnableIPv6,
		IPAMDriver: n.Ipam.Driver, IPAMOpts: n.Ipam.Options, Pos: m.files.place("networks", name),
	}
	for _, pool := range n.Ipam.Config {
		if pool != nil {
			out.Pools = append(out.Pools, compose.Pool{Subnet: pool.Subnet, Gateway: pool.Gateway, Range: pool.IPRange, Reserved: pool.AuxiliaryAddresses})
		}
	}
	return out
}

func (m *mapper) volume(name string, v types.VolumeConfig) compose.NamedVolume {
	m.uncarried("volumes.*.", v, "volumes", name)
	return compose.NamedVolume{
		Name: name, Engine: v.Name, External: bool(v.External), Driver: v.Driver, DriverOpts: v.DriverOpts,
		Labels: v.Labels, Pos: m.files.place("volumes", name),
	}
}

// check finds what compose-go lets pass.
func (m *mapper) check(p *compose.Project) {
	if err := compose.Check(p); err != nil {
		m.errs = append(m.errs, err.(compose.Errors)...)
	}
}
