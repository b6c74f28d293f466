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
	Name         string   // an external name: "/nginx", "shop/web"
	Proxy        bool     // it finds others through the engine
	Discoverable bool     // it is found
	JoinedWith   []string // services of the project that are on another network with it already
	Allowed      []string // services of the project that the proxy's side allows to be joined with it
}

// ExternalContainer is the external name of the container of that name.
// External names have a slash, which names of services never have.
func ExternalContainer(name string) string { return "/" + name }

// ExternalService is the external name of all containers of a service of another
// project.
func ExternalService(project, service string) string { return project + "/" + service }

// IsExternal reports whether a name is an external name.
func IsExternal(name string) bool { return strings.Contains(name, "/") }

// ExternalAlias is a second name that an external container gets on link
// networks, for where its own name is also that of a service.
func ExternalAlias(container string) string { return container + ".outside" }

// ExternalText is an external name as people write it: "nginx", "shop/web".
func ExternalText(name string) string { return strings.TrimPrefix(name, "/") }

// resolveExternals returns the external_links of a service as edges. A container
// of one of the project's own services is not external: the edge leads to that
// service.
func resolveExternals(p *compose.Project, svc *compose.Service, owners networkOwners) ([]Edge, compose.Errors) {
	var (
		edges []Edge
		errs  compose.Errors
	)
	for _, l := range svc.ExternalLinks {
		edge := Edge{
			From: svc.Name, To: ExternalContainer(l.Target), Owner: ExternalContainer(l.Target),
			Kind: ExternalEdge, Alias: l.Alias, Target: l.Target, Pos: l.Pos,
		}
		if edge.Alias == "" {
			edge.Alias = l.Target
		}
		own := p.ServiceOfContainer(l.Target)
		if own != nil {
			edge.Kind, edge.To, edge.Owner = LinkEdge, own.Name, owners[own.Name].name
		} else if namesake(p, l.Target) {
			edge.Target = ExternalAlias(l.Target)
		}
		if err := checkExternal(svc, own, owners); err != nil {
			err.Pos, err.Path = l.Pos, svc.Name+".external_links"
			errs = append(errs, err)
			continue
		}
		if !slices.ContainsFunc(edges, func(e Edge) bool { return e.Target == edge.Target && e.Alias == edge.Alias }) {
			edges = append(edges, edge)
		}
	}
	return edges, errs
}

// checkExternal returns what is wrong with an external link of svc, without
// its position, or nil. Own is the service of the project that has the container.
func checkExternal(svc, own *compose.Service, owners networkOwners) *compose.Error {
	if own == nil {
		return checkLinking(svc, owners)
	}
	return checkLink(svc, compose.Link{Target: own.Name}, owners)
}

// namesake reports whether DNS takes the names of a service and of a container
// for the same.
func namesake(p *compose.Project, container string) bool {
	return slices.ContainsFunc(p.Services, func(s *compose.Service) bool { return strings.EqualFold(s.Name, container) })
}

// checkLinking returns what keeps svc from having any links, or nil.
func checkLinking(svc *compose.Service, owners networkOwners) *compose.Error {
	switch {
	case svc.Net.Mode == compose.NetService:
		return &compose.Error{
			Msg:   fmt.Sprintf("a service with %s cannot have links of its own", NetText(svc)),
			Hints: []string{fmt.Sprintf("move the link to %q, whose network it shares", owners[svc.Name].name)},
			Kind:  compose.KindNetLinks, About: compose.About{Service: svc.Name, Text: "container"},
		}
	case !owners[svc.Name].linkable():
		e := &compose.Error{
			Msg:   fmt.Sprintf("a service with %s cannot have links", NetText(svc)),
			Hints: []string{fmt.Sprintf("remove %q from %q, or remove its links", NetText(svc), svc.Name)},
		}
		if mode, _, _ := strings.Cut(svc.Net.String(), ":"); svc.Net.Mode != compose.NetNone {
			e.Kind, e.About = compose.KindNetLinks, compose.About{Service: svc.Name, Text: mode}
		}
		return e
	}
	return nil
}
