package linking

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// DiscoverLabel is the label by which a service takes part in discovery
// ("true") or does not ("false"), whatever else it has.
const DiscoverLabel = "io.stack-lite.discover"

// VirtualHost is the variable by which a service asks a discovery proxy to be
// found.
const VirtualHost = "VIRTUAL_HOST"

// Role is what a service is to discovery. It may be both.
type Role struct {
	Proxy        bool // it mounts the engine's socket and publishes a port beyond this machine
	Discoverable bool // it has VIRTUAL_HOST, or the label
}

// RoleOf returns what a service is to discovery. A service without a network
// stack of its own takes no part. One that publishes its ports on loopback alone
// is no proxy: it serves this machine, as the proxies of the engine's socket and
// the dashboards do that nobody else is to reach.
func RoleOf(svc *compose.Service) Role {
	if m := svc.Net.Mode; m != compose.NetLinks && m != compose.NetNetwork {
		return Role{}
	}
	var r Role
	socket := slices.ContainsFunc(svc.Volumes, func(v compose.Volume) bool { return !v.Named && IsSocket(v.Host) })
	r.Proxy = socket && len(PublishedPorts(svc)) > 0
	for _, v := range svc.Environment {
		if v.Name == VirtualHost && v.Value != nil && *v.Value != "" {
			r.Discoverable = true
		}
	}
	switch l := label(svc, DiscoverLabel); strings.ToLower(*l.Value) {
	case "true":
		r.Discoverable = true
	case "false":
		r = Role{}
	}
	return r
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
	roles := make(map[string]Role, len(p.Services))
	for _, svc := range p.Services {
		roles[svc.Name] = RoleOf(svc)
	}
	for _, svc := range p.Services {
		if roles[svc.Name].Proxy {
			for _, other := range p.Services {
				if other == svc || !roles[other.Name].Discoverable || roles[other.Name].Proxy && hasEdgeTo(found, other.Name, svc.Name) {
					continue
				}
				if !hasEdgeTo(edges, svc.Name, other.Name) {
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
			case hasEdgeTo(edges, svc.Name, o.Name):
			case slices.Contains(o.Allowed, svc.Name):
				found = append(found, e)
			default:
				withheld = append(withheld, e)
			}
		}
	}
	return found, withheld
}

func discovery(proxy, target string, pos compose.Pos, joined bool) Edge {
	return Edge{From: proxy, To: target, Owner: target, Kind: DiscoveryEdge, OnOtherNetwork: joined, Pos: pos}
}

// meet reports whether the file puts two services on one network.
func meet(a, b *compose.Service) bool {
	return a.Net.Mode == compose.NetNetwork && b.Net.Mode == compose.NetNetwork && a.Net.Name == b.Net.Name
}

// hasEdgeTo reports whether there is an edge between a and b, in either
// direction.
func hasEdgeTo(edges []Edge, a, b string) bool {
	return slices.ContainsFunc(edges, func(e Edge) bool {
		return e.From == a && e.Owner == b || e.From == b && e.Owner == a
	})
}

// Discovered returns a note for every edge that no link of the file makes, and
// what else the file says of discovery.
func (t *Topology) Discovered() []compose.Note {
	var notes []compose.Note
	for _, e := range t.Edges {
		if e.Kind == DiscoveryEdge {
			notes = append(notes, compose.Note{
				Pos: e.Pos, Path: ExternalText(e.To),
				Text: fmt.Sprintf("the discovery proxy %q finds %q without a link", ExternalText(e.From), ExternalText(e.To)),
			})
		}
	}
	return append(notes, t.DiscoveryNotes...)
}
