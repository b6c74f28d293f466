package engine

import (
	"context"
	"regexp"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// An engine before API 1.44 makes a second network of a name when it is asked for
// both at once: what a run asked for that was killed, and what the next one asks
// for. The name then means neither. Either may show up last, so that only the
// refusal of a step that uses the name tells.

// ambiguous is what such an engine says of a name that two networks have.
var ambiguous = regexp.MustCompile(`network (\S+) is ambiguous`)

// ambiguousName is the name of a network because of which an action was refused;
// empty: there is none.
func ambiguousName(err error) string {
	if err == nil {
		return ""
	}
	if found := ambiguous.FindStringSubmatch(err.Error()); found != nil {
		return found[1]
	}
	return ""
}

// removeTwins leaves one network of a name, where all were made for the same, and
// reports whether it did. One that a container is or was attached to stays.
func removeTwins(ctx context.Context, client Client, name string) bool {
	found, err := client.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("name", name))})
	if err != nil {
		return false
	}
	found = slices.DeleteFunc(found, func(n network.Summary) bool { return n.Name != name })
	containers, err := client.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil || len(found) < 2 {
		return false
	}
	var used, unused []string
	for _, n := range found {
		if n.Labels[labels.Settings] == "" || slices.ContainsFunc(labels.All(), func(label string) bool { return n.Labels[label] != found[0].Labels[label] }) {
			return false
		}
		if slices.ContainsFunc(containers, func(c container.Summary) bool { return uses(c, n.ID) }) {
			used = append(used, n.ID)
		} else {
			unused = append(unused, n.ID)
		}
	}
	if len(used) == 0 {
		unused = unused[1:]
	}
	for _, id := range unused {
		if ignoreNotFound(client.NetworkRemove(ctx, id)) != nil {
			return false
		}
	}
	return len(used) < 2
}

// uses reports whether a container is attached to the network of an id, or will be
// by its start.
func uses(c container.Summary, id string) bool {
	if c.NetworkSettings == nil {
		return false
	}
	for _, endpoint := range c.NetworkSettings.Networks {
		if endpoint != nil && endpoint.NetworkID == id {
			return true
		}
	}
	return false
}
