package linking

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// External is a container, or all containers of a service of another project,
// that discovery may join with services of the project.
type External struct {
	Name         string   // an outside name: "/nginx", "shop/web"
	Proxy        bool     // it finds others through the engine
	Discoverable bool     // it is found
	JoinedWith   []string // services of the project that somebody else's network joins with it already
}

// ExternalContainer is the outside name of the container of that name. Outside
// names have a slash, which the names of services have not.
func ExternalContainer(name string) string { return "/" + name }

// ExternalService is the outside name of all containers of a service of another
// project.
func ExternalService(project, service string) string { return project + "/" + service }

// IsExternal tells whether a name is that of something outside the project.
func IsExternal(name string) bool { return strings.Contains(name, "/") }

// ExternalAlias is a name of its own that a container outside gets on the link
// networks it is put on, for where its own name is also that of a service.
func ExternalAlias(container string) string { return container + ".outside" }

// ExternalText is an outside name as people write it: "nginx", "shop/web".
func ExternalText(name string) string { return strings.TrimPrefix(name, "/") }

// resolveExternals returns the external_links of a service as ties. A container
// that one of the project's own services has is no outsider: the tie leads to
// that service.
func resolveExternals(p *compose.Project, svc *compose.Service, owners networkOwners) ([]Edge, compose.Errors) {
	var (
		ties []Edge
		errs compose.Errors
	)
	for _, l := range svc.ExternalLinks {
		tie := Edge{
			From: svc.Name, To: ExternalContainer(l.Target), Owner: ExternalContainer(l.Target),
			Kind: ExternalEdge, Alias: l.Alias, Target: l.Target, Pos: l.Pos,
		}
		if tie.Alias == "" {
			tie.Alias = l.Target
		}
		own := p.ServiceOfContainer(l.Target)
		if own != nil {
			tie.Kind, tie.To, tie.Owner = LinkEdge, own.Name, owners[own.Name].name
		} else if namesake(p, l.Target) {
			tie.Target = ExternalAlias(l.Target)
		}
		if err := checkExternal(svc, own, owners); err != nil {
			err.Pos, err.Path = l.Pos, svc.Name+".external_links"
			errs = append(errs, err)
			continue
		}
		if !slices.ContainsFunc(ties, func(t Edge) bool { return t.Target == tie.Target && t.Alias == tie.Alias }) {
			ties = append(ties, tie)
		}
	}
	return ties, errs
}

// checkExternal returns what is wrong with an external link of svc, without
// the place, or nil. Own is the service of the project that has the container.
func checkExternal(svc, own *compose.Service, owners networkOwners) *compose.Error {
	if own == nil {
		return checkLinking(svc, owners)
	}
	return checkLink(svc, compose.Link{Target: own.Name}, owners)
}

// namesake tells whether a service is called like a container, to DNS.
func namesake(p *compose.Project, container string) bool {
	return slices.ContainsFunc(p.Services, func(s *compose.Service) bool { return strings.EqualFold(s.Name, container) })
}

// checkLinking returns what keeps svc from having any links, or nil.
func checkLinking(svc *compose.Service, owners networkOwners) *compose.Error {
	switch {
	case svc.Net.Mode == compose.NetService:
		return &compose.Error{
			Msg:   fmt.Sprintf("a service with %s has no links of its own", NetText(svc.Net)),
			Hints: []string{fmt.Sprintf("move the link to %q, whose network it shares", owners[svc.Name].name)},
		}
	case !owners[svc.Name].linkable():
		return &compose.Error{
			Msg:   fmt.Sprintf("a service with %s has no links", NetText(svc.Net)),
			Hints: []string{fmt.Sprintf("remove %q from %q, or remove its links", NetText(svc.Net), svc.Name)},
		}
	}
	return nil
}
