package enginetest

import (
	"fmt"
	"slices"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
	"github.com/docker/go-units"
)

// state is the state in the form of an inspection.
func (c *container) state() *containertypes.State {
	return &containertypes.State{
		Status:     c.status,
		Running:    c.alive(),
		Paused:     c.status == containertypes.StatePaused,
		Restarting: c.status == containertypes.StateRestarting,
		Pid:        c.pid,
		ExitCode:   c.exitCode,
		Error:      c.failure,
		StartedAt:  c.startedAt.Format(time.RFC3339Nano),
		FinishedAt: c.finishedAt.Format(time.RFC3339Nano),
	}
}

// shownEndpoint is how an endpoint looks from outside.
func (c *container) shownEndpoint(settings *endpoint, version apiVersion) *networktypes.EndpointSettings {
	shown := settings.Copy()
	shown.DNSNames = nil
	if settings.NetworkID == "" || predefined(settings.NetworkID) {
		return shown
	}
	if !version.dnsNames {
		if !slices.Contains(shown.Aliases, shortID(c.id)) {
			shown.Aliases = append(shown.Aliases, shortID(c.id))
		}
		if c.task != nil && c.config.Hostname != shortID(c.id) {
			shown.Aliases = append(shown.Aliases, c.config.Hostname)
		}
		return shown
	}
	shown.DNSNames = c.dnsNames(settings)
	return shown
}

// portMap lists the ports of a running container: the published with where, the
// others with nothing. A container that does not run, or is on no network, has none.
func (c *container) portMap() nat.PortMap {
	ports := nat.PortMap{}
	if !c.running() || len(c.endpoints) == 0 {
		return ports
	}
	for port := range c.config.ExposedPorts {
		ports[port] = nil
	}
	for port, bindings := range c.bound {
		ports[port] = bindings
	}
	return ports
}

// portList is portMap in the form of a list of containers, ordered by number.
func (c *container) portList() []containertypes.Port {
	list := []containertypes.Port{}
	for port, bindings := range c.portMap() {
		private := containertypes.Port{PrivatePort: uint16(port.Int()), Type: port.Proto()}
		if len(bindings) == 0 {
			list = append(list, private)
		}
		for _, b := range bindings {
			public, _ := nat.ParsePort(b.HostPort)
			published := private
			published.IP, published.PublicPort = b.HostIP, uint16(public)
			list = append(list, published)
		}
	}
	slices.SortFunc(list, func(a, b containertypes.Port) int {
		return int(a.PrivatePort) - int(b.PrivatePort)
	})
	return list
}

func (c *container) mountPoints() []containertypes.MountPoint {
	points := make([]containertypes.MountPoint, 0, len(c.mounts))
	for _, m := range c.mounts {
		points = append(points, m.MountPoint)
	}
	return points
}

// statusText is the state in words, as in the STATUS column of docker ps.
func (c *container) statusText() string {
	switch c.status {
	case containertypes.StateRunning:
		return "Up " + units.HumanDuration(time.Since(c.startedAt))
	case containertypes.StatePaused:
		return "Up " + units.HumanDuration(time.Since(c.startedAt)) + " (Paused)"
	case containertypes.StateRestarting:
		return fmt.Sprintf("Restarting (%d) %s ago", c.exitCode, units.HumanDuration(time.Since(c.finishedAt)))
	case containertypes.StateExited:
		return fmt.Sprintf("Exited (%d) %s ago", c.exitCode, units.HumanDuration(time.Since(c.finishedAt)))
	}
	return "Created"
}
