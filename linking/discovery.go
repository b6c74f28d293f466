package linking

import (
	"fmt"
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
	Proxy        bool // it mounts the engine's socket and publishes a port
	Discoverable bool // it has VIRTUAL_HOST, or the label
}

// RoleOf returns what a service is to discovery. A service without a network
// stack of its own takes no part.
func RoleOf(svc *compose.Service) Role {
	if m := svc.Net.Mode; m != compose.NetLinks && m != compose.NetNetwork {
		return Role{}
	}
	var r Role
	socket := slices.ContainsFunc(svc.Volumes, func(v compose.Volume) bool { return !v.Named && IsSocket(v.Host) })
	r.Proxy = socket && len(svc.Ports) > 0
	for _, v := range svc.Environment {
		if v.Name == VirtualHost && v.Value != nil && *v.Value != "" {
			r.Discoverable = true
		}
	}
	for _, l := range svc.Labels {
		if l.Name != DiscoverLabel || l.Value == nil {
			continue
		}
		switch strings.ToLower(*l.Value) {
		case "true":
			r.Discoverable = true
		case "false":
			r = Role{}
		}
	}
	return r
}

// IsSocket reports whether a path of the host is that of an engine's socket.
func IsSocket(host string) bool { return path.Base(host) == "docker.sock" }

// discover returns an edge for every discovery proxy and what it finds, in the
// project and among the externals, but for those that have an edge already. Of
// two that are on a network of the user's the edge says so.
func discover(p *compose.Project, edges []Edge, externals []External) []Edge {
	var found []Edge
	add := func(proxy, target string, pos compose.Pos, joined bool) {
		e := Edge{From: proxy, To: target, Owner: target, Kind: DiscoveryEdge, OnOtherNetwork: joined, Pos: pos}
		if !hasEdgeTo(edges, proxy, target) {
			found = append(found, e)
		}
	}
	roles := make(map[string]Role, len(p.Services))
	for _, svc := range p.Services {
		roles[svc.Name] = RoleOf(svc)
	}
	for _, svc := range p.Services {
		if roles[svc.Name].Proxy {
			for _, other := range p.Services {
				if other != svc && roles[other.Name].Discoverable && !(roles[other.Name].Proxy && hasEdgeTo(found, other.Name, svc.Name)) {
					add(svc.Name, other.Name, other.Pos, meet(svc, other))
				}
			}
		}
		for _, o := range externals {
			joined := slices.Contains(o.JoinedWith, svc.Name)
			switch {
			case roles[svc.Name].Proxy && o.Discoverable:
				add(svc.Name, o.Name, svc.Pos, joined)
			case roles[svc.Name].Discoverable && o.Proxy:
				add(o.Name, svc.Name, svc.Pos, joined)
			}
		}
	}
	return found
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

// Discovered returns a note for every edge that no link of the file makes.
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
	return notes
}
