package adhoc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// checkTarget refuses a target that can't be linked to, and a name that the
// consumer has for something else.
func (p Planner) checkTarget(consumer *observed.Container, t Target) error {
	if t.Container == consumer {
		return &Unlinkable{consumer.Name, "cannot link to itself", "it answers to its own name without a link"}
	}
	if err := Linkable(t.Container); err != nil {
		return err
	}
	want := t.name(t.Alias)
	for _, of := range pairsOf(p.Snapshot) {
		endpoint := p.Snapshot.EndpointOn(consumer, of.network)
		if endpoint == nil || of.other(consumer) == t.Container || of.network == begun(p.Snapshot, consumer, t.Container).network {
			continue
		}
		for _, l := range namesOn(endpoint) {
			if strings.EqualFold(l.Alias, want.Alias) {
				return &Unlinkable{consumer.Name, fmt.Sprintf("calls %s %q already", l.Target, l.Alias),
					fmt.Sprintf("choose another name for %s, or: docker stacklite link rm %s %s:%s", t.Container.Name, consumer.Name, l.Target, l.Alias)}
			}
		}
	}
	for alias, of := range consumer.Legacy {
		if strings.EqualFold(alias, want.Alias) && of != t.Container.Name {
			return &Unlinkable{consumer.Name, fmt.Sprintf("calls %s %q already", of, alias), another(consumer, t)}
		}
	}
	if name, of := calledInProject(p.Snapshot, consumer, want.Alias); name != "" && !isMember(t.Container, consumer.Project, of) {
		return &Unlinkable{consumer.Name, fmt.Sprintf("finds %s of its project by the name %q already", strings.TrimSuffix(of, linking.ExternalAlias("")), name),
			another(consumer, t)}
	}
	return nil
}

func another(consumer *observed.Container, t Target) string {
	return fmt.Sprintf("choose another name: docker stacklite link add %s %s:NAME", consumer.Name, t.Container.Name)
}

// isMember reports whether a container is what a project's networks know by a
// name: a replica of that service, or the external container.
func isMember(c *observed.Container, project, name string) bool {
	return c.Project == project && c.Service == name || name == linking.ExternalAlias(c.Name)
}

// CheckAliases refuses targets of one consumer that are to have the same name.
// The error is an *Unlinkable.
func CheckAliases(targets []Target) error {
	for i, t := range targets {
		for _, other := range targets[:i] {
			a, b := t.name(t.Alias), other.name(other.Alias)
			if t.Container != other.Container && strings.EqualFold(a.Alias, b.Alias) {
				return &Unlinkable{other.Container.Name, fmt.Sprintf("and %s are both to be called %q", t.Container.Name, a.Alias),
					fmt.Sprintf("choose another name: %s:NAME", t.Container.Name)}
			}
		}
	}
	return nil
}

// calledInProject finds what a container of a project has under a name by the
// project's own networks: the name as it is written there, and whose it is, a
// service or an external container. Empty: nobody has it.
func calledInProject(s *observed.Snapshot, c *observed.Container, alias string) (name, service string) {
	if c.Project == "" {
		return "", ""
	}
	for i := range s.Networks {
		n := &s.Networks[i]
		if n.Project != c.Project || s.EndpointOn(c, n) == nil && n.Wiring[c.Service] == "" {
			continue
		}
		for _, member := range slices.Sorted(maps.Keys(n.Wiring)) {
			for _, found := range namesBy(s, n, member, c) {
				if strings.EqualFold(found.Alias, alias) {
					return found.Alias, found.Target
				}
			}
		}
	}
	return "", ""
}

// namesBy lists the names that a container of a project sees on a network because
// of one of its services: those of the service itself, and the container's own for
// others.
func namesBy(s *observed.Snapshot, n *observed.Network, member string, c *observed.Container) []linking.Name {
	var names []linking.Name
	endpoint := labels.ParseEndpoint(n.Wiring[member])
	for _, alias := range endpoint.Aliases {
		names = append(names, linking.Name{Alias: alias, Target: member})
	}
	for _, l := range endpoint.Links {
		if member == c.Service && !l.Hides() {
			names = append(names, l)
		}
	}
	for _, r := range s.Replicas(c.Project, member) {
		names = append(names, linking.Name{Alias: r.Name, Target: member},
			linking.Name{Alias: desired.ReplicaAlias(member, r.Number), Target: member})
	}
	return names
}
