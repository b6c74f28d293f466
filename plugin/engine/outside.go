package engine

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// beyond is the Spec of a plan.Have: what the engine saw that is not the
// stack's.
type beyond struct {
	networks []otherNetwork
	exposes  map[string]string // by image id, what containers say that it exposes: see labels.Exposes
}

func beyondOf(have plan.Have) beyond {
	b, _ := have.Spec.(beyond)
	return b
}

// otherNetwork is a network that is not the stack's.
type otherNetwork struct {
	name    string
	project string   // whose stack made it; empty: it is no link network
	members []string // services of that project
	outside []string // whom it was made for besides, by outside name
	size    int      // how many endpoints it has room for
}

func newOtherNetwork(n network.Summary) otherNetwork {
	o := otherNetwork{name: n.Name, size: room(n)}
	if _, made := n.Labels[labels.Settings]; made {
		o.project = n.Labels[labels.Project]
		o.outside = labels.ParseList(n.Labels[labels.Externals])
		for service := range labels.ParseWiring(n.Labels[labels.Wiring]) {
			o.members = append(o.members, service)
		}
	}
	return o
}

// external is the Spec of a plan.Stranger.
type external struct {
	id      string
	project string // whose stack made it; empty: it is no replica of such a one
	service string
	imageID string
	mode    container.NetworkMode
	role    linking.Role
}

// newExternal looks at a container that is not the stack's. Containers of ours
// say in a label what they are to discovery; of others a list tells mounts,
// published ports and labels, but not the environment.
func newExternal(c container.Summary) external {
	o := external{id: c.ID, imageID: c.ImageID, mode: container.NetworkMode(c.HostConfig.NetworkMode)}
	if _, made := c.Labels[labels.Fingerprint]; made && c.Labels[labels.OneOff] != "True" {
		o.project, o.service = c.Labels[labels.Project], c.Labels[labels.Service]
		o.role = labels.ParseRole(c.Labels[labels.Discovery])
		return o
	} else if made || !o.attachable() {
		return o
	}
	socket := slices.ContainsFunc(c.Mounts, func(m container.MountPoint) bool { return linking.IsSocket(m.Source) })
	published := slices.ContainsFunc(c.Ports, func(p container.Port) bool { return p.PublicPort != 0 })
	said := strings.ToLower(c.Labels[linking.DiscoverLabel])
	o.role = linking.Role{Proxy: socket && published && said != "false", Discoverable: said == "true"}
	return o
}

// attachable tells whether the container has a network stack of its own that
// networks can be attached to.
func (o external) attachable() bool {
	return !o.mode.IsHost() && !o.mode.IsNone() && !o.mode.IsContainer()
}

func externalOf(s plan.External) external {
	o, _ := s.Spec.(external)
	return o
}

// externalName is the name under which discovery knows a stranger.
func externalName(s plan.External) string {
	if o := externalOf(s); o.project != "" {
		return linking.ExternalService(o.project, o.service)
	}
	return linking.ExternalContainer(s.Name)
}

// shortID is how many digits of an id are a name, on networks too.
const shortID = 12

// means tells whether an outside name is that of a stranger. External links may
// name a container by its id.
func means(name string, s plan.External) bool {
	text, container := strings.CutPrefix(name, linking.ExternalContainer(""))
	if !container {
		return name == externalName(s)
	}
	return text == s.Name || len(text) >= shortID && strings.HasPrefix(s.ID, text)
}

// meant names the strangers that outside names stand for and that networks can
// be attached to.
func meant(outside []string, strangers []plan.External) []string {
	var names []string
	for _, s := range strangers {
		if externalOf(s).attachable() && slices.ContainsFunc(outside, func(name string) bool { return means(name, s) }) {
			names = append(names, s.Name)
		}
	}
	return names
}

// Discovery says how far discovery looks. The zero value is all of the engine.
type Discovery struct {
	Off    bool     // links are all there is
	Within bool     // only the services of the project
	Among  []string // patterns (path.Match) of the projects, and of the names of containers of nobody's, that count; nil: all
}

// counts tells whether a stranger counts.
func (d Discovery) counts(s plan.External) bool {
	name := cmp.Or(externalOf(s).project, s.Name)
	return d.Among == nil || slices.ContainsFunc(d.Among, func(pattern string) bool {
		matches, _ := path.Match(pattern, name)
		return matches
	})
}

// Resolve works out what the links of a project mean beside what there is:
// networks that are right stay, and who is outside is known.
func (e *Engine) Resolve(p *compose.Project, isolation linking.Isolation, have plan.Have, scale Scale) (*linking.Topology, error) {
	o := linking.Options{Isolation: isolation, Keep: linkedMembers(have), NoDiscovery: e.options.Discovery.Off}
	if !e.options.Discovery.Within {
		o.Externals = discovered(p, e.options.Discovery, have, scale)
	}
	return linking.Resolve(p, o)
}

// linkedMembers lists, for each link network that a stack has, who is on it.
func linkedMembers(have plan.Have) [][]string {
	var members [][]string
	for _, n := range have.Networks {
		if kind, _, _ := strings.Cut(n.Settings, " "); kind == string(linking.Linked) {
			members = append(members, slices.Concat(slices.Sorted(maps.Keys(n.Wiring)), externalsOf(n.Settings)))
		}
	}
	return members
}

// discovered lists who takes part in discovery discovered of a project, with the
// services of the project that meet them on networks of others: there no
// second network is needed.
func discovered(p *compose.Project, d Discovery, have plan.Have, scale Scale) []linking.External {
	byName := map[string]*linking.External{}
	places := map[string]map[string]int{} // by outside name, how many containers are on which network
	count := map[string]int{}
	for _, s := range have.Externals {
		role := externalOf(s).role
		if role == (linking.Role{}) || !d.counts(s) {
			continue
		}
		name := externalName(s)
		if byName[name] == nil {
			byName[name], places[name] = &linking.External{Name: name}, map[string]int{}
		}
		o := byName[name]
		o.Proxy, o.Discoverable = o.Proxy || role.Proxy, o.Discoverable || role.Discoverable
		count[name]++
		for network := range s.Attached {
			places[name][network]++
		}
	}
	var list []linking.External
	for _, o := range byName {
		for _, svc := range p.Services {
			user := svc.Net.Mode == compose.NetNetwork && places[o.Name][svc.Net.Name] == count[o.Name]
			theirs := slices.ContainsFunc(beyondOf(have).networks, func(n otherNetwork) bool {
				return n.joins(p, svc, o.Name) && n.hasRoom(have, svc, scale)
			})
			if user || theirs {
				o.JoinedWith = append(o.JoinedWith, svc.Name)
			}
		}
		list = append(list, *o)
	}
	slices.SortFunc(list, func(a, b linking.External) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// joins tells whether the network was made to join a service of a project with
// a service outside.
func (n otherNetwork) joins(p *compose.Project, svc *compose.Service, name string) bool {
	return n.project != "" && slices.Contains(n.outside, linking.ExternalService(p.Name, svc.Name)) &&
		slices.ContainsFunc(n.members, func(m string) bool { return linking.ExternalService(n.project, m) == name })
}

// hasRoom tells whether all replicas of a service fit on the network. It can
// grow only when its own stack is brought up.
func (n otherNetwork) hasRoom(have plan.Have, svc *compose.Service, scale Scale) bool {
	sitting := scale[svc.Name]
	for _, s := range have.Externals {
		if _, on := s.Attached[n.name]; on {
			sitting++
		}
	}
	for _, c := range have.Containers {
		if c.Service != svc.Name && slices.Contains(c.OtherNetworks, n.name) {
			sitting++
		}
	}
	return sitting <= n.size
}

// visits names the networks of other stacks that were made for a container of
// the project too: because of an external link to it, or where discovery joins
// its service with one of theirs.
func visits(p *compose.Project, t *linking.Topology, svc *compose.Service, name string, have plan.Have, scale Scale) []string {
	var names []string
	for _, n := range beyondOf(have).networks {
		linked := n.project != "" && slices.Contains(n.outside, linking.ExternalContainer(name)) && hasOwnNet(svc)
		discovered := slices.ContainsFunc(t.Edges, func(tie linking.Edge) bool {
			return tie.OnOtherNetwork && (tie.From == svc.Name && n.joins(p, svc, tie.Owner) || tie.Owner == svc.Name && n.joins(p, svc, tie.From))
		})
		if (linked || discovered) && n.hasRoom(have, svc, scale) {
			names = append(names, n.name)
		}
	}
	slices.Sort(names)
	return names
}

func hasOwnNet(svc *compose.Service) bool {
	return svc.Net.Mode == compose.NetLinks || svc.Net.Mode == compose.NetNetwork
}

// purpose says what a network is for, where links of the stack are not all.
func purpose(t *linking.Topology, n linking.Network) string {
	var reasons []string
	for _, tie := range t.Edges {
		if tie.Network != n.Name {
			continue
		}
		from, to := linking.ExternalText(tie.From), linking.ExternalText(tie.To)
		switch tie.Kind {
		case linking.DiscoveryEdge:
			reasons = append(reasons, "discovery of "+to+" by "+from)
		case linking.ExternalEdge:
			reasons = append(reasons, "external link of "+from+" to "+to)
		}
	}
	return strings.Join(slices.Compact(reasons), ", ")
}

// addExternals fills in what a container has to do with others: networks of other
// stacks, and what it is told by link variables.
func (e *Engine) addExternals(c *plan.Container, p *compose.Project, t *linking.Topology, s *compose.Service, have plan.Have, scale Scale, replicas map[string][]int) {
	if !c.OneOff {
		c.OtherNetworks = visits(p, t, s, c.Name, have, scale)
	}
	if s.Net.Mode == compose.NetContainer {
		look := lookout{have: have}
		c.NetworkOf, _ = look.container(s.Net.Name)
	}
	if e.options.LinkEnv == linking.EnvNone {
		return
	}
	spec := c.Spec.(containerSpec)
	spec.project, spec.links = p.Name, linkSources(p, t, s, have, replicas)
	c.Spec, c.LinkEnv = spec, e.told(spec.links, have)
	for _, src := range spec.links {
		if src.outside == "" {
			c.Reads = append(c.Reads, src.image)
		}
	}
}
