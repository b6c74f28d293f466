package enginetest

import (
	"slices"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/process"
)

// container is a container.
type container struct {
	id, name string // the name without the slash of the API
	created  time.Time
	image    *image
	config   *containertypes.Config // the image's settings are merged in
	host     *containertypes.HostConfig
	log      []logLine
	links    map[string]*container // of the default bridge, by alias

	home *containerStore // that holds it
	task *taskOf         // of a swarm; nil: it is of none

	// mounts are kept by the volumes.
	mounts []mount
	// endpoints are kept by the networks, by the name under which the container
	// was put on one; before the first start that may be an ID, or a name that
	// no network has.
	endpoints map[string]*endpoint
	// bound is kept by the ports of the host while the container runs.
	bound nat.PortMap

	// What follows is kept by the lifecycle.

	status     containertypes.ContainerState
	pid        int
	exitCode   int
	failure    string // why the last start failed
	startedAt  time.Time
	finishedAt time.Time
	restarts   int
	stopped    bool // by hand: no restart policy applies
	runs       int  // how often it was started; differs between two runs
	exits      int  // how often it ended
	removed    bool

	// namespace is the network that it was started in: its own, or that of
	// another, which ends with that one's process.
	namespace *namespace
}

// namespace is the network of one run of a container.
type namespace struct {
	owner *container
	gone  bool
}

// running reports whether its process is there, be it paused.
func (c *container) running() bool {
	return c.status == containertypes.StateRunning || c.status == containertypes.StatePaused
}

// alive reports whether it runs or is about to run again.
func (c *container) alive() bool {
	return c.running() || c.status == containertypes.StateRestarting
}

// argv is the command line of the container.
func (c *container) argv() []string {
	return slices.Concat(c.config.Entrypoint, c.config.Cmd)
}

// commandLine is what argv means to the model.
func (c *container) commandLine() process.CommandLine { return process.Parse(c.argv()) }

// endpointOn is how the container is on a network, nil when it is not.
func (c *container) endpointOn(n *network) *endpoint {
	for name, settings := range c.endpoints {
		if settings.NetworkID == n.id || settings.NetworkID == "" && name == n.name {
			return settings
		}
	}
	return nil
}

// dnsNames are the names under which other containers of a network find this
// one, the first being its own.
func (c *container) dnsNames(settings *endpoint) []string {
	names := []string{c.name}
	more := append(slices.Clone(settings.Aliases), shortID(c.id))
	if c.task != nil && c.config.Hostname != shortID(c.id) {
		more = append(more, c.config.Hostname)
	}
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// wantsRestart reports whether its policy starts it again after an exit.
func (c *container) wantsRestart(code int) bool {
	if c.stopped {
		return false
	}
	switch policy := c.host.RestartPolicy; policy.Name {
	case containertypes.RestartPolicyAlways, containertypes.RestartPolicyUnlessStopped:
		return true
	case containertypes.RestartPolicyOnFailure:
		return code != 0 && (policy.MaximumRetryCount == 0 || c.restarts < policy.MaximumRetryCount)
	}
	return false
}

// shownMAC is the MAC address that a container shows as its own.
func (c *container) shownMAC() string {
	if settings, ok := c.endpoints[c.madeOn()]; ok && c.config.MacAddress == "" {
		return settings.mac
	}
	return c.config.MacAddress
}

// madeOn is the name of the network that a container was made on.
func (c *container) madeOn() string {
	if c.host.NetworkMode.IsDefault() {
		return networktypes.NetworkBridge
	}
	return c.host.NetworkMode.NetworkName()
}
