package reach

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// member is a container that a check is about. A service that has none has one
// with a name alone.
type member struct {
	node      string // of the graph
	external  bool
	label     string // node, told from that of a service of the same name
	container *observed.Container
	owner     *observed.Container // whose network it uses

	untested string // why nothing can be asked from it or about it; empty: it can
	rests    bool   // because it does not run
}

// Untested is what takes part in a check and could not be tested.
type Untested struct {
	Node string
	Why  string // with the name of the container
}

func (u Untested) String() string { return u.Node + ": " + u.Why }

// unlike reports whether two are of different nodes.
func (m member) unlike(o member) bool { return m.node != o.node || m.external != o.external }

// members lists who takes part, in the order of the graph: what runs and shares
// a network with the project, and what the files have besides.
func (c *Check) members(e expectation) []member {
	v := e.view
	var list []member
	add := func(m *observed.Container) {
		if of, takes := c.member(e, m); takes {
			list = append(list, of)
		}
	}
	around := Around(v.Snapshot, v.Project, v.File)
	for _, m := range around {
		if m.State == plan.StateRunning || !m.OneOff {
			add(m)
		}
	}
	for _, m := range v.Snapshot.Of(v.Project) {
		if !m.State.Up() && !m.OneOff && v.has(m.Service) {
			add(m)
		}
	}
	for _, m := range fileExternals(v) {
		if !slices.Contains(around, m) {
			add(m)
		}
	}
	for _, n := range v.File.Nodes {
		if !n.External && len(v.Snapshot.Replicas(v.Project, n.Name)) == 0 {
			add(&observed.Container{Name: n.Name, Project: v.Project, Service: n.Name, Number: 1})
		}
	}
	order := map[graphRef]int{}
	for i, n := range v.File.Nodes {
		order[graphRef{n.Name, n.External}] = i + 1
	}
	slices.SortStableFunc(list, func(a, b member) int {
		x, y := order[graphRef{a.node, a.external}], order[graphRef{b.node, b.external}]
		if x == 0 || y == 0 { // not in the files: behind the others
			x, y = y, x
		}
		return cmp.Compare(x, y)
	})
	return list
}

type graphRef struct {
	name     string
	external bool
}

// has reports whether the files have a service, as far as is known.
func (v View) has(service string) bool {
	return slices.ContainsFunc(v.File.Nodes, func(n graph.Node) bool { return !n.External && n.Name == service })
}

// member finds out whether a container can be tested. One that the files have on
// the host's network, or on none and not running, does not take part: there is
// nothing to test.
func (c *Check) member(e expectation, m *observed.Container) (of member, takes bool) {
	v := e.view
	of = member{node: m.Service, label: m.Service, container: m, owner: v.Snapshot.NetworkOwner(m)}
	if m.Project != v.Project {
		of.node, of.external = NodeOf(v.File, m), true
		if of.label = of.node; v.has(of.node) {
			of.label += " (container)"
		}
	}
	byFiles := e.netByFiles(of)
	switch {
	case byFiles == hostNetwork || of.owner != nil && of.owner.NetworkMode == hostNetwork && byFiles == "":
		c.Notes = append(c.Notes, m.Name+" is not tested: it uses the host's network, which reaches everybody")
		return of, false
	case byFiles == noNetwork && m.State != plan.StateRunning:
		c.Notes = append(c.Notes, m.Name+" is not tested: it has no network")
		return of, false
	case m.State == "":
		of.untested, of.rests = "it has no container", true
	case m.State != plan.StateRunning:
		of.untested, of.rests = fmt.Sprintf("%s does not run (%s)", m.Name, m.State), true
	case of.owner == nil:
		of.untested = m.Name + " uses the network of a container that is gone"
	case of.owner.State != plan.StateRunning:
		of.untested = fmt.Sprintf("%s uses the network of %s, which does not run (%s)", m.Name, of.owner.Name, of.owner.State)
	case of.owner.NetworkMode == hostNetwork:
		of.untested = m.Name + " uses the host's network, and by the files it does not"
	}
	if of.owner == nil {
		of.owner = m
	}
	return of, true
}

// fileExternals lists the containers that external links of the files lead to,
// attached or not.
func fileExternals(v View) []*observed.Container {
	var found []*observed.Container
	for _, edge := range v.File.Edges {
		if edge.Kind != linking.ExternalEdge {
			continue
		}
		c := v.Snapshot.Container("", edge.To)
		if c != nil && c.Project != v.Project && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found
}
