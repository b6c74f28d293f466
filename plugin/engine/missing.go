package engine

import (
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Missing is what a file counts on and the engine does not have. The file may
// be right: what is missing can come into being.
type Missing struct{ compose.Errors }

// Unwrap gives the places in the files.
func (m *Missing) Unwrap() error { return m.Errors }

// Check looks for the containers and networks of others that services name, for
// those of the services given; nil: for all. The error is a *Missing. It calls
// nothing.
func Check(p *compose.Project, t *linking.Topology, have plan.Have, services []string) error {
	look := lookout{have: have}
	for _, svc := range p.Services {
		if services == nil || slices.Contains(services, svc.Name) {
			look.service(svc)
		}
	}
	for _, tie := range t.Edges {
		if tie.Kind == linking.ExternalEdge && (services == nil || slices.Contains(services, tie.From)) {
			look.external(tie)
		}
	}
	if len(look.errs) == 0 {
		return nil
	}
	look.errs.Sort()
	return &Missing{look.errs}
}

type lookout struct {
	have plan.Have
	errs compose.Errors
}

func (l *lookout) service(svc *compose.Service) {
	switch n := svc.Net; n.Mode {
	case compose.NetContainer:
		if _, ok := l.container(n.Name); !ok {
			l.noContainer(n.Name, n.Pos, svc.Name+".net")
		}
	case compose.NetNetwork:
		var names []string
		for _, network := range beyondOf(l.have).networks {
			names = append(names, network.name)
		}
		for _, network := range l.have.Networks {
			names = append(names, network.Name)
		}
		if !slices.Contains(names, n.Name) {
			l.errs = append(l.errs, &compose.Error{
				Pos: n.Pos, Path: svc.Name + ".net",
				Msg:   fmt.Sprintf("the engine has no network %q%s", n.Name, compose.DidYouMean(n.Name, names)),
				Hints: []string{"to make it: docker network create " + n.Name},
			})
		}
	}
	for _, v := range svc.VolumesFrom {
		if _, ok := l.container(v.Source); !v.Service && !ok {
			l.noContainer(v.Source, v.Pos, svc.Name+".volumes_from")
		}
	}
}

func (l *lookout) external(tie linking.Edge) {
	path := tie.From + ".external_links"
	text := linking.ExternalText(tie.Owner)
	s, ok := l.stranger(tie.Owner)
	if !ok {
		l.noContainer(text, tie.Pos, path)
		return
	}
	if o := externalOf(s); !o.attachable() {
		l.errs = append(l.errs, &compose.Error{
			Pos: tie.Pos, Path: path,
			Msg:   fmt.Sprintf("no link reaches container %q: it has --network %s", text, o.mode.NetworkName()),
			Hints: []string{"start that container on a network of its own"},
		})
	}
}

func (l *lookout) noContainer(name string, at compose.Pos, path string) {
	var names []string
	for _, s := range l.have.Externals {
		names = append(names, s.Name)
	}
	l.errs = append(l.errs, &compose.Error{
		Pos: at, Path: path,
		Msg:   fmt.Sprintf("the engine has no container %q%s", name, compose.DidYouMean(name, names)),
		Hints: []string{"start it first; docker ps --all shows what there is"},
	})
}

// stranger finds who an outside name stands for.
func (l *lookout) stranger(name string) (plan.External, bool) {
	i := slices.IndexFunc(l.have.Externals, func(s plan.External) bool { return means(name, s) })
	if i < 0 {
		return plan.External{}, false
	}
	return l.have.Externals[i], true
}

// container finds the id of a container by name or id, whoever made it.
func (l *lookout) container(name string) (id string, ok bool) {
	if s, ok := l.stranger(linking.ExternalContainer(name)); ok {
		return s.ID, true
	}
	for _, c := range l.have.Containers {
		if c.Name == name || c.ID == name {
			return c.ID, true
		}
	}
	return "", false
}
