package reach

import (
	"slices"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// mends says what to type where one does not reach the other, or not by its names,
// because somebody took one of them off a network of the stack, or attached it there
// without its names; none where nothing is known of that.
func (e expectation) mends(p *pair) []string {
	const up = "docker stacklite up -d"
	var list []string
	for _, m := range []member{p.from, p.to} {
		if m.external || m.owner.Project != e.view.Project || m.owner.OneOff {
			continue
		}
		for _, on := range desired.Misnamed(e.view.Snapshot, m.owner) {
			if on.ByHand {
				list = append(list, up)
			} else { // a plan does not ask the engine for its names
				list = append(list, "docker network disconnect "+on.Network+" "+m.owner.Name+" && "+up)
			}
		}
		if planned := e.plannedOwner(m); planned != nil && slices.ContainsFunc(planned.Endpoints, func(on observed.Endpoint) bool {
			return !slices.ContainsFunc(m.owner.Endpoints, func(is observed.Endpoint) bool { return is.Network == on.Network })
		}) {
			list = append(list, up)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
