package reach

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// yieldNames takes the public name of an external container off a pair where the
// one who asks knows somebody of the project under it: a container that is
// linked by hand may be called like a service.
func yieldNames(pairs []*pair) {
	taken := map[*observed.Container]map[string]bool{}
	for _, p := range pairs {
		if taken[p.from.owner] == nil {
			taken[p.from.owner] = map[string]bool{}
		}
		for _, name := range p.names {
			if !p.to.external {
				taken[p.from.owner][strings.ToLower(name)] = true
			}
		}
	}
	for _, p := range pairs {
		if !p.to.external {
			continue
		}
		private := privateNames(p.from.owner, p.to.owner)
		p.names = slices.DeleteFunc(p.names, func(name string) bool {
			name = strings.ToLower(name)
			return taken[p.from.owner][name] && !private[name]
		})
	}
}
