package engine

import (
	"context"
	"net"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// macOnConnect is the version of the API from which on a container that is
// attached to a network can be given a MAC address. Calls of older versions lose
// it without a word.
const macOnConnect = "1.54"

// givesMACOnConnect reports whether the engine knows that version, whatever is
// spoken with it.
func givesMACOnConnect(ctx context.Context, c Client) bool {
	ping, err := c.Ping(ctx)
	return err == nil && versions.GreaterThanOrEqualTo(ping.APIVersion, macOnConnect)
}

// connect attaches a container, by its id, to a network.
func connect(ctx context.Context, of Client, id string, a plan.Connect) error {
	settings := desired.ConnectSettings(a)
	var c client.NetworkAPIClient = of
	if settings.MacAddress != "" {
		newer, err := ofVersion(of, macOnConnect)
		if err != nil {
			return err
		}
		defer newer.Close()
		c = newer
	}
	return c.NetworkConnect(ctx, a.Network.Name, id, settings)
}

// ofVersion is a client that calls the same engine with another version of the
// API.
func ofVersion(c Client, version string) (*client.Client, error) {
	dial := c.Dialer()
	return client.NewClientWithOpts(client.WithVersion(version), client.WithDialContext(
		func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
	))
}
