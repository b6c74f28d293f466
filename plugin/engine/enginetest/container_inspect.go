package enginetest

import (
	"net/http"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/storage"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

func (s *containerStore) getContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	argv := c.argv()
	config := *c.config
	config.MacAddress = c.shownMAC()
	host := *c.host
	host.Links = c.shownLinks()
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
			HostConfig:   &host,
			GraphDriver:  storage.DriverData{Name: "memory"},
			ExecIDs:      s.execs.pendingExecs(c),
		},
		Config: &config,
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
	return api.WriteJSON(w, http.StatusOK, resp)
}
