package reach

import (
	"slices"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// advice says what to type to keep two apart that reach each other and should
// not; none where nothing is known that joins them.
func (e expectation) advice(p *pair) []string {
	for _, m := range []member{p.from, p.to} {
		if gone := !m.external && !e.view.has(m.node); gone || e.isGuest(m) {
			return []string{"docker stop " + m.container.Name}
		}
	}
	var list []string
	for _, path := range Paths(e.view.Snapshot, p.from.container, p.to.container) {
		n := e.view.Snapshot.NetworkNamed(path.Network)
		switch {
		case n == nil:
			continue
		case n.Project == e.view.Project && e.planned != nil && e.planned.NetworkNamed(n.Name) == nil:
			list = append(list, "docker stacklite up -d") // of files that were other ones
			continue
		}
		for _, m := range []member{p.from, p.to} {
			switch replaced := !m.external && m.owner.MadeBy != "" && !m.owner.OneOff; {
			case replaced: // up does that, and what it makes is on networks of its own
				list = append(list, "docker stacklite up -d")
			case !e.belongs(m, n):
				list = append(list, "docker network disconnect "+n.Name+" "+m.owner.Name)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// belongs reports whether a member is on a network because the network is its
// own, or somebody's file or a link by hand put it there.
func (e expectation) belongs(m member, n *observed.Network) bool {
	made := slices.ContainsFunc(n.Externals, func(name string) bool { return desired.IsNameOf(name, m.owner) })
	switch {
	case n.Adhoc || made:
		return true
	case m.external: // any network that is not the project's, it may have joined by itself
		return n.Project != e.view.Project
	case n.Project == "":
		return e.isAskedOn(m, n.Name)
	case n.Project != e.view.Project:
		return false
	case e.planned == nil:
		return slices.Contains(recordedOn(e.view.Snapshot, n), m.owner.Service)
	}
	return e.plannedOn(m, n.Name)
}
