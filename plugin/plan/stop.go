package plan

import (
	"fmt"
	"strings"
)

// stop plans to stop containers or, for Absent, to remove them and then the
// networks of the stack. The order comes from the containers themselves: a
// container is stopped after those that were started after it.
func stop(goal Goal, have Have) *Plan {
	d := &draft{}
	dependents := map[string][]string{} // stop keys, by service
	for _, c := range have.Containers {
		for _, service := range c.After {
			if service != c.Service {
				dependents[service] = append(dependents[service], "stop "+c.ID)
			}
		}
	}
	gone := map[string]bool{}
	for _, c := range have.Containers {
		if !goal.wants(c.Service) || c.OneOff && goal.State != Absent {
			continue
		}
		cause := "asked for"
		if c.State.Up() {
			verb := Stop
			if goal.State == Absent {
				verb = Remove
			}
			d.add("stop "+c.ID, Task{verb, "container", c.Name}, cause,
				StopContainer{Container: c.ID, Name: c.Name, Timeout: goal.Timeout}, dependents[c.Service]...)
		}
		if goal.State == Absent {
			gone[c.ID] = true
			d.add("remove "+c.ID, Task{Remove, "container", c.Name}, cause,
				RemoveContainer{Container: c.ID, Name: c.Name, Volumes: goal.Volumes}, "stop "+c.ID)
		}
	}
	for _, ref := range goal.Images {
		if have.Images[ref] == "" {
			continue
		}
		var after []string
		for _, c := range have.Containers {
			after = append(after, "remove "+c.ID)
		}
		d.add("remove image "+ref, Task{Remove, "image", ref}, "asked for", RemoveImage{ref}, after...)
	}
	if goal.State == Absent {
		for _, n := range have.Networks {
			d.removeNetwork(n, have, gone, "asked for")
		}
	}
	return d.plan()
}

// removeNetwork plans to remove a network once the containers in gone are
// gone and the strangers that the stack attached are detached. Where one of the
// stack's own stays attached the network simply stays; where a stranger does
// that somebody else attached, a note says so.
func (d *draft) removeNetwork(n HaveNetwork, have Have, gone map[string]bool, cause string) {
	if !have.isHome(n.Name, gone) {
		d.takeNetwork(n, have, gone, cause)
		return
	}
	for _, s := range have.guests(n) {
		d.dismiss(s, n.Name, cause)
	}
}

// takeNetwork is removeNetwork for one that is made again at once.
func (d *draft) takeNetwork(n HaveNetwork, have Have, gone map[string]bool, cause string) {
	var after []string
	for _, c := range have.Containers {
		if _, ok := c.Attached[n.Name]; !ok {
			continue
		}
		key := "disconnect " + c.ID + " " + n.Name
		if _, leaves := d.index[key]; !gone[c.ID] && !leaves {
			return
		}
		after = append(after, key, "remove "+c.ID)
	}
	for _, s := range have.guests(n) {
		after = append(after, d.dismiss(s, n.Name, cause))
	}
	if strangers := have.uninvited(n); len(strangers) > 0 {
		d.notes = append(d.notes, fmt.Sprintf("network %s stays, for containers of others are attached to it: %s",
			n.Name, strings.Join(strangers, ", ")))
		return
	}
	d.add("remove network "+n.ID, Task{Remove, "network", n.Name}, cause, RemoveNetwork{Name: n.Name, ID: n.ID}, after...)
}
