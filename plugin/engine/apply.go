package engine

import (
	"context"
	"fmt"
	"maps"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Apply carries one action out. What is already as the action would have it
// (a container that is gone when it should be removed) is success: another run,
// or one that was cut off, may have been there before.
func (e *Engine) Apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	switch a := a.(type) {
	case plan.CreateNetwork:
		err = e.createNetwork(ctx, a.Network, a.Subnet)
	case plan.RemoveNetwork:
		err = ignoreNotFound(e.client.NetworkRemove(ctx, a.ID))
	case plan.CreateContainer:
		err = e.createContainer(ctx, a)
	case plan.RenameContainer:
		err = e.client.ContainerRename(ctx, e.id(a.Container), a.To)
	case plan.Connect:
		settings := connectSettings(a)
		if a.Address != "" {
			settings.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: a.Address}
		}
		err = e.client.NetworkConnect(ctx, a.Network.Name, e.id(a.Container), settings)
		if _, ours := a.Network.Spec.(networkSpec); a.Service == "" || !ours {
			err = ignoreNotFound(err) // others may have taken theirs away meanwhile
		}
	case plan.Disconnect:
		err = ignoreNotFound(e.client.NetworkDisconnect(ctx, a.Network, a.Container, false))
	case plan.StartContainer:
		err = e.client.ContainerStart(ctx, e.id(a.Container), container.StartOptions{})
	case plan.StopContainer:
		err = ignoreNotFound(e.client.ContainerStop(ctx, a.Container, container.StopOptions{Timeout: a.Timeout}))
	case plan.RestartContainer:
		err = e.client.ContainerRestart(ctx, a.Container, container.StopOptions{Timeout: a.Timeout})
	case plan.KillContainer:
		err = ignoreConflict(e.client.ContainerKill(ctx, a.Container, a.Signal))
	case plan.PauseContainer:
		err = e.client.ContainerPause(ctx, a.Container)
	case plan.UnpauseContainer:
		err = e.client.ContainerUnpause(ctx, a.Container)
	case plan.RemoveContainer:
		err = e.removeContainer(ctx, a)
	case plan.RemoveImage:
		_, err = e.client.ImageRemove(ctx, a.Ref, image.RemoveOptions{PruneChildren: true})
		if err = ignoreNotFound(err); err != nil && ignoreConflict(err) == nil {
			report(plan.Progress{Text: "it stays, for containers of others use it"})
			err = nil
		}
	default:
		err = fmt.Errorf("an action that this engine does not know: %T", a)
	}
	return e.explain(err)
}

// connectSettings gives a container its names on a network that it is attached
// to. On a network of another stack it needs none.
func connectSettings(a plan.Connect) *network.EndpointSettings {
	spec, ours := a.Network.Spec.(networkSpec)
	switch {
	case !ours:
		return &network.EndpointSettings{}
	case a.Service == "":
		return externalSettings(a.Name)
	default:
		return endpointSettings(spec.endpoints[a.Service], a.Service, a.Number)
	}
}

// ignoreNotFound takes "no such thing" for success.
func ignoreNotFound(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

// ignoreConflict takes "not running" and "no such thing" for success.
func ignoreConflict(err error) error {
	if errdefs.IsConflict(err) {
		return nil
	}
	return ignoreNotFound(err)
}

// id gives the id behind the address of a container: see plan.Action.
func (e *Engine) id(address string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id, ok := e.made[address]; ok {
		return id
	}
	return address
}

// containerConfig is config with what only the images say: link variables, and
// the labels that keep what they were made from.
func (e *Engine) containerConfig(ctx context.Context, c plan.Container, spec containerSpec) (*container.Config, error) {
	out := config(spec.service, c.Image, maps.Clone(spec.labels))
	facts, err := e.imageFacts(ctx, c.Image)
	if err != nil {
		return nil, err
	}
	out.Labels[labels.Exposes] = labels.PortsText(facts.ports)
	vars, told, err := e.linkVariables(ctx, spec, c.Name, facts)
	if err != nil {
		return nil, err
	}
	out.Env = append(vars, out.Env...)
	if told != nil {
		out.Labels[labels.LinkEnv] = labels.LinkEnvText(told)
	}
	return out, nil
}
