package desired

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Missing is what a file needs and the engine does not have. The file may be
// right: what is missing can still be made.
type Missing struct{ compose.Errors }

// Unwrap gives the places in the files.
func (m *Missing) Unwrap() error { return m.Errors }

// Check looks for the external containers and networks that services name, for
// the services given; nil: for all. The error is a *Missing.
func (in Inputs) Check(services []string) error {
	m := missing{have: in.Have, project: in.Project.Name}
	for _, svc := range in.Project.Services {
		if services == nil || slices.Contains(services, svc.Name) {
			m.service(svc)
		}
	}
	for _, edge := range in.Topology.Edges {
		if edge.Kind == linking.ExternalEdge && in.Project.Format == compose.V1 && (services == nil || slices.Contains(services, edge.From)) {
			m.external(edge)
		}
	}
	if len(m.errs) == 0 {
		return nil
	}
	m.errs.Sort()
	return &Missing{m.errs}
}

// AbsentExternals lists the external links of files of the specification that lead to
// containers that are not there: they may come later, as in docker compose.
func AbsentExternals(in Inputs, services []string) compose.Errors {
	m := missing{have: in.Have, project: in.Project.Name}
	for _, edge := range in.Topology.Edges {
		if edge.Kind == linking.ExternalEdge && in.Project.Format == compose.Spec && (services == nil || slices.Contains(services, edge.From)) {
			m.external(edge)
		}
	}
	return m.errs
}

// CheckShared looks, for the containers that a plan makes, for those of other services
// whose volumes, network, processes or memory they share: these have to be there, or
// to be made. The error is a *Missing.
func CheckShared(in Inputs, p *plan.Plan) error {
	there := map[string]bool{}
	for _, c := range in.Have.Containers {
		there[c.Service] = true
	}
	var made []string
	for _, step := range p.Steps {
		if c, is := step.Action.(plan.CreateContainer); is {
			there[c.Container.Service] = true
			made = append(made, c.Container.Service)
		}
	}
	m := missing{have: in.Have, project: in.Project.Name}
	for _, svc := range in.Project.Services {
		if !slices.Contains(made, svc.Name) {
			continue
		}
		key := map[string]string{svc.Net.Name: "net"}
		for _, v := range svc.VolumesFrom {
			key[v.Source] = "volumes_from"
		}
		sharingOf(in.Project, svc, func(service string) string {
			if !there[service] {
				m.noReplica(svc, service, cmp.Or(key[service], "pid"))
			}
			return service
		})
	}
	if len(m.errs) == 0 {
		return nil
	}
	m.errs.Sort()
	return &Missing{m.errs}
}

// missing gathers what the engine does not have.
type missing struct {
	have    Have
	project string
	errs    compose.Errors
}

func (m *missing) service(svc *compose.Service) {
	switch n := svc.Net; n.Mode {
	case compose.NetContainer:
		if _, ok := m.have.containerID(n.Name); !ok {
			m.noContainer(n.Name, n.Pos, svc.Name, "net")
		}
	case compose.NetNetwork:
		var names []string
		for _, network := range m.have.otherNetworks(m.project) {
			names = append(names, network.Name)
		}
		for _, network := range m.have.Networks {
			names = append(names, network.Name)
		}
		if !slices.Contains(names, n.Name) {
			m.errs = append(m.errs, &compose.Error{
				Pos: n.Pos, Path: svc.Name + ".net",
				Msg:   fmt.Sprintf("the engine has no network %q%s", n.Name, compose.DidYouMean(n.Name, names)),
				Hints: []string{"to make it: docker network create " + n.Name},
			})
		}
	}
	for _, v := range svc.Volumes {
		if w := v.Word; w != nil && w.Missing {
			m.errs = append(m.errs, &compose.Error{
				Pos: v.Pos, Path: svc.Name + ".volumes",
				Msg: fmt.Sprintf("there is neither a file ./%s nor a volume %q, and a new volume would be a directory at %s", w.Text, w.Text, v.Target),
				Hints: []string{
					"put the file there",
					"if a directory is right, make the volume: docker volume create " + w.Text,
				},
			})
		}
	}
	for _, v := range svc.VolumesFrom {
		if _, ok := m.have.containerID(v.Source); !v.Service && !ok {
			m.noContainer(v.Source, v.Pos, svc.Name, "volumes_from")
		}
	}
}

func (m *missing) external(edge linking.Edge) {
	path := edge.From + ".external_links"
	text := linking.ExternalText(edge.Owner)
	c := m.have.external(edge.Owner)
	if c == nil {
		m.noContainer(text, edge.Pos, edge.From, "external_links")
		return
	}
	if !c.Attachable() {
		network, _ := c.ForeignNetwork()
		m.errs = append(m.errs, &compose.Error{
			Pos: edge.Pos, Path: path,
			Msg:   fmt.Sprintf("no link reaches container %q: it has --network %s", text, network),
			Hints: []string{"run that container without --network " + network},
		})
	}
}

func (m *missing) noReplica(svc *compose.Service, service, key string) {
	at, set := svc.At[key]
	if !set {
		at = svc.Pos
	}
	m.errs = append(m.errs, &compose.Error{
		Pos: at, Path: svc.Name + "." + key,
		Msg:   fmt.Sprintf("there is no container of %s, of which it needs what it shares", service),
		Hints: []string{"to make it: docker stacklite up -d " + service},
	})
}

func (m *missing) noContainer(name string, at compose.Pos, service, key string) {
	var names []string
	for _, x := range m.have.Externals {
		names = append(names, x.Name)
	}
	m.errs = append(m.errs, &compose.Error{
		Pos: at, Path: service + "." + key,
		Kind: compose.KindNoContainer, About: compose.About{Service: service, Key: key, Text: name},
		Msg:   fmt.Sprintf("the engine has no container %q%s", name, compose.DidYouMean(name, names)),
		Hints: []string{"start it first; docker ps --all shows what there is"},
	})
}

// containerID finds the id of a container by name or id, whoever made it.
func (h Have) containerID(name string) (id string, ok bool) {
	if c := h.external(linking.ExternalContainer(name)); c != nil {
		return c.ID, true
	}
	for _, c := range h.Containers {
		if c.Name == name || c.ID == name {
			return c.ID, true
		}
	}
	return "", false
}
