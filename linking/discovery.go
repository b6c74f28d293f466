package linking

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// DiscoverLabel is the label by which a service is found by discovery proxies
// ("true"), is such a proxy ("proxy"), or is neither ("false"), whatever else it
// has.
const DiscoverLabel = "io.stack-lite.discover"

// VirtualHost is the variable by which a service asks a discovery proxy to be
// found.
const VirtualHost = "VIRTUAL_HOST"

// Role is what a service is to discovery. It may be both.
type Role struct {
	Proxy        bool // it finds others through the engine, itself or by what writes its configuration, or has the label
	Discoverable bool // it has VIRTUAL_HOST, or the label
}

// RoleOf returns what a service of a project is to discovery. A service without a
// network stack of its own takes no part. One that publishes its ports on loopback
// alone is no proxy: it serves this machine, as the proxies of the engine's socket
// and the dashboards do that nobody else is to reach.
func RoleOf(p *compose.Project, svc *compose.Service) Role { return RolesIn(p).Of(svc) }

// Roles answers RoleOf for many services of one project.
type Roles struct {
	project *compose.Project
	writers []*compose.Service // that may write the configuration of a server, when they were asked for
	known   bool
}

// RolesIn gives the roles in a project, which does not change meanwhile.
func RolesIn(p *compose.Project) *Roles { return &Roles{project: p} }

// Of is RoleOf.
func (r *Roles) Of(svc *compose.Service) Role {
	if !takesPart(svc) {
		return Role{}
	}
	var role Role
	published := len(PublishedPorts(svc)) > 0
	role.Proxy = isDeclaredProxy(svc) || published && (HasSocket(svc) || len(r.generators(svc)) > 0)
	for _, v := range svc.Environment {
		if v.Name == VirtualHost && v.Value != nil && *v.Value != "" {
			role.Discoverable = true
		}
	}
	role.Discoverable = role.Discoverable || strings.EqualFold(*label(svc, DiscoverLabel).Value, "true")
	return role
}

// DeclaredProxy is the value of DiscoverLabel of a discovery proxy that nothing
// else shows to be one.
const DeclaredProxy = "proxy"

func isDeclaredProxy(svc *compose.Service) bool {
	return strings.EqualFold(*label(svc, DiscoverLabel).Value, DeclaredProxy)
}

// PublishedPorts returns the ports of a service that others than this machine
// find published.
func PublishedPorts(svc *compose.Service) []compose.Port {
	return slices.DeleteFunc(slices.Clone(svc.Ports), func(p compose.Port) bool { return isLoopback(p.IP) })
}

// isLoopback reports whether an address of the host is one that only the host
// itself reaches.
func isLoopback(text string) bool {
	ip, err := netip.ParseAddr(text)
	return err == nil && ip.Unmap().IsLoopback()
}

// label finds a label of a service; its value is empty where there is none.
func label(svc *compose.Service, name string) compose.Var {
	none := ""
	found := compose.Var{Value: &none}
	for _, l := range svc.Labels {
		if l.Name == name && l.Value != nil {
			found = l
		}
	}
	return found
}

// IsSocket reports whether a path of the host is that of an engine's socket.
func IsSocket(host string) bool { return path.Base(host) == "docker.sock" }

// discover returns an edge for every discovery proxy and what it finds, in the
// project and among the externals, but for those that have an edge already. Of
// two that are on a network of the user's the edge says so. Withheld are the
// edges to and from externals that the proxy's side has not allowed.
func discover(p *compose.Project, edges []Edge, externals []External) (found, withheld []Edge) {
	in, roles := RolesIn(p), make(map[string]Role, len(p.Services))
	for _, svc := range p.Services {
		roles[svc.Name] = in.Of(svc)
	}
	linked, joined := pairsOf(edges), make(pairs)
	for _, svc := range p.Services {
		if roles[svc.Name].Proxy {
			for _, other := range p.Services {
				if other == svc || !roles[other.Name].Discoverable || roles[other.Name].Proxy && joined.has(other.Name, svc.Name) {
					continue
				}
				if !linked.has(svc.Name, other.Name) {
					joined.add(svc.Name, other.Name)
					found = append(found, discovery(svc.Name, other.Name, other.Pos, meet(svc, other)))
				}
			}
		}
		for _, o := range externals {
			e := discovery(o.Name, svc.Name, svc.Pos, slices.Contains(o.JoinedWith, svc.Name))
			switch {
			case roles[svc.Name].Proxy && o.Discoverable:
				e.From, e.To, e.Owner = svc.Name, o.Name, o.Name
			case !roles[svc.Name].Discoverable || !o.Proxy:
				continue
			}
			switch {
			case linked.has(svc.Name, o.Name):
			case slices.Contains(o.Allowed, svc.Name):
				joined.add(svc.Name, o.Name)
				found = append(found, e)
			default:
				withheld = append(withheld, e)
			}
		}
	}
	return append(found, generatorEdges(in, slices.Concat(edges, found))...), withheld
}

// generatorEdges returns the edges that a proxy in two containers needs besides:
// what writes its configuration looks at its own networks for the addresses that
// the proxy is to use, so all three have to be on one.
func generatorEdges(roles *Roles, edges []Edge) []Edge {
	p := roles.project
	var found []Edge
	linked, seen := pairsOf(edges), make(map[Edge]bool)
	for _, svc := range p.Services {
		for _, name := range roles.generators(svc) {
			g := p.Service(name)
			for _, site := range p.Services {
				if site == svc || site == g || meet(svc, site) || !linked.has(svc.Name, site.Name) || !roles.Of(site).Discoverable {
					continue
				}
				for _, e := range []Edge{discovery(name, svc.Name, svc.Pos, meet(g, svc)), discovery(name, site.Name, site.Pos, meet(g, site))} {
					if e.For = svc.Name; !seen[e] {
						seen[e] = true
						found = append(found, e)
					}
				}
			}
		}
	}
	return found
}

// together lists the services that have to be on one network: a proxy in two
// containers and a service that it finds.
func together(edges []Edge) [][]string {
	var sets [][]string
	for _, e := range edges {
		if e.For != "" && e.To != e.For && !e.OnOtherNetwork {
			sets = append(sets, []string{e.From, e.For, e.To})
		}
	}
	return sets
}

func discovery(proxy, target string, pos compose.Pos, joined bool) Edge {
	return Edge{From: proxy, To: target, Owner: target, Kind: DiscoveryEdge, OnOtherNetwork: joined, Pos: pos}
}

// meet reports whether the file puts two services on one network.
func meet(a, b *compose.Service) bool {
	return a.Net.Mode == compose.NetNetwork && b.Net.Mode == compose.NetNetwork && a.Net.Name == b.Net.Name
}

// pairs are those that have an edge, in either direction.
type pairs map[[2]string]bool

func pairsOf(edges []Edge) pairs {
	all := make(pairs, len(edges))
	for _, e := range edges {
		all.add(e.From, e.Owner)
	}
	return all
}

func (p pairs) add(a, b string) { p[[2]string{min(a, b), max(a, b)}] = true }

func (p pairs) has(a, b string) bool { return p[[2]string{min(a, b), max(a, b)}] }

// Discovered returns a note for every edge that no link of the file makes, and
// what else the file says of discovery.
func (t *Topology) Discovered() []compose.Note {
	var notes []compose.Note
	for _, e := range t.Edges {
		if e.Kind != DiscoveryEdge {
			continue
		}
		text := fmt.Sprintf("the discovery proxy %q finds %q without a link", ExternalText(e.From), ExternalText(e.To))
		switch e.For {
		case "":
		case e.To:
			text = fmt.Sprintf("%q has the docker socket and configures the discovery proxy %q", e.From, e.To)
		default:
			continue // the proxy finds it, which is told
		}
		notes = append(notes, compose.Note{Pos: e.Pos, Path: ExternalText(e.To), Text: text})
	}
	return append(notes, t.DiscoveryNotes...)
}
