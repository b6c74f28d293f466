package engine

import (
	"context"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// startAtOtherPort starts a container again that an engine has just failed to start
// because a program has the port that it chose from a range. An Engine 20.10
// does not look for that, and chooses the next port of the range each time.
// The error is the first one, where there is nothing to choose from, or the last.
func startAtOtherPort(ctx context.Context, e *Engine, id string, err error) error {
	port := refusedPort(err)
	if port == 0 || forgetsNetworks(ctx, e.client) {
		return err
	}
	c, failed := e.client.ContainerInspect(ctx, id)
	if failed != nil || c.ContainerJSONBase == nil || c.HostConfig == nil {
		return err
	}
	for range choices(c.HostConfig.PortBindings, port) - 1 {
		if err = e.client.ContainerStart(ctx, id, container.StartOptions{}); refusedPort(err) == 0 {
			break
		}
	}
	return err
}

// networksForgotten is the version of the API of the engines that take a container off
// the network on which its ports could not be published (Engine 29). Started again, it
// runs without that network, and without ports. They try all ports of a range.
const networksForgotten = "1.52"

// forgetsNetworks reports whether the engine is such a one, whatever is spoken with it.
func forgetsNetworks(ctx context.Context, c Client) bool {
	ping, err := c.Ping(ctx)
	return err != nil || versions.GreaterThanOrEqualTo(ping.APIVersion, networksForgotten)
}

// refusedPort is the port of the host that an engine could not publish because it is
// in use; 0: the error is none, or another.
func refusedPort(err error) int {
	if err == nil {
		return 0
	}
	r := refusal.Read(err, nil)
	if r.Kind != refusal.PortInUse {
		return 0
	}
	port, _ := strconv.Atoi(r.Facts["port"])
	return port
}

// choices is how many ports the engine chooses from of which one is given; 1 where it
// has no choice.
func choices(bindings nat.PortMap, port int) int {
	most := 1
	for _, list := range bindings {
		for _, b := range list {
			first, last, err := nat.ParsePortRangeToInt(b.HostPort)
			switch {
			case err != nil || port < first || last < port:
			case first == last:
				return 1 // which was refused
			default:
				most = max(most, last-first+1)
			}
		}
	}
	return most
}
