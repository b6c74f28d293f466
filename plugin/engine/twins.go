package engine

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// An engine before API 1.44 makes a second network of a name when it is asked for
// both at once: what a run asked for that was killed, and what the next one asks
// for, or what two users ask for. The name then means neither, and such an engine
// starts no container by anything but the names of its networks. Either may show up
// last, so that only the refusal of a step that uses the name tells.

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

// networksCalled lists the networks of a name, the oldest first.
func networksCalled(ctx context.Context, client Client, name string) ([]network.Summary, error) {
	found, err := client.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("name", name))})
	found = slices.DeleteFunc(found, func(n network.Summary) bool { return n.Name != name })
	slices.SortFunc(found, func(a, b network.Summary) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	})
	return found, err
}

// oneOfAName leaves one network of a name, where all were made for the same, and
// reports whether there is one. The one stays that most containers run on, or else
// the oldest, so that two runs that do this at once choose the same. Those that run
// on another are attached to it under the names that they have there. Where others
// were attached to one of them, all stay.
func oneOfAName(ctx context.Context, client Client, name string) bool {
	found, err := networksCalled(ctx, client, name)
	if err != nil || len(found) == 0 || !sameOwner(found) {
		return false
	}
	containers, err := client.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return false
	}
	on := make(map[string][]container.Summary, len(found))
	for _, n := range found {
		for _, c := range containers {
			if plan.State(c.State).Up() && attachedTo(c, n.ID) {
				on[n.ID] = append(on[n.ID], c)
			}
		}
		if slices.ContainsFunc(on[n.ID], func(c container.Summary) bool { return !attachedByUs(c, n) }) && len(found) > 1 {
			return false
		}
	}
	slices.SortStableFunc(found, func(a, b network.Summary) int { return len(on[b.ID]) - len(on[a.ID]) })
	for _, n := range found[1:] {
		for _, c := range on[n.ID] {
			if !move(ctx, client, c.ID, n, found[0]) {
				return false
			}
		}
		if ignoreNotFound(client.NetworkRemove(ctx, n.ID)) != nil {
			return false
		}
	}
	return true
}

// sameOwner reports whether networks are ours and were made for the same, if not for
// the same names: the files may have changed between two runs.
func sameOwner(list []network.Summary) bool {
	names := []string{labels.ProjectOf, labels.Network, labels.For}
	if labels.NetworkProject(list[0].Labels) == "" {
		names = labels.All()
	}
	return !slices.ContainsFunc(list, func(n network.Summary) bool {
		return n.Labels[labels.Settings] == "" || slices.ContainsFunc(names, func(name string) bool { return n.Labels[name] != list[0].Labels[name] })
	})
}

// attachedByUs reports whether a container is on a network because its project, or
// the command that linked it by hand, put it there.
func attachedByUs(c container.Summary, n network.Summary) bool {
	project := labels.NetworkProject(n.Labels)
	return project == "" || c.Labels[labels.Project] == project ||
		slices.Contains(labels.ParseList(n.Labels[labels.Externals]), containerName(c))
}

// attachedTo reports whether a container is attached to the network of an id.
func attachedTo(c container.Summary, id string) bool {
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

// move takes a container off a network and attaches it to the other of that name,
// with the names that it has. One that is gone meanwhile is no longer in the way; one
// that does not run has no endpoint there.
func move(ctx context.Context, client Client, id string, from, to network.Summary) bool {
	c, err := client.ContainerInspect(ctx, id)
	if err != nil {
		return IsGone(err)
	}
	if c.State == nil || !plan.State(c.State.Status).Up() || c.NetworkSettings == nil {
		return true
	}
	settings := c.NetworkSettings.Networks[from.Name]
	if settings == nil || settings.NetworkID != from.ID {
		return true
	}
	if client.NetworkDisconnect(ctx, from.ID, id, false) != nil {
		return false
	}
	return client.NetworkConnect(ctx, to.ID, id, sameNames(settings, c.ID)) == nil
}
