package desired

import (
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// projectOf is the project that a container is a replica of; empty: of none.
func projectOf(c *observed.Container) string {
	if c.OneOff {
		return ""
	}
	return c.Project
}

// ExternalName is the name under which links and discovery know a container that
// is not the project's.
func ExternalName(c *observed.Container) string {
	if project := projectOf(c); project != "" {
		return linking.ExternalService(project, c.Service)
	}
	return linking.ExternalContainer(c.Name)
}

// shortID is how many digits of an id are a name, on networks too.
const shortID = 12

// IsNameOf reports whether an external name is that of a container. External links
// may name a container by its id.
func IsNameOf(name string, c *observed.Container) bool {
	text, container := strings.CutPrefix(name, linking.ExternalContainer(""))
	if !container {
		return name == ExternalName(c)
	}
	return text == c.Name || len(text) >= shortID && strings.HasPrefix(c.ID, text)
}

// external finds the external container that a name stands for; nil: none.
func (h Have) external(name string) *observed.Container {
	for _, x := range h.Externals {
		if c := h.Snapshot.ByID(x.ID); IsNameOf(name, c) {
			return c
		}
	}
	return nil
}

// meant names the containers that external names stand for and that networks
// can be attached to.
func (h Have) meant(externals []string) []string {
	var names []string
	if len(externals) == 0 {
		return nil
	}
	for _, x := range h.Externals {
		c := h.Snapshot.ByID(x.ID)
		if c.Attachable() && slices.ContainsFunc(externals, func(name string) bool { return IsNameOf(name, c) }) {
			names = append(names, x.Name)
		}
	}
	return names
}

// linkedMembers lists the members of each link network that a project has.
func linkedMembers(have plan.Have) [][]string {
	var members [][]string
	for _, n := range have.Networks {
		if kindOf(n.Settings) == string(linking.Linked) {
			members = append(members, slices.Concat(slices.Sorted(maps.Keys(n.Wiring)), externalsOf(n.Settings)))
		}
	}
	return members
}

// hasRoom reports whether all replicas of a service fit on a network of another
// project. It can grow only when that one is brought up.
func (in Inputs) hasRoom(n observed.Network, svc *compose.Service) bool {
	attached := in.Scale[svc.Name]
	for _, x := range in.Have.Externals {
		if _, on := x.Attached[n.Name]; on {
			attached++
		}
	}
	for _, c := range in.Have.Containers {
		if c.Service != svc.Name && slices.Contains(c.OtherNetworks, n.Name) {
			attached++
		}
	}
	return attached <= n.Room
}

// otherNetworks names the networks of other projects that were made for a
// container of this one too: because of an external link to it, or where
// discovery joins its service with one of theirs.
func (in Inputs) otherNetworks(svc *compose.Service, container string) []string {
	var names []string
	for _, n := range in.others {
		linked := n.Project != "" && slices.Contains(n.Externals, linking.ExternalContainer(container)) && hasOwnNetwork(svc)
		discovered := slices.ContainsFunc(in.found[svc.Name], func(e linking.Edge) bool {
			return e.OnOtherNetwork && (e.From == svc.Name && outside{in}.meets(n, svc, e.Owner) || e.Owner == svc.Name && outside{in}.meets(n, svc, e.From))
		})
		if linked && in.hasRoom(n, svc) || discovered {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	return names
}

// leaves names the networks of other projects that discovery joined a service
// with theirs on, and that it has no longer a reason to be on.
func (in Inputs) leaves(svc *compose.Service) []string {
	var names []string
	for _, n := range in.others {
		if !slices.Contains(n.Externals, linking.ExternalService(in.Project.Name, svc.Name)) {
			continue
		}
		joined := slices.ContainsFunc(in.found[svc.Name], func(e linking.Edge) bool {
			return e.From == svc.Name && outside{in}.joins(n, svc, e.Owner) || e.Owner == svc.Name && outside{in}.joins(n, svc, e.From)
		})
		if !joined {
			names = append(names, n.Name)
		}
	}
	return names
}

func hasOwnNetwork(svc *compose.Service) bool {
	return svc.Net.Mode == compose.NetLinks || svc.Net.Mode == compose.NetNetwork
}

// purposes says what networks are for, by name, where links of the project are not
// all.
func purposes(t *linking.Topology) map[string]string {
	reasons := map[string][]string{}
	for _, e := range t.Edges {
		from, to := linking.ExternalText(e.From), linking.ExternalText(e.To)
		switch e.Kind {
		case linking.DiscoveryEdge:
			reasons[e.Network] = append(reasons[e.Network], "discovery of "+to+" by "+from)
		case linking.ExternalEdge:
			reasons[e.Network] = append(reasons[e.Network], "external link of "+from+" to "+to)
		}
	}
	out := map[string]string{}
	for network, list := range reasons {
		out[network] = strings.Join(slices.Compact(list), ", ")
	}
	return out
}
