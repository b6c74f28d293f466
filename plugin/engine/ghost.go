package engine

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Ghost is a network that an engine does not remove, for it says that containers are
// attached, and none is: the engine has lost count of them.
type Ghost struct {
	Network string
	Err     error
}

func (g *Ghost) Error() string {
	return "network " + g.Network + " stays: the engine says that containers are attached to it, and there are none"
}

// Unwrap gives the client's error.
func (g *Ghost) Unwrap() error { return g.Err }

// Hints says what helps.
func (g *Ghost) Hints() []string {
	return []string{"only a restart of the engine helps; then: docker stacklite down"}
}

// isOccupied reports whether a network was not removed because of what is attached.
// Both engines refuse as forbidden, what they say alone tells why.
func isOccupied(err error) bool {
	return err != nil && strings.Contains(err.Error(), "has active endpoints")
}

// removeNetwork removes a network. What the engine still counts of a container that is
// gone is taken off by its name, which some engines can do; otherwise it is a Ghost.
func removeNetwork(ctx context.Context, client Client, a plan.RemoveNetwork, report func(plan.Progress)) error {
	err := ignoreNotFound(client.NetworkRemove(ctx, a.ID))
	if !isOccupied(err) {
		return err
	}
	ghosts, deserted := attachedGhosts(ctx, client, a.ID)
	if !deserted {
		return err
	}
	for _, name := range ghosts {
		_ = client.NetworkDisconnect(ctx, a.ID, name, true)
	}
	if err = ignoreNotFound(client.NetworkRemove(ctx, a.ID)); !isOccupied(err) {
		return err
	}
	if a.MayStay {
		report(plan.Progress{Text: "stays until the engine is restarted: it counts containers on it, and there are none"})
		return nil
	}
	return &Ghost{Network: a.Name, Err: err}
}

// attachedGhosts names what an engine lists on a network though there is no such
// container; false: there are others, or it can't be told.
func attachedGhosts(ctx context.Context, client Client, id string) ([]string, bool) {
	n, err := client.NetworkInspect(ctx, id, network.InspectOptions{})
	if err != nil {
		return nil, false
	}
	var names []string
	for container, endpoint := range n.Containers {
		_, err := client.ContainerInspect(ctx, container)
		if !IsGone(err) {
			return nil, false
		}
		names = append(names, endpoint.Name)
	}
	return names, true
}

// ghostServes reports whether a network that could not be removed for a new one serves
// in its place: it is the project's, of the same kind and for the same, and nobody
// is on it. That its labels may name other names than its endpoints will have only
// has the next run replace it once more.
func ghostServes(ctx context.Context, client Client, n plan.Network) bool {
	found, err := client.NetworkInspect(ctx, n.Name, network.InspectOptions{})
	if err != nil {
		return false
	}
	of := n.Spec.(desired.NetworkSpec).Labels
	for _, name := range []string{labels.ProjectOf, labels.Network, labels.Settings, labels.Externals} {
		if found.Labels[name] != of[name] {
			return false
		}
	}
	_, deserted := attachedGhosts(ctx, client, found.ID)
	return deserted
}
