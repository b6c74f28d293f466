package swarm

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	types "github.com/docker/docker/api/types/swarm"
)

// constraint is what must be true of a node: a property and a value that it has, or
// has not.
type constraint struct {
	key, value string
	not        bool
}

var (
	constraintKey   = regexp.MustCompile(`^(?i)[a-z_][a-z0-9\-_.]+$`)
	constraintValue = regexp.MustCompile(`^(?i)[a-z0-9:\-_\s\.\*\(\)\?\+\[\]\\\^\$\|\/]+$`)
)

func parseConstraints(texts []string) (all []constraint, err error) {
	for _, text := range texts {
		key, value, equal := strings.Cut(text, "==")
		not := false
		if !equal {
			if key, value, not = strings.Cut(text, "!="); !not {
				return nil, errors.New("constraint expected one operator from ==, !=")
			}
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !constraintKey.MatchString(key) {
			return nil, fmt.Errorf("key '%s' is invalid", key)
		}
		if !constraintValue.MatchString(value) {
			return nil, fmt.Errorf("value '%s' is invalid", value)
		}
		all = append(all, constraint{key, value, not})
	}
	return all, nil
}

// meets reports whether a node is one where tasks may be placed.
func (n *node) meets(p *types.Placement) bool {
	if p == nil {
		return true
	}
	all, err := parseConstraints(p.Constraints)
	return err == nil && !slices.ContainsFunc(all, func(c constraint) bool {
		value, known := n.property(c.key)
		return !known || strings.EqualFold(value, c.value) == c.not
	})
}

// property is what a constraint can be about. A label that is not there is empty.
func (n *node) property(key string) (value string, known bool) {
	lower := strings.ToLower(key)
	switch lower {
	case "node.id":
		return n.ID, true
	case "node.hostname":
		return n.Description.Hostname, true
	case "node.role":
		return string(n.Spec.Role), true
	case "node.ip":
		return n.Status.Addr, true
	case "node.platform.os":
		return n.Description.Platform.OS, true
	case "node.platform.arch":
		return n.Description.Platform.Architecture, true
	}
	if strings.HasPrefix(lower, "node.labels.") {
		return n.Spec.Labels[key[len("node.labels."):]], true
	}
	if strings.HasPrefix(lower, "engine.labels.") {
		return n.Description.Engine.Labels[key[len("engine.labels."):]], true
	}
	return "", false
}
