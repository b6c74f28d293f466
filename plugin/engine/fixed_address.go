package engine

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/network"
)

// A container that leaves a network for a moment comes back at its address, so that
// connections go on. The engine keeps that address for it only while it runs, and has
// it ask for the same one at each start: another container may have got it meanwhile.

// addressTaken reports whether a container was not started because another has the
// address that it asks for. A port that is taken is told in small letters.
func addressTaken(err error) bool { return strings.Contains(err.Error(), "Address already in use") }

// anyAddress lets a container that does not run have any address on the networks where
// it asks for one, and reports whether there are such.
func anyAddress(ctx context.Context, client Client, id string) bool {
	c, err := client.ContainerInspect(ctx, id)
	if err != nil || c.State == nil || c.State.Running || c.NetworkSettings == nil {
		return false
	}
	any := false
	for name, on := range c.NetworkSettings.Networks {
		if on == nil || on.IPAMConfig == nil || on.IPAMConfig.IPv4Address == "" {
			continue
		}
		if client.NetworkDisconnect(ctx, name, id, false) != nil || client.NetworkConnect(ctx, name, id, sameNames(on, c.ID)) != nil {
			return false
		}
		any = true
	}
	return any
}

// sameNames are the settings for another endpoint with the names of one, of the
// container of an id.
func sameNames(on *network.EndpointSettings, id string) *network.EndpointSettings {
	of := &network.EndpointSettings{Links: on.Links}
	for _, alias := range on.Aliases { // the engine adds the beginning of the id itself
		if alias == "" || !strings.HasPrefix(id, alias) {
			of.Aliases = append(of.Aliases, alias)
		}
	}
	return of
}
