package swarm

import (
	"fmt"
	"slices"
	"strings"

	types "github.com/docker/docker/api/types/swarm"
)

// scheduler finds nodes for tasks.
type scheduler struct{ *Swarm }

// A check is what a node must pass to get a task.
type check struct {
	passes  func(s *Swarm, t *task, n *node) bool
	explain func(nodes int) string
}

// checks are made in this order, and the first that a node does not pass is told.
func checks() []check {
	some := func(one, many string) func(int) string {
		return func(n int) string {
			if n == 1 {
				return one
			}
			return fmt.Sprintf(many, n)
		}
	}
	return []check{
		{isReady, some("1 node not available for new tasks", "%d nodes not available for new tasks")},
		{hasResources, some("insufficient resources on 1 node", "insufficient resources on %d nodes")},
		{meetsConstraints, some("scheduling constraints not satisfied on 1 node", "scheduling constraints not satisfied on %d nodes")},
		{hasPorts, some("host-mode port already in use on 1 node", "host-mode port already in use on %d nodes")},
		{belowMaximum, func(int) string { return "max replicas per node limit exceed" }},
	}
}

// place finds a node for a task: that with the fewest tasks of the service, and of those
// that with the fewest at all.
func (s scheduler) place(t *task) {
	all := checks()
	failed := make([]int, len(all))
	var fit []*node
	for _, n := range s.nodes.all {
		if t.NodeID != "" && t.node != n {
			continue
		}
		at := slices.IndexFunc(all, func(c check) bool { return !c.passes(s.Swarm, t, n) })
		if at < 0 {
			fit = append(fit, n)
		} else {
			failed[at]++
		}
	}
	if len(fit) == 0 {
		if why := explain(all, failed); t.Status.Err != why {
			s.report(t, types.TaskStatePending, "pending task scheduling", why)
		}
		return
	}
	best := slices.MinFunc(fit, func(a, b *node) int {
		if d := s.load(a, t.service) - s.load(b, t.service); d != 0 {
			return d
		}
		return s.load(a, nil) - s.load(b, nil)
	})
	t.node, t.NodeID = best, best.ID
	s.report(t, types.TaskStateAssigned, "scheduler assigned task to node", "")
}

// explain says why no node is suitable, what most nodes lack first.
func explain(all []check, failed []int) string {
	var at []int
	for i := range all {
		if failed[i] > 0 {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int { return failed[b] - failed[a] })
	var why []string
	for _, i := range at {
		why = append(why, all[i].explain(failed[i]))
	}
	if len(why) == 0 {
		return "no suitable node"
	}
	return "no suitable node (" + strings.Join(why, "; ") + ")"
}

// load counts the tasks on a node that are to run, of one service or of all.
func (s scheduler) load(n *node, of *service) int {
	count := 0
	for _, t := range s.tasks.all {
		if t.node == n && t.runnable() && !t.ended() && (of == nil || t.service == of) {
			count++
		}
	}
	return count
}

func isReady(_ *Swarm, _ *task, n *node) bool { return n.takesNew() }

func hasResources(s *Swarm, t *task, n *node) bool {
	left := n.Description.Resources
	for _, other := range s.tasks.all {
		if other.node == n && other != t && other.runnable() && !other.ended() {
			taken := reserved(other)
			left.NanoCPUs -= taken.NanoCPUs
			left.MemoryBytes -= taken.MemoryBytes
		}
	}
	wanted := reserved(t)
	return wanted.NanoCPUs <= left.NanoCPUs && wanted.MemoryBytes <= left.MemoryBytes
}

func reserved(t *task) types.Resources {
	if r := t.Spec.Resources; r != nil && r.Reservations != nil {
		return *r.Reservations
	}
	return types.Resources{}
}

func meetsConstraints(_ *Swarm, t *task, n *node) bool { return n.meets(t.Spec.Placement) }

func hasPorts(s *Swarm, t *task, n *node) bool {
	for _, p := range t.service.Endpoint.Ports {
		if p.PublishMode != types.PortConfigPublishModeHost || p.PublishedPort == 0 {
			continue
		}
		for _, other := range s.tasks.all {
			if other == t || other.node != n || !other.runnable() || other.ended() {
				continue
			}
			if slices.ContainsFunc(other.service.Endpoint.Ports, func(taken types.PortConfig) bool {
				return taken.PublishedPort == p.PublishedPort && taken.Protocol == p.Protocol
			}) {
				return false
			}
		}
	}
	return true
}

func belowMaximum(s *Swarm, t *task, n *node) bool {
	p := t.Spec.Placement
	return p == nil || p.MaxReplicas == 0 || scheduler{s}.load(n, t.service) < int(p.MaxReplicas)
}
