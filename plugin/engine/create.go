package engine

import (
	"context"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// createContainer makes a container, attached to as many of its networks as
// the engine takes at creation.
func (e *Engine) createContainer(ctx context.Context, a plan.CreateContainer) error {
	spec := a.Container.Spec.(containerSpec)
	config, err := e.containerConfig(ctx, a.Container, spec)
	if err != nil {
		return err
	}
	host := hostConfig(spec.service)
	joined := map[string]string{} // ids by name
	for i, name := range a.Container.SharesWith {
		joined[name] = e.id(a.SharesWith[i])
	}
	spec.joins.enter(host, joined)
	if spec.oneOff != nil {
		spec.oneOff.fit(config, host)
	}
	if a.Replaces != "" {
		if err := e.takeOverVolumes(ctx, a.Replaces, spec, config, host); err != nil {
			return err
		}
	}
	endpoints := map[string]*network.EndpointSettings{}
	switch net := spec.service.Net; {
	case spec.joins.net != "":
	case a.Container.CreatedOnExternal != "":
		host.NetworkMode = container.NetworkMode(a.Container.CreatedOnExternal)
	case len(spec.endpoints) > 0:
		host.NetworkMode = container.NetworkMode(spec.endpoints[0].network)
	default:
		host.NetworkMode = container.NetworkMode(netMode(net))
	}
	for i, at := range spec.endpoints {
		if e.attachesAll() || i == 0 && a.Container.CreatedOnExternal == "" {
			endpoints[at.network] = at.settings
		}
	}
	if a.Container.CreatedOnExternal != "" && e.attachesAll() {
		endpoints[a.Container.CreatedOnExternal] = &network.EndpointSettings{}
	}
	made, err := e.client.ContainerCreate(ctx, config, host, &network.NetworkingConfig{EndpointsConfig: endpoints}, nil, a.As)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.made[a.As] = made.ID
	return nil
}

// takeOverVolumes mounts the anonymous volumes of a container that is replaced
// where they were (compose-v1.md 3.8), unless the file says something else for
// the place.
func (e *Engine) takeOverVolumes(ctx context.Context, old string, spec containerSpec, config *container.Config, host *container.HostConfig) error {
	was, err := e.client.ContainerInspect(ctx, old)
	if err != nil {
		return ignoreNotFound(err)
	}
	anonymous := map[string]bool{} // places where the old container had one
	if was.Config != nil {
		for target := range was.Config.Volumes {
			anonymous[target] = true
		}
	}
	taken := map[string]bool{}
	for _, v := range spec.service.Volumes {
		if v.Host != "" {
			taken[v.Target] = true
		}
	}
	for _, m := range was.Mounts {
		if m.Type != mount.TypeVolume || taken[m.Destination] || !anonymous[m.Destination] || m.Name == "" {
			continue
		}
		host.Binds = append(host.Binds, bind(m.Name, m.Destination, ""))
		// The place stays declared, so that the next replacement finds it.
		config.Volumes[m.Destination] = struct{}{}
	}
	return nil
}
