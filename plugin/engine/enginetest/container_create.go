package enginetest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

func (s *containerStore) postContainer(w http.ResponseWriter, r *http.Request) error {
	req := containertypes.CreateRequest{}
	if err := api.ReadJSON(r, &req, true); err != nil {
		return err
	}
	if req.Config == nil {
		return s.release.refusals.noConfig.about()
	}
	warnings := []string{}
	if !s.release.macPerEndpoint {
		forgetEndpointMACs(&req)
	} else {
		warning, err := moveMAC(&req, versionOf(r))
		if err != nil {
			return err
		}
		if warning != "" {
			warnings = append(warnings, warning)
		}
	}
	c, err := s.add(r.FormValue("name"), req, versionOf(r))
	if err != nil {
		return err
	}
	if c.host.NetworkMode.IsHost() && len(c.host.PortBindings) > 0 {
		warnings = append(warnings, "Published ports are discarded when using host network mode")
	}
	return api.WriteJSON(w, http.StatusCreated, containertypes.CreateResponse{ID: c.id, Warnings: warnings})
}

// add makes a container. Without a name it makes one up.
func (s *containerStore) add(name string, req containertypes.CreateRequest, version apiVersion) (*container, error) {
	if req.HostConfig == nil {
		req.HostConfig = &containertypes.HostConfig{}
	}
	endpoints, err := wantedEndpoints(req, version)
	if err != nil {
		return nil, err
	}
	if err := checkNetworkMode(req.Config, req.HostConfig); err != nil {
		return nil, err
	}
	if err := s.networks.checkWanted(endpoints); err != nil {
		return nil, err
	}
	made, err := s.images.find(req.Config.Image)
	if err != nil {
		return nil, api.NotFound("No such image: %s", familiar(req.Config.Image))
	}
	c := &container{
		id:        newID(),
		name:      strings.TrimPrefix(name, "/"),
		created:   time.Now().UTC(),
		image:     made,
		config:    req.Config,
		host:      req.HostConfig,
		endpoints: endpoints,
		status:    containertypes.StateCreated,
		home:      s,
	}
	if err := mergeImage(c.config, made.config); err != nil {
		return nil, err
	}
	if c.name == "" {
		c.name = "unnamed_" + shortID(c.id)
	} else if err := s.checkName(name); err != nil {
		return nil, err
	}
	if other, err := s.find(c.host.NetworkMode.ConnectedContainer()); err == nil && c.host.NetworkMode.IsContainer() {
		c.host.NetworkMode = containertypes.NetworkMode("container:" + other.id)
	}
	if of := c.host.PidMode.Container(); of != "" && of != c.name { // recorded stacks have one that names itself
		other, err := s.find(of)
		if err != nil {
			return nil, api.BadRequest("%v", err)
		}
		c.host.PidMode = containertypes.PidMode("container:" + other.id)
	}
	c.applyDefaults(s.release)
	if err := s.keepLinks(c); err != nil {
		return nil, err
	}
	takenOver, err := s.takenOver(c.host.VolumesFrom)
	if err != nil {
		return nil, err
	}
	if c.mounts, err = s.volumes.mountsFor(takenOver, c.config, c.host); err != nil {
		return nil, err
	}
	s.byID[c.id] = c
	s.emit(c, "create")
	return c, nil
}

// takenOver are the mounts of the containers that a new one takes volumes from.
func (s *containerStore) takenOver(volumesFrom []string) ([]mount, error) {
	var mounts []mount
	for _, ref := range volumesFrom {
		name, mode, _ := strings.Cut(ref, ":")
		from, err := s.find(name)
		if err != nil {
			return nil, api.BadRequest("%v", err)
		}
		for _, m := range from.mounts {
			m.RW = m.RW && mode != "ro"
			m.held = false
			mounts = append(mounts, m)
		}
	}
	return mounts, nil
}

// forgetEndpointMACs is for calls, and engines, that know no MAC address of a
// connection.
func forgetEndpointMACs(req *containertypes.CreateRequest) {
	if req.NetworkingConfig == nil {
		return
	}
	for _, settings := range req.NetworkingConfig.EndpointsConfig {
		if settings != nil {
			settings.MacAddress = ""
		}
	}
}

// moveMAC gives the MAC address of a container that is to be made to its
// connection to the network that it is made on, where engines from 25 on keep it.
// They warn of a container that has one in calls that could name the connection.
func moveMAC(req *containertypes.CreateRequest, version apiVersion) (warning string, err error) {
	mac := req.Config.MacAddress
	req.Config.MacAddress = ""
	if !version.macPerEndpoint {
		forgetEndpointMACs(req)
	}
	switch {
	case mac == "":
		return "", nil
	case version.noContainerMAC:
		return "", api.BadRequest("container-wide MAC address no longer supported; use endpoint-specific MAC address instead")
	}
	mode := networktypes.NetworkBridge
	if req.HostConfig != nil && req.HostConfig.NetworkMode != "" && !req.HostConfig.NetworkMode.IsDefault() {
		mode = string(req.HostConfig.NetworkMode)
	}
	if mode == networktypes.NetworkBridge || containertypes.NetworkMode(mode).IsUserDefined() {
		settings, err := endpointForMAC(req, mode, version)
		if err != nil {
			return "", err
		}
		if settings.MacAddress != "" && settings.MacAddress != mac {
			return "", api.BadRequest("the container-wide MAC address must match the endpoint-specific MAC address " +
				"for the main network, or be left empty")
		}
		settings.MacAddress = mac
	} else if !version.macPerEndpoint {
		return "", api.BadRequest("conflicting options: mac-address and the network mode")
	}
	if version.macPerEndpoint {
		warning = "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead."
	}
	return warning, nil
}

// endpointForMAC is what a request has to say about the network that the
// container is made on.
func endpointForMAC(req *containertypes.CreateRequest, mode string, version apiVersion) (*networktypes.EndpointSettings, error) {
	if req.NetworkingConfig == nil || len(req.NetworkingConfig.EndpointsConfig) == 0 {
		settings := &networktypes.EndpointSettings{}
		req.NetworkingConfig = &networktypes.NetworkingConfig{EndpointsConfig: map[string]*networktypes.EndpointSettings{mode: settings}}
		return settings, nil
	}
	for name, settings := range req.NetworkingConfig.EndpointsConfig {
		if name == mode || !version.manyEndpoints {
			if settings == nil {
				settings = &networktypes.EndpointSettings{}
				req.NetworkingConfig.EndpointsConfig[name] = settings
			}
			return settings, nil
		}
	}
	return nil, api.BadRequest("unable to migrate container-wide MAC address to a specific network: " +
		"HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks")
}

// wantedEndpoints reads from a create request what networks the container
// shall be on once it starts. They need not exist yet.
func wantedEndpoints(req containertypes.CreateRequest, version apiVersion) (map[string]*endpoint, error) {
	endpoints := map[string]*endpoint{}
	if req.NetworkingConfig != nil {
		for name, settings := range req.NetworkingConfig.EndpointsConfig {
			if settings == nil {
				settings = &networktypes.EndpointSettings{}
			}
			if err := settings.IPAMConfig.Validate(); err != nil {
				return nil, api.BadRequest("invalid endpoint settings:\n%v", err)
			}
			if name == networktypes.NetworkDefault {
				name = networktypes.NetworkBridge
			}
			endpoints[name] = newEndpoint(settings)
		}
	}
	if len(endpoints) > 1 && !version.manyEndpoints {
		names := strings.Join(slices.Sorted(maps.Keys(endpoints)), ", ")
		return nil, api.BadRequest("Container cannot be connected to network endpoints: %s", names)
	}
	mode := req.HostConfig.NetworkMode
	if req.HostConfig.NetworkMode.IsContainer() {
		return map[string]*endpoint{}, nil
	}
	if mode == "" || mode.IsDefault() {
		mode = networktypes.NetworkBridge
	}
	if len(endpoints) == 0 {
		endpoints[string(mode)] = newEndpoint(&networktypes.EndpointSettings{})
	}
	return endpoints, nil
}

// checkNetworkMode refuses settings that do not go with the network of another
// container or of the host.
func checkNetworkMode(config *containertypes.Config, host *containertypes.HostConfig) error {
	mode := host.NetworkMode
	switch {
	case mode.IsContainer() && config.Hostname != "",
		mode.IsContainer() && config.Domainname != "":
		return api.BadRequest("conflicting options: hostname and the network mode")
	case (mode.IsContainer() || mode.IsHost()) && config.MacAddress != "":
		return api.BadRequest("conflicting options: mac-address and the network mode")
	case mode.IsContainer() && len(host.Links) > 0:
		return api.BadRequest("conflicting options: container type network can't be used with links. " +
			"This would result in undefined behavior")
	case mode.IsContainer() && (len(host.PortBindings) > 0 || host.PublishAllPorts):
		return api.BadRequest("conflicting options: port publishing and the container type network mode")
	case mode.IsContainer() && len(config.ExposedPorts) > 0:
		return api.BadRequest("conflicting options: port exposing and the container type network mode")
	case mode.IsHost() && len(host.Links) > 0:
		return api.BadRequest("conflicting options: host type networking can't be used with links. " +
			"This would result in undefined behavior")
	}
	return nil
}

// mergeImage fills what the request left open with what the image says.
func mergeImage(c, image *containertypes.Config) error {
	if c.User == "" {
		c.User = image.User
	}
	if c.WorkingDir == "" {
		c.WorkingDir = image.WorkingDir
	}
	if c.StopSignal == "" {
		c.StopSignal = image.StopSignal
	}
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = image.Cmd
		}
		if c.Entrypoint == nil {
			c.Entrypoint = image.Entrypoint
		}
	}
	if len(c.Entrypoint) == 1 && c.Entrypoint[0] == "" {
		c.Entrypoint = nil // asks for none although the image has one
	}
	if len(c.Entrypoint)+len(c.Cmd) == 0 {
		return api.BadRequest("No command specified")
	}
	for _, line := range image.Env {
		name, _, _ := strings.Cut(line, "=")
		if !slices.ContainsFunc(c.Env, func(own string) bool {
			key, _, _ := strings.Cut(own, "=")
			return key == name
		}) {
			c.Env = append(c.Env, line)
		}
	}
	c.Labels = merged(image.Labels, c.Labels)
	c.Volumes = merged(image.Volumes, c.Volumes)
	c.ExposedPorts = merged(image.ExposedPorts, c.ExposedPorts)
	return nil
}

// merged is a new map of both, where own wins.
func merged[M ~map[K]V, K comparable, V any](from, own M) M {
	both := make(M, len(from)+len(own))
	maps.Copy(both, from)
	maps.Copy(both, own)
	return both
}

// applyDefaults sets what the engine sets by itself.
func (c *container) applyDefaults(r release) {
	if c.config.Hostname == "" && !c.host.NetworkMode.IsHost() && !c.host.NetworkMode.IsContainer() {
		c.config.Hostname = shortID(c.id)
	}
	if c.host.NetworkMode == "" {
		c.host.NetworkMode = networktypes.NetworkDefault
	}
	if c.host.NetworkMode.IsDefault() && r.networkModeNamed {
		c.host.NetworkMode = networktypes.NetworkBridge
	}
	if c.host.RestartPolicy.Name == "" && r.restartPolicyNamed {
		c.host.RestartPolicy.Name = containertypes.RestartPolicyDisabled
	}
	if c.host.LogConfig.Type == "" {
		c.host.LogConfig.Type = "json-file"
	}
	if c.host.ShmSize == 0 {
		c.host.ShmSize = 64 << 20
	}
	if c.host.IpcMode == "" {
		c.host.IpcMode = containertypes.IPCModePrivate
	}
	if c.host.Runtime == "" {
		c.host.Runtime = "runc"
	}
}
