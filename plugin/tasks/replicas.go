package tasks

import (
	"slices"
	"strings"

	"github.com/fvbommel/sortorder"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// replica is one place of a service, with the tasks that were made for it.
type replica struct {
	service observed.Service
	tasks   []observed.Task // the newest first
}

// replicas gives the replicas of services by their names and numbers. Tasks of other
// services are left out.
func replicas(seen *observed.Swarm, services []observed.Service) []replica {
	type place struct {
		service, node string
		slot          int
	}
	byID := map[string]observed.Service{}
	for _, s := range services {
		byID[s.ID] = s
	}
	at := map[place]int{}
	var all []replica
	for _, t := range seen.Tasks {
		s, meant := byID[t.Service]
		if !meant {
			continue
		}
		p := place{service: s.ID, slot: t.Slot}
		if s.Everywhere {
			p.node = t.Node
		}
		i, known := at[p]
		if !known {
			i = len(all)
			at[p], all = i, append(all, replica{service: s})
		}
		all[i].tasks = append(all[i].tasks, t)
	}
	for i := range all {
		slices.SortStableFunc(all[i].tasks, func(a, b observed.Task) int { return b.Created.Compare(a.Created) })
	}
	slices.SortStableFunc(all, func(a, b replica) int {
		x, y := a.tasks[0], b.tasks[0]
		switch {
		case a.service.Name != b.service.Name:
			return strings.Compare(a.service.Name, b.service.Name)
		case x.Slot != y.Slot:
			return x.Slot - y.Slot
		case sortorder.NaturalLess(x.NodeName, y.NodeName):
			return -1
		case sortorder.NaturalLess(y.NodeName, x.NodeName):
			return 1
		}
		return 0
	})
	return all
}

// hasFailed reports whether a task has ended in a way that nobody asked for.
func hasFailed(t observed.Task) bool {
	return t.State == "failed" || t.State == "rejected" || t.State == "orphaned"
}

// runs reports whether a task runs where somebody sees it run.
func runs(seen *observed.Swarm, t observed.Task) bool {
	return t.State == "running" && !onLostNode(seen, t)
}

// onLostNode reports whether nobody hears any more of the node of a task that had not ended. The
// managers then make another, and leave this one as it was last seen.
func onLostNode(seen *observed.Swarm, t observed.Task) bool {
	n := nodeOf(seen, t)
	return n != nil && n.State == "down" && !t.Over()
}

// nodeOf is the node of a task; nil: none was chosen, or it is not known.
func nodeOf(seen *observed.Swarm, t observed.Task) *observed.Node {
	for i, n := range seen.Nodes {
		if n.ID == t.Node {
			return &seen.Nodes[i]
		}
	}
	return nil
}

// current gives the tasks of a replica that are to run: more than one while the swarm
// replaces one by another.
func (r replica) current() []observed.Task {
	return slices.DeleteFunc(slices.Clone(r.tasks), func(t observed.Task) bool { return !t.Meant() })
}

// setback is the latest task of a replica that has failed, or was lost with its node, and
// is not to run any more; nil: there is none. after is the task that was made in its
// place; nil: none was.
func (r replica) setback(seen *observed.Swarm) (t, after *observed.Task) {
	for i := range r.tasks {
		if t := &r.tasks[i]; !t.Meant() && (hasFailed(*t) || onLostNode(seen, *t)) {
			if i > 0 {
				after = &r.tasks[i-1]
			}
			return t, after
		}
	}
	return nil, nil
}

// isWanted reports whether a service is to have a replica with the number of this one.
func (r replica) isWanted() bool {
	return !r.service.Stopped && (r.service.Everywhere || r.service.Job || r.tasks[0].Slot <= r.service.Replicas)
}
