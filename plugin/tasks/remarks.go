package tasks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// mostNamed is how many tasks or services a remark names.
const mostNamed = 5

// listed names the first of a list, and how many more there are.
func listed(words []string) string {
	text := strings.Join(words[:min(len(words), mostNamed)], ", ")
	if more := len(words) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// counted is a number of things.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// remarks say of services and of the nodes of their swarm what rows do not: which
// nodes take no tasks and what that has done, and which services are not as they are
// wanted, and why.
func remarks(seen *observed.Swarm, services []observed.Service) []string {
	list := replicas(seen, services)
	var out []string
	for _, n := range seen.Nodes {
		if text := nodeRemark(seen, n, list); text != "" {
			out = append(out, text)
		}
	}
	var stopped []string
	for _, s := range services {
		switch {
		case s.OneOff:
		case s.Stopped:
			name := s.Service
			if !s.Everywhere {
				name += " (" + counted(s.Held, "task") + ")"
			}
			stopped = append(stopped, name)
		default:
			out = append(out, updateRemark(s)...)
			out = append(out, lackRemark(seen, s, list)...)
		}
	}
	if len(stopped) > 0 {
		out = append(out, "stopped: "+listed(stopped)+"; to start again: docker stacklite start")
	}
	return out
}

// nodeRemark says what has become of the tasks of a node that is down, or takes no
// tasks any more and had some.
func nodeRemark(seen *observed.Swarm, n observed.Node, list []replica) string {
	var text string
	switch {
	case n.State == "down":
		text = nodeName(n) + " is down"
		if n.Message != "" {
			text += " (" + n.Message + ")"
		}
	case n.State == "unknown" || n.State == "disconnected":
		text = fmt.Sprintf("of %s it is not known whether it is up (%s)", nodeName(n), n.State)
	case n.Availability == "drain":
		text = nodeName(n) + " is drained"
	default:
		return ""
	}
	var moved, waiting []string
	for _, r := range list {
		had := slices.IndexFunc(r.tasks, func(t observed.Task) bool {
			return t.Node == n.ID && !t.Meant() && (onLostNode(seen, t) || n.Availability == "drain" && t.State == "shutdown")
		})
		if had < 0 || !r.isWanted() || r.service.OneOff {
			continue
		}
		name := r.tasks[had].Name
		to := slices.IndexFunc(r.tasks[:had], func(t observed.Task) bool { return t.Meant() })
		switch {
		case to < 0 && r.service.Everywhere: // there is nothing to make good for
		case to < 0 || r.tasks[to].Node == "":
			waiting = append(waiting, name)
		default:
			moved = append(moved, fmt.Sprintf("%s moved to %s", name, r.tasks[to].NodeName))
		}
	}
	var parts []string
	if len(moved) > 0 {
		parts = append(parts, listed(moved))
	}
	if len(waiting) > 0 {
		parts = append(parts, "no other node has taken "+listed(waiting))
	}
	switch {
	case len(parts) > 0:
		return text + ": " + strings.Join(parts, "; ")
	case n.State == "ready": // drained, and nothing was there
		return ""
	}
	return text
}

// updateRemark says of the last change of a service that it stopped or was taken back.
func updateRemark(s observed.Service) []string {
	why := ""
	if s.Update.Message != "" {
		why = ": " + s.Update.Message
	}
	switch s.Update.State {
	case "paused":
		return []string{fmt.Sprintf("the last change of %s stopped half-way%s", s.Service, why)}
	case "rollback_started":
		return []string{fmt.Sprintf("the last change of %s is being taken back%s", s.Service, why)}
	case "rollback_paused":
		return []string{fmt.Sprintf("the last change of %s failed, and so did taking it back%s", s.Service, why)}
	case "rollback_completed":
		return []string{fmt.Sprintf("the last change of %s was taken back%s", s.Service, why)}
	}
	return nil
}

// lackRemark says of a service how many of its tasks run where that are too few, and
// why, where that is known: of those that are on their way rows say enough.
func lackRemark(seen *observed.Swarm, s observed.Service, list []replica) []string {
	if s.Job {
		return nil
	}
	running, why := 0, ""
	for _, r := range list {
		if r.service.ID != s.ID || !r.isWanted() {
			continue
		}
		if slices.ContainsFunc(r.tasks, func(t observed.Task) bool { return t.Meant() && runs(seen, t) }) {
			running++
			continue
		}
		if why == "" {
			why = reason(seen, r)
		}
	}
	wanted := s.Replicas
	if s.Everywhere {
		wanted = s.Wanted
	}
	if running >= wanted || why == "" {
		return nil
	}
	if running == 0 {
		return []string{fmt.Sprintf("%s does not run: %s", s.Service, why)}
	}
	return []string{fmt.Sprintf("only %d of %s of %s run: %s", running, counted(wanted, "task"), s.Service, why)}
}

// reason is why a replica does not run: what its newest task says, else the one that
// has failed before it; empty: it is on its way, as far as is known.
func reason(seen *observed.Swarm, r replica) string {
	for _, t := range r.current() {
		if t.Err != "" {
			return plainly(t.Err)
		}
	}
	if bad, _ := r.setback(seen); bad != nil && len(r.tasks) > 0 {
		return trouble(seen, *bad)
	}
	return ""
}
