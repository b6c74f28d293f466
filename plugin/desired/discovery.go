package desired

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// outside is a project next to what discovery may find beyond it.
type outside struct{ Inputs }

// discovered lists what takes part in discovery outside of the project, with the
// services that the proxy's side allows to be joined with it, and those that
// share a network of another project with it: these need no second one.
func (in outside) discovered() []linking.External {
	var list []linking.External
	for _, e := range in.partners() {
		for _, svc := range in.Project.Services {
			onTheirs := slices.ContainsFunc(in.Have.otherNetworks(in.Project.Name), func(n observed.Network) bool {
				return in.meets(n, svc, e.Name)
			})
			byFile := in.onNetworkOfUser(svc, e)
			if onTheirs || byFile {
				e.JoinedWith = append(e.JoinedWith, svc.Name)
			}
			if byFile || in.allowed(svc, e) {
				e.Allowed = append(e.Allowed, svc.Name)
			}
		}
		list = append(list, e.External)
	}
	return list
}

// partner is a container, or all of a service of another project, that takes part
// in discovery.
type partner struct {
	linking.External
	finds      []string // where it may find others, by its own file
	containers []*observed.Container
}

// partners lists those that count, by name.
func (in outside) partners() []*partner {
	byName := map[string]*partner{}
	for _, x := range in.Have.Externals {
		c := in.Have.Snapshot.ByID(x.ID)
		role := c.Role
		if !c.State.Up() {
			role = in.roleOfStopped(c)
		}
		if role == (linking.Role{}) || !in.Options.Discovery.counts(cmp.Or(projectOf(c), c.Name)) {
			continue
		}
		name := ExternalName(c)
		if byName[name] == nil {
			byName[name] = &partner{External: linking.External{Name: name}}
		}
		e := byName[name]
		e.Proxy, e.Discoverable = e.Proxy || role.Proxy, e.Discoverable || role.Discoverable
		e.finds = append(e.finds, c.FindsIn...)
		e.containers = append(e.containers, c)
	}
	for _, e := range in.awayPartners() {
		if byName[e.Name] == nil {
			byName[e.Name] = e
		}
	}
	var list []*partner
	for _, e := range byName {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *partner) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// roleOfStopped is the role of a container that does not run. Which ports one
// that this tool did not make would publish is not known; where a network of the
// project joins it with what a proxy finds, it is taken for what it was.
func (in outside) roleOfStopped(c *observed.Container) linking.Role {
	role := c.Role
	if c.Socket && !role.Proxy {
		role.Proxy = slices.ContainsFunc(in.Project.Services, func(svc *compose.Service) bool {
			return linking.RoleOf(in.Project, svc).Discoverable && in.recorded(svc, ExternalName(c))
		})
	}
	return role
}

// awayPartners lists services of other projects that networks of the project
// join with services of it, and that have no containers at present. They keep
// their place, so that they can come back without another word.
func (in outside) awayPartners() []*partner {
	var away []*partner
	for _, n := range in.Have.Snapshot.Networks {
		if n.Project != in.Project.Name {
			continue
		}
		for _, name := range n.Externals {
			project, service, _ := strings.Cut(name, "/")
			if project == "" || len(in.Have.Snapshot.Replicas(project, service)) > 0 || !in.Options.Discovery.counts(project) {
				continue
			}
			e := &partner{External: linking.External{Name: name}}
			for _, svc := range in.Project.Services {
				if role := linking.RoleOf(in.Project, svc); in.recorded(svc, name) {
					e.Proxy, e.Discoverable = e.Proxy || role.Discoverable, e.Discoverable || role.Proxy
				}
			}
			away = append(away, e)
		}
	}
	return away
}

// onNetworkOfUser reports whether the file puts a service on a network of the
// user's that all containers of a partner are on too.
func (in outside) onNetworkOfUser(svc *compose.Service, e *partner) bool {
	return svc.Net.Mode == compose.NetNetwork && len(e.containers) > 0 && !slices.ContainsFunc(e.containers, func(c *observed.Container) bool {
		return !on(c, svc.Net.Name)
	})
}

// on reports whether a container is attached to a network of that name.
func on(c *observed.Container, network string) bool {
	return slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool { return e.Network == network })
}

// allowed reports whether the proxy's side lets a service and a partner be
// joined: its file does, somebody named the other project, or somebody did once
// and they have been joined since.
func (in outside) allowed(svc *compose.Service, e *partner) bool {
	return in.Options.Discovery.Among != nil || in.allowedByFile(svc, e) || in.recorded(svc, e.Name)
}

func (in outside) allowedByFile(svc *compose.Service, e *partner) bool {
	role := linking.RoleOf(in.Project, svc)
	finds := role.Proxy && e.Discoverable && linking.MatchesProject(linking.ProjectsOf(in.Project, svc), projectOrName(e.Name))
	return finds || role.Discoverable && e.Proxy && linking.MatchesProject(e.finds, in.Project.Name)
}

// projectOrName is what names an external one where projects are named: its
// project, or its own name where it is of none.
func projectOrName(external string) string {
	project, container, _ := strings.Cut(external, "/")
	return cmp.Or(project, container)
}

// recorded reports whether a network was made to join a service with an external
// one, and neither has left it since: somebody said yes once. On an engine that
// looks up the network that a container was made on (API 1.44), such a network
// stays, with its labels, when the two are no longer to be joined; so what is
// attached says more than what is written on the network.
func (in outside) recorded(svc *compose.Service, name string) bool {
	own := in.Have.Snapshot.Replicas(in.Project.Name, svc.Name)
	var theirs []*observed.Container
	if project, service, _ := strings.Cut(name, "/"); project != "" {
		theirs = in.Have.Snapshot.Replicas(project, service)
	}
	return slices.ContainsFunc(in.Have.Snapshot.Networks, func(n observed.Network) bool {
		_, wired := n.Wiring[svc.Name]
		made := n.Project == in.Project.Name && wired && slices.Contains(n.Externals, name)
		return (made || in.joins(n, svc, name)) && !in.left(n, own) && !in.left(n, theirs)
	})
}

// left reports whether there are containers of a service, none of which is
// attached to a network. Of those of the network's own project this says
// something only where the network could not be removed.
func (in outside) left(n observed.Network, containers []*observed.Container) bool {
	if len(containers) == 0 || containers[0].Project == n.Project && !in.Have.AttachAll {
		return false
	}
	return !slices.ContainsFunc(containers, func(c *observed.Container) bool { return on(c, n.Name) })
}

// joins reports whether a network of another project was made to join a service
// of this one with an external one.
func (in outside) joins(n observed.Network, svc *compose.Service, name string) bool {
	if n.Project == "" || n.Project == in.Project.Name || !slices.Contains(n.Externals, linking.ExternalService(in.Project.Name, svc.Name)) {
		return false
	}
	for member := range n.Wiring {
		if linking.ExternalService(n.Project, member) == name {
			return true
		}
	}
	return false
}

// meets reports whether a service has only to be attached to a network of
// another project to meet an external one there: all containers of that are.
func (in outside) meets(n observed.Network, svc *compose.Service, name string) bool {
	if !in.joins(n, svc, name) || !in.hasRoom(n, svc) {
		return false
	}
	project, service, _ := strings.Cut(name, "/")
	theirs := in.Have.Snapshot.Replicas(project, service)
	return len(theirs) > 0 && !slices.ContainsFunc(theirs, func(c *observed.Container) bool { return !on(c, n.Name) })
}
