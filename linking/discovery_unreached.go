package linking

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Unreached is a service that asks to be found by a discovery proxy, and that no
// proxy reaches.
type Unreached struct {
	Service string
	Sign    Sign
}

// Sign is how a service asks to be found.
type Sign string

// The signs. Of the first two RoleOf knows nothing: an image is not a file, and
// labels of Traefik do not say that a service is to share a network.
const (
	HostInImage  Sign = "VIRTUAL_HOST in its image"
	TraefikLabel Sign = "labels of Traefik"
	HostInFile   Sign = VirtualHost
	Labelled     Sign = "label " + DiscoverLabel
)

// Unreached lists the services of a project that ask to be found and that no
// discovery proxy reaches, in file order. Of those that could be joined with one,
// if its side said yes, Withheld tells. Hosts are the services whose image sets
// VIRTUAL_HOST, as far as that is known.
func (t *Topology) Unreached(p *compose.Project, hosts map[string]bool) []Unreached {
	var list []Unreached
	for _, svc := range p.Services {
		sign, asks := signOf(p, svc, hosts[svc.Name])
		if asks && !t.reached(p, svc) {
			list = append(list, Unreached{svc.Name, sign})
		}
	}
	return list
}

// signOf returns how a service asks to be found; false: it does not.
func signOf(p *compose.Project, svc *compose.Service, inImage bool) (Sign, bool) {
	role := RoleOf(p, svc)
	overridden := slices.ContainsFunc(svc.Environment, func(v compose.Var) bool { return v.Name == VirtualHost && v.Value != nil })
	switch {
	case !takesPart(svc) || role.Proxy:
		return "", false
	case role.Discoverable && overridden:
		return HostInFile, true
	case role.Discoverable:
		return Labelled, true
	case inImage && !overridden:
		return HostInImage, true
	}
	traefik := slices.ContainsFunc(svc.Labels, func(l compose.Var) bool { return strings.HasPrefix(l.Name, "traefik.") })
	return TraefikLabel, traefik && !strings.EqualFold(*label(svc, "traefik.enable").Value, "false")
}

// reached reports whether a discovery proxy reaches a service, or would if its side
// said yes.
func (t *Topology) reached(p *compose.Project, svc *compose.Service) bool {
	found := func(e Edge) bool { return e.Kind == DiscoveryEdge && e.Owner == svc.Name }
	if slices.ContainsFunc(t.Edges, found) || slices.ContainsFunc(t.Withheld, found) {
		return true
	}
	roles := RolesIn(p)
	return slices.ContainsFunc(p.Services, func(proxy *compose.Service) bool {
		together := func(n Network) bool { return n.Has(proxy.Name) && n.Has(svc.Name) }
		return proxy != svc && roles.Of(proxy).Proxy && (meet(proxy, svc) || slices.ContainsFunc(t.Networks, together))
	})
}

// HasProxy reports whether a discovery proxy is known, of the project or outside.
func (t *Topology) HasProxy(p *compose.Project) bool {
	roles := RolesIn(p)
	return slices.ContainsFunc(slices.Concat(t.Edges, t.Withheld), func(e Edge) bool { return e.Kind == DiscoveryEdge }) ||
		slices.ContainsFunc(p.Services, func(svc *compose.Service) bool { return roles.Of(svc).Proxy })
}
