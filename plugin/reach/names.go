package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// meant holds the addresses that a name may lead to, by the container whose
// network it is asked from and by the name in lower case: those of all that are
// to be found under it.
type meant map[*observed.Container]map[string][]netip.Addr

// namesOf gathers what names may lead to. A one-off container may answer to the
// names of its service, and who uses the network of a replica finds that one
// too.
func namesOf(pairs []*pair) meant {
	all := meant{}
	nodes := map[*observed.Container]map[string][]string{} // of the same, the nodes
	for _, p := range pairs {
		at := p.from.owner
		if all[at] == nil {
			all[at], nodes[at] = map[string][]netip.Addr{}, map[string][]string{}
		}
		for _, name := range p.names {
			name = strings.ToLower(name)
			all[at][name] = append(all[at][name], p.targets...)
			nodes[at][name] = append(nodes[at][name], p.to.label)
		}
	}
	for _, p := range pairs {
		if !p.to.container.OneOff && p.to.owner != p.from.owner {
			continue
		}
		for name, of := range nodes[p.from.owner] {
			if slices.Contains(of, p.to.label) {
				all[p.from.owner][name] = append(all[p.from.owner][name], p.targets...)
			}
		}
	}
	return all
}

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

// strangers are the addresses, of those that a name leads to, that it should not
// lead to, each with the container that has it where that is known.
func (c *Check) strangers(p *pair, name string, addresses []string) []string {
	var list []string
	for _, text := range addresses {
		addr, err := netip.ParseAddr(text)
		if err == nil && (slices.Contains(p.targets, addr) || slices.Contains(c.meant[p.from.owner][strings.ToLower(name)], addr)) {
			continue
		}
		if of := c.expects.holder(addr); of != "" {
			text += " (" + of + ")"
		}
		list = append(list, text)
	}
	return list
}

// holder names the container that has an address; empty: none is known.
func (e expectation) holder(addr netip.Addr) string {
	if e.view.Snapshot == nil || !addr.IsValid() {
		return ""
	}
	for _, c := range e.view.Snapshot.Containers {
		for _, endpoint := range c.Endpoints {
			if slices.Contains(endpoint.Addresses(), addr) {
				return c.Name
			}
		}
	}
	return ""
}
