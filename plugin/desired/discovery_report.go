package desired

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// DiscoveryReport is what a user should know of discovery, with names as people
// write them.
type DiscoveryReport struct {
	Joined   []Finding // what discovery joins
	Before   []Finding // what it joins only because a network says that it did before
	Withheld []Finding // what it does not join, since the proxy's side has not said yes

	// Names are the projects to name to join all of Withheld, and to keep what is
	// joined.
	Names []string

	Parted []Finding // what is joined and will not be, for the proxy publishes on loopback alone

	Unnamed []Finding // what was joined and will not be, for the names of projects that were given are others

	Unreached UnreachedReport // what asks to be found, by the files, and no proxy reaches it

	Unmatched []string // of the names of projects that were given, those that nothing on the engine has
}

// Finding is a discovery proxy and what it finds, or would.
type Finding struct {
	Proxy   string
	Targets []string
	Plain   bool     // among Targets are containers of no project, which have the label for it, not VIRTUAL_HOST
	Socket  bool     // the proxy mounts the engine's socket; otherwise a label or another service makes it one
	Ports   []string // that the proxy publishes on more than loopback, as far as is known
	File    string   // where to label it: "proxy in the file of shop"; empty: it has no file
	Label   string   // by which its file would allow it to find all Targets, and what it may find already
}

// reporter reports on the discovery of a project.
type reporter struct {
	outside
	known []*partner
}

// Discovered reports on the discovery of Topology.
func (in Inputs) Discovered() DiscoveryReport {
	o := reporter{outside: outside{in}}
	o.known = o.partners()
	var r DiscoveryReport
	for _, e := range in.Topology.Edges {
		switch {
		case e.Kind != linking.DiscoveryEdge || e.For != "": // the proxy finds it, which is told
			continue
		case o.onlyRecorded(e):
			r.Before = o.add(r.Before, e)
		default:
			r.Joined = o.add(r.Joined, e)
		}
		r.name(e)
	}
	finds := map[string][]string{}
	for _, e := range in.Topology.Withheld {
		r.Withheld = o.add(r.Withheld, e)
		r.name(e)
		project := in.Project.Name
		if !linking.IsExternal(e.From) {
			project = projectOrName(e.To)
		}
		proxy := linking.ExternalText(e.From)
		finds[proxy] = append(append(finds[proxy], project), o.finds(e.From)...)
	}
	for i, f := range r.Withheld {
		slices.Sort(finds[f.Proxy])
		r.Withheld[i].Label = fmt.Sprintf("%s: %q", linking.ProjectsLabel, strings.Join(slices.Compact(finds[f.Proxy]), ","))
	}
	r.Parted = o.parted()
	r.Unreached = in.Options.ReportUnreached(in.Project, in.Topology, nil, func(u linking.Unreached) bool { // told already
		return slices.ContainsFunc(r.Parted, func(f Finding) bool { return slices.Contains(f.Targets, u.Service) })
	})
	for _, e := range o.unnamed() {
		r.Unnamed = o.add(r.Unnamed, e)
		r.name(e)
	}
	slices.Sort(r.Names)
	r.Names = slices.Compact(r.Names)
	r.Unmatched = slices.DeleteFunc(slices.Clone(in.Options.Discovery.Among), func(name string) bool {
		return strings.ContainsAny(name, "*?") || name == in.Project.Name || slices.ContainsFunc(in.Have.Externals, func(x plan.External) bool {
			return name == x.Owner || name == x.Name
		})
	})
	return r
}

// name notes how the external end of an edge is named where projects are.
func (r *DiscoveryReport) name(e linking.Edge) {
	for _, end := range []string{e.From, e.Owner} {
		if linking.IsExternal(end) {
			r.Names = append(r.Names, projectOrName(end))
		}
	}
}

// add adds an edge to the finding of its proxy.
func (in reporter) add(list []Finding, e linking.Edge) []Finding {
	proxy := linking.ExternalText(e.From)
	i := slices.IndexFunc(list, func(f Finding) bool { return f.Proxy == proxy })
	if i < 0 {
		i = len(list)
		list = append(list, Finding{Proxy: proxy, Socket: in.hasSocket(e.From), Ports: in.published(e.From), File: e.From})
		if project, service, external := strings.Cut(e.From, "/"); external {
			list[i].File = ""
			if project != "" {
				list[i].File = service + " in the file of " + project
			}
		}
	}
	f := &list[i]
	f.Targets = append(f.Targets, linking.ExternalText(e.To))
	f.Plain = f.Plain || e.To == linking.ExternalContainer(projectOrName(e.To))
	return list
}

// published lists the ports that a discovery proxy publishes on more than
// loopback, by the file or, of an external one, by the engine, as far as it says.
func (in reporter) published(proxy string) []string {
	var texts []string
	if svc := in.Project.Service(proxy); svc != nil {
		for _, p := range linking.PublishedPorts(svc) {
			texts = append(texts, p.String())
		}
		return texts
	}
	var ports []uint16
	for _, p := range in.known {
		if p.Name != proxy {
			continue
		}
		for _, c := range p.containers {
			for _, port := range c.Published() {
				ports = append(ports, port.Public)
			}
		}
	}
	slices.Sort(ports)
	for _, p := range slices.Compact(ports) {
		texts = append(texts, strconv.Itoa(int(p)))
	}
	return texts
}

// hasSocket reports whether a discovery proxy mounts the engine's socket itself.
func (in reporter) hasSocket(proxy string) bool {
	if svc := in.Project.Service(proxy); svc != nil {
		return linking.HasSocket(svc)
	}
	return slices.ContainsFunc(in.known, func(p *partner) bool {
		return p.Name == proxy && slices.ContainsFunc(p.containers, func(c *observed.Container) bool {
			return slices.ContainsFunc(c.Mounts, func(m observed.Mount) bool { return linking.IsSocket(m.Source) })
		})
	})
}

// finds lists the patterns of other projects in which a discovery proxy may find
// others, by its file.
func (in reporter) finds(proxy string) []string {
	if svc := in.Project.Service(proxy); svc != nil {
		return linking.ProjectsOf(in.Project, svc)
	}
	for _, p := range in.known {
		if p.Name == proxy {
			return p.finds
		}
	}
	return nil
}

// onlyRecorded reports whether an edge of discovery that leads out of the project
// is there because it was: no file says so, and nobody did now.
func (in reporter) onlyRecorded(e linking.Edge) bool {
	svc, name := in.Project.Service(e.From), e.Owner
	if svc == nil {
		svc, name = in.Project.Service(e.Owner), e.From
	}
	if svc == nil || !linking.IsExternal(name) || in.Options.Discovery.Among != nil {
		return false
	}
	return slices.ContainsFunc(in.known, func(p *partner) bool {
		return p.Name == name && !in.onNetworkOfUser(svc, p) && !in.allowedByFile(svc, p)
	})
}

// parted lists what a network joins, of the project or of another, though there is
// no longer a proxy: it publishes its ports on loopback alone.
func (in reporter) parted() []Finding {
	var list []Finding
	if in.Options.Discovery.Off {
		return nil
	}
	replicas := func(name string) []*observed.Container {
		project, service, external := strings.Cut(name, "/")
		if !external {
			project, service = in.Project.Name, name
		}
		return in.Have.Snapshot.Replicas(project, service)
	}
	loopback := func(name string) bool {
		if svc := in.Project.Service(name); svc != nil {
			return linking.OnLoopback(in.Project, svc)
		}
		return slices.ContainsFunc(replicas(name), func(c *observed.Container) bool { return c.Socket })
	}
	discoverable := func(name string) bool {
		if svc := in.Project.Service(name); svc != nil {
			return linking.RoleOf(in.Project, svc).Discoverable
		}
		return slices.ContainsFunc(replicas(name), func(c *observed.Container) bool { return c.Role.Discoverable })
	}
	for _, n := range in.Have.Snapshot.Networks {
		if n.Project == "" || n.Kind != linking.Linked {
			continue
		}
		members := slices.DeleteFunc(in.membersOf(n), func(name string) bool {
			return !slices.ContainsFunc(replicas(name), func(c *observed.Container) bool { return on(c, n.Name) })
		})
		for _, proxy := range slices.DeleteFunc(slices.Clone(members), func(name string) bool { return !loopback(name) }) {
			for _, target := range members {
				ours := !linking.IsExternal(proxy) || !linking.IsExternal(target)
				if target != proxy && ours && discoverable(target) && !in.joined(proxy, target) {
					list = in.add(list, linking.Edge{From: proxy, To: target})
				}
			}
		}
	}
	return list
}

// membersOf lists what a network of a project was made for, by the names that the
// topology has for it.
func (in reporter) membersOf(n observed.Network) []string {
	var names []string
	for _, member := range slices.Sorted(maps.Keys(n.Wiring)) {
		names = append(names, in.nameHere(linking.ExternalService(n.Project, member)))
	}
	for _, external := range n.Externals {
		names = append(names, in.nameHere(external))
	}
	return names
}

// nameHere is what the topology calls what has an external name elsewhere.
func (in reporter) nameHere(external string) string {
	if service, own := strings.CutPrefix(external, linking.ExternalService(in.Project.Name, "")); own {
		return service
	}
	return external
}

// unnamed gives the edges of what networks join, and what somebody has not named
// beside other projects.
func (in reporter) unnamed() []linking.Edge {
	all := in.outside
	all.Options.Discovery.Among = nil
	var edges []linking.Edge
	for _, e := range all.partners() {
		if in.Options.Discovery.counts(projectOrName(e.Name)) {
			continue
		}
		for _, svc := range in.Project.Services {
			if !all.recorded(svc, e.Name) {
				continue
			}
			switch role := linking.RoleOf(in.Project, svc); {
			case role.Proxy && e.Discoverable:
				edges = append(edges, linking.Edge{From: svc.Name, To: e.Name, Owner: e.Name})
			case role.Discoverable && e.Proxy:
				edges = append(edges, linking.Edge{From: e.Name, To: svc.Name, Owner: svc.Name})
			}
		}
	}
	return edges
}

// joined reports whether two have an edge.
func (in reporter) joined(a, b string) bool {
	return slices.ContainsFunc(in.Topology.Edges, func(e linking.Edge) bool {
		return e.From == a && e.Owner == b || e.From == b && e.Owner == a
	})
}
