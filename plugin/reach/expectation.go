package reach

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// expectation is what the files, links made by hand and those of other projects
// say of pairs.
type expectation struct {
	view    View
	file    graph.Reach        // by the graph of the files
	planned *observed.Snapshot // nil where the files can't be read

	replicas map[string][]*observed.Container // planned, by service
}

// newExpectation plans the replicas that there are: their names have numbers.
// Whether packets go on a network of the user's only the engine knows.
func newExpectation(v View) expectation {
	e := expectation{view: v, file: v.File.Reach()}
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
	e.replicas = map[string][]*observed.Container{}
	for _, c := range e.planned.Of(v.Project) {
		if !c.OneOff {
			e.replicas[c.Service] = append(e.replicas[c.Service], c)
		}
	}
	for i := range e.planned.Networks {
		n := &e.planned.Networks[i]
		if real := v.Snapshot.NetworkNamed(n.Name); n.Project == "" && real != nil {
			n.Traffic = real.Traffic
		}
	}
	return e
}

// ByFiles reports whether the files let every container of the one reach every
// one of the other.
func (v View) ByFiles(x, y Member) bool {
	e := newExpectation(v)
	for _, a := range x.Containers {
		for _, b := range y.Containers {
			from, to := member{node: x.Word, container: a}, member{node: y.Word, container: b}
			if a != b && !e.byFiles(from, to) {
				return false
			}
		}
	}
	return true
}

// of reports whether one is to reach the other, and which names it must find it
// under: those that the files give, or where they say nothing (a link by hand,
// external containers) those that the link gives it on the engine.
//
// A one-off container keeps the networks that it was made on, whatever the
// files say since: of what they let it reach, it is to reach what is there.
func (e expectation) of(from, to member) (want bool, names []string) {
	byFiles := e.byFiles(from, to)
	if e.isGuest(from) || e.isGuest(to) {
		return byFiles, nil
	}
	paths := Paths(e.view.Snapshot, from.container, to.container)
	oneOff := from.container.OneOff || to.container.OneOff
	want = byFiles && (!oneOff || len(paths) > 0) || from.owner == to.owner
	var visible []string
	for _, p := range paths {
		visible = append(visible, p.Names...)
		theirs := p.LinkOf != "" && (p.LinkOf != e.view.Project || e.view.Loaded == nil)
		want = want || p.Adhoc || theirs || e.isAsked(p, from, to)
		switch {
		case len(p.addresses()) == 0:
		case p.Adhoc, from.external:
			names = append(names, e.promised(p, from, to)...)
		case e.planned == nil && !to.external:
			names = append(names, p.Names...)
		case e.planned == nil && p.LinkOf == e.view.Project:
			names = append(names, e.promised(p, from, to)...)
		}
	}
	if !want {
		return false, nil
	}
	if byFiles && e.service(from) != nil {
		for _, name := range e.plannedNames(from, to) {
			if !oneOff || slices.Contains(visible, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return true, slices.Compact(names)
}

// byFiles reports whether the files let one reach the other.
func (e expectation) byFiles(from, to member) bool {
	if !e.file.Reaches(e.graphName(from), e.graphName(to)) {
		return false
	}
	a, b := e.service(from), e.service(to)
	return a == nil || b == nil || len(Paths(e.planned, a, b)) > 0
}

// isGuest reports whether an external container uses the network stack of one of
// the project.
func (e expectation) isGuest(m member) bool {
	return m.external && m.owner != m.container && m.owner.Project == e.view.Project
}

// isAsked reports whether a path is on a network of the user's that the files put
// the project's side on, or both: then whoever is there is reached.
func (e expectation) isAsked(p Path, from, to member) bool {
	return (from.external || e.isAskedOn(from, p.Network)) && (to.external || e.isAskedOn(to, p.Network))
}

// isAskedOn reports whether net: puts a service on a network.
func (e expectation) isAskedOn(m member, network string) bool {
	if e.planned == nil {
		n := e.view.Snapshot.NetworkNamed(network)
		return n != nil && n.Project == "" && network != bridgeNetwork && m.owner.CreatedOn == network
	}
	n, on := e.planned.NetworkNamed(network), e.plannedOn(m, network)
	return on && n.Project == ""
}

// plannedOn reports whether the files put a service on a network.
func (e expectation) plannedOn(m member, network string) bool {
	owner := e.plannedOwner(m)
	return owner != nil && slices.ContainsFunc(owner.Endpoints, func(on observed.Endpoint) bool { return on.Network == network })
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

// promised lists those of a path's names that the one can rely on where no file
// of the project gives it any: its own for the other, and the other's own. What
// else is public there may be another's too, on another network.
func (e expectation) promised(p Path, from, to member) []string {
	private := privateNames(from.owner, to.owner)
	return slices.DeleteFunc(slices.Clone(p.Names), func(name string) bool {
		return !strings.EqualFold(name, to.owner.Name) && !private[strings.ToLower(name)]
	})
}

// privateNames are the names that a container alone sees on the networks that it
// shares with another, in lower case.
func privateNames(c, other *observed.Container) map[string]bool {
	names := map[string]bool{}
	for _, endpoint := range c.Endpoints {
		shared := slices.ContainsFunc(other.Endpoints, func(e observed.Endpoint) bool { return e.NetworkID == endpoint.NetworkID })
		for _, l := range endpoint.Links {
			if shared && !l.Hides() {
				names[strings.ToLower(l.Alias)] = true
			}
		}
	}
	return names
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
	for _, c := range e.replicas[m.node] {
		if c.Number == m.container.Number {
			return c
		}
	}
	if m.container.OneOff { // it sees what replicas see
		if list := e.replicas[m.node]; len(list) > 0 {
			return list[0]
		}
	}
	return nil
}
