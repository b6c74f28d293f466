package enginetest

import (
	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/storage"
	"github.com/docker/go-connections/nat"
	"net/http"
	"slices"
	"time"
)

func (e *Engine) inspectContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	argv := c.argv()
	resp := containertypes.InspectResponse{
		ContainerJSONBase: &containertypes.ContainerJSONBase{
			ID:           c.id,
			Created:      c.created.Format(time.RFC3339Nano),
			Path:         argv[0],
			Args:         append([]string{}, argv[1:]...),
			State:        c.state(),
			Image:        c.image.id,
			Name:         "/" + c.name,
			RestartCount: c.restarts,
			Driver:       "memory",
			Platform:     "linux",
			HostConfig:   c.host,
			GraphDriver:  storage.DriverData{Name: "memory"},
			ExecIDs:      e.runningExecs(c),
		},
		Config: c.config,
		Mounts: c.mountPoints(),
		NetworkSettings: &containertypes.NetworkSettings{
			NetworkSettingsBase: containertypes.NetworkSettingsBase{Ports: c.portMap()},
			Networks:            map[string]*networktypes.EndpointSettings{},
		},
	}
	for name, settings := range c.endpoints {
		resp.NetworkSettings.Networks[name] = c.shownEndpoint(settings, versionOf(r))
		if name == networktypes.NetworkBridge {
			resp.NetworkSettings.IPAddress = settings.IPAddress
			resp.NetworkSettings.IPPrefixLen = settings.IPPrefixLen
			resp.NetworkSettings.Gateway = settings.Gateway
			resp.NetworkSettings.MacAddress = settings.MacAddress
			resp.NetworkSettings.EndpointID = settings.EndpointID
		}
	}
	if c.runs > 0 {
		resp.NetworkSettings.SandboxKey = "/var/run/docker/netns/" + shortID(c.id)
		resp.LogPath = "/var/lib/docker/containers/" + c.id + "/" + c.id + "-json.log"
	}
	return writeJSON(w, http.StatusOK, resp)
}

func (c *container) state() *containertypes.State {
	return &containertypes.State{
		Status:     c.status,
		Running:    c.running() || c.status == containertypes.StateRestarting,
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
func (c *container) shownEndpoint(settings *networktypes.EndpointSettings, version apiVersion) *networktypes.EndpointSettings {
	shown := settings.Copy()
	shown.DNSNames = nil
	if settings.NetworkID == "" || predefined(settings.NetworkID) {
		return shown
	}
	if !version.dnsNames {
		if !slices.Contains(shown.Aliases, shortID(c.id)) {
			shown.Aliases = append(shown.Aliases, shortID(c.id))
		}
		return shown
	}
	shown.DNSNames = c.dnsNames(settings)
	return shown
}

// portMap lists the ports of a running container: the published with where,
// the others with nothing. A container at rest has none.
func (c *container) portMap() nat.PortMap {
	ports := nat.PortMap{}
	if !c.running() {
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

// waitContainer answers once the condition holds, but sends its header at
// once, so that the client knows that the wait began.
func (e *Engine) waitContainer(w http.ResponseWriter, r *http.Request) error {
	condition := containertypes.WaitCondition(r.FormValue("condition"))
	switch condition {
	case "", containertypes.WaitConditionNotRunning, containertypes.WaitConditionNextExit, containertypes.WaitConditionRemoved:
	default:
		return badRequest("invalid condition: %q", condition)
	}
	var c *container
	exits := 0
	if err := e.lock.hold(func() (err error) {
		if c, err = e.findContainer(r.PathValue("id")); err == nil {
			exits = c.exits
		}
		return err
	}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	flush(w)
	code := 0
	met := e.lock.await(r, func() bool {
		code = c.exitCode
		switch condition {
		case containertypes.WaitConditionNextExit:
			return c.exits > exits || c.removed
		case containertypes.WaitConditionRemoved:
			return c.removed
		}
		return !c.running() && c.status != containertypes.StateRestarting || c.removed
	})
	if !met {
		return nil
	}
	return writeJSON(discardStatus{w}, http.StatusOK, containertypes.WaitResponse{StatusCode: int64(code)})
}

// discardStatus is for an answer whose status has been sent.
type discardStatus struct{ http.ResponseWriter }

func (discardStatus) WriteHeader(int) {}
