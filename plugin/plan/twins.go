package plan

import "slices"

// Engines before API 1.44 may make two networks of one name, when a run makes it
// while what a run that was killed asked for is still under way, or when two users
// make it at once. Then the name means neither, and no container can be attached
// until one is gone.

// twins are the networks that have the name of another one, which stays, by name.
type twins map[string][]HaveNetwork

// withoutTwins leaves out the networks that have the name of another one and gives
// them by name. The one that stays is that which externals are on that the stack did
// not attach, or else that which the most are on.
func (h Have) withoutTwins() (Have, twins) {
	var kept []HaveNetwork
	at := map[string]int{} // where one of a name is among them
	found := twins{}
	for _, n := range h.Networks {
		i, known := at[n.Name]
		switch {
		case !known:
			at[n.Name] = len(kept)
			kept = append(kept, n)
		case h.users(n) > h.users(kept[i]):
			found[n.Name] = append(found[n.Name], kept[i])
			kept[i] = n
		default:
			found[n.Name] = append(found[n.Name], n)
		}
	}
	h.Networks = kept
	return h.indexed(), found
}

// users is how many are attached to this very network. One that the stack did not
// attach, and so can't move to another, counts more than all that it did.
func (h Have) users(n HaveNetwork) int {
	count := 0
	for _, c := range h.Containers {
		if c.Attached[n.Name] == n.ID {
			count++
		}
	}
	for _, e := range h.Externals {
		switch {
		case e.Attached[n.Name] != n.ID:
		case slices.Contains(n.Externals, e.Name):
			count++
		default:
			count += len(h.Containers) + len(h.Externals)
		}
	}
	return count
}

// id is the id of the network that a container is to be detached from, where several
// have its name and it takes the id to say which; else empty.
func (t twins) id(attached map[string]string, network string) string {
	if len(t[network]) == 0 {
		return ""
	}
	return attached[network]
}

// has reports whether one of the networks of a name that do not stay has an id.
func (t twins) has(network, id string) bool {
	return slices.ContainsFunc(t[network], func(n HaveNetwork) bool { return n.ID == id })
}

// otherHasName is why a network is removed, or a container detached from it.
const otherHasName = "another network has its name"

// merge plans to remove the twins. What the stack has on them is attached to the
// networks that stay, which the plan for these sees to where there is a decision on
// it.
func merge(p *networkPlan) {
	for _, kept := range p.have.Networks {
		for _, twin := range p.twins[kept.Name] {
			mergeInto(p, kept, twin)
		}
	}
}

func mergeInto(p *networkPlan, kept, twin HaveNetwork) {
	b := p.builder
	var after []wait
	for _, c := range p.have.look().attached[twin.Name] {
		key := disconnectKey(c.ID, twin.Name)
		switch {
		case c.Attached[twin.Name] != twin.ID:
		case b.planned(key):
			after = append(after, need(key))
		case !c.State.Up(): // it goes by the name when it is started
		case p.removed[c.ID]:
			// Not after its removal: that may wait until a new one is attached.
			b.add(key, Task{Relink, kindContainer, c.Name}, otherHasName, Disconnect{Container: c.ID, Name: c.Name, Network: twin.Name, ID: twin.ID, Ours: true})
			after = append(after, need(key))
		case p.wants(twin.Name):
			p.reconnect(c, p.isWanted[twin.Name], otherHasName, "")
			after = append(after, need(key))
		default:
			return // it stays where it is, and so does the network
		}
	}
	for _, e := range p.have.Externals {
		if e.Attached[twin.Name] != twin.ID {
			continue
		}
		if !slices.Contains(twin.Externals, e.Name) {
			b.note("there are two networks called %s, and containers of others are on both: %s; to leave one of them: docker network disconnect -f %s %s",
				twin.Name, e.Name, twin.ID[:min(12, len(twin.ID))], e.Name)
			return
		}
		after = append(after, need(detachExternal(b, p.twins, &e, twin.Name, otherHasName)))
	}
	b.add(removeNetworkKey(twin.ID), Task{Remove, kindNetwork, twin.Name}, otherHasName, RemoveNetwork{Name: twin.Name, ID: twin.ID}, after...)
}

// single waits until only one network has a name, where that will be so.
func (t twins) single(network string) []wait {
	var after []wait
	for _, twin := range t[network] {
		after = append(after, ifPlanned(removeNetworkKey(twin.ID)))
	}
	return after
}
