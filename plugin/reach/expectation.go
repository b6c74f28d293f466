package reach

import (
	"slices"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// expectation is what the files, and links made by hand, say of pairs.
type expectation struct {
	view    View
	planned *observed.Snapshot // nil where the files can't be read
}

// newExpectation plans the replicas that there are: their names have numbers.
func newExpectation(v View) expectation {
	e := expectation{view: v}
	if v.Topology == nil {
		return e
	}
	numbers := map[string][]int{}
	for _, c := range v.Snapshot.Of(v.Project) {
		if !c.OneOff {
			numbers[c.Service] = append(numbers[c.Service], c.Number)
		}
	}
	e.planned = Planned(v.Loaded, v.Topology, numbers)
	return e
}

// of reports whether one is to reach the other, and which names it must find it
// under: those that the files give, or where they say nothing (a link by hand,
// external containers) those that its endpoints have on the engine.
func (e expectation) of(from, to member) (want bool, names []string) {
	byFiles := e.view.File.Reaches(e.graphName(from), e.graphName(to))
	want = byFiles || from.owner == to.owner
	inFiles := e.service(from) != nil
	for _, p := range Paths(e.view.Snapshot, from.container, to.container) {
		want = want || p.Adhoc
		if len(p.addresses()) > 0 && (p.Adhoc || !inFiles) {
			names = append(names, p.Names...)
		}
	}
	if !want {
		return false, nil
	}
	if inFiles && byFiles {
		names = append(names, e.plannedNames(from, to)...)
	}
	slices.Sort(names)
	return true, slices.Compact(names)
}

// plannedOwner is the planned container whose network a member uses; nil: the
// files have none such.
func (e expectation) plannedOwner(m member) *observed.Container {
	if c := e.service(m); c != nil {
		return e.planned.NetworkOwner(c)
	}
	return nil
}

// netByFiles is host or none where the files say so of a service; empty where
// they can't, as of external containers; else something else.
func (e expectation) netByFiles(m member) string {
	owner := e.plannedOwner(m)
	switch {
	case owner == nil, owner.Project == "":
		return ""
	case owner.NetworkMode == "":
		return "links"
	}
	return owner.NetworkMode
}

// graphName is how graph.Reaches is asked for a member.
func (e expectation) graphName(m member) string {
	return graphName(graph.Node{Name: m.node, External: m.container.Project != e.view.Project})
}

// plannedNames lists the names by the files. A container that is not in them,
// or shares the network of another, has its own name at most.
func (e expectation) plannedNames(from, to member) []string {
	a, b := e.service(from), e.service(to)
	if b == nil || to.container.OneOff {
		return e.externalNames(from, to)
	}
	if to.owner != to.container || from.owner == to.owner {
		return nil // it has no names of its own where they meet
	}
	var names []string
	for _, p := range Paths(e.planned, a, b) {
		names = append(names, p.Names...)
	}
	return names
}

// externalNames lists the names by the files of a container that is no replica:
// its own, and what the consumer's links call it.
func (e expectation) externalNames(from, to member) []string {
	owner := e.planned.NetworkOwner(e.service(from))
	if owner == nil {
		return nil
	}
	var private []linking.Name
	for _, endpoint := range owner.Endpoints {
		private = append(private, endpoint.Links...)
	}
	return linking.VisibleNames(private, nil, []string{to.container.Name})
}

// service is the planned container of a member; nil: the files have none such.
func (e expectation) service(m member) *observed.Container {
	if e.planned == nil || m.container.Project != e.view.Project {
		return nil
	}
	for _, c := range e.planned.Replicas(e.view.Project, m.node) {
		if c.Number == m.container.Number {
			return c
		}
	}
	if m.container.OneOff { // it sees what replicas see
		if list := e.planned.Replicas(e.view.Project, m.node); len(list) > 0 {
			return list[0]
		}
	}
	return nil
}
