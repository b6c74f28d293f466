package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Apply carries one action out. What is already as the action would have it
// (a container that is gone when it should be removed) is success: another run,
// or one that was cut off, may have been there before.
func (e *Engine) Apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	switch a := a.(type) {
	case plan.PullImage:
		err = e.pull(ctx, a.Image.Ref, report)
	case plan.BuildImage:
		err = e.build(ctx, a, report)
	case plan.PushImage:
		err = e.push(ctx, a.Image.Ref, a.As, report)
	case plan.CreateNetwork:
		err = e.createNetwork(ctx, a.Network, a.Subnet)
	case plan.RemoveNetwork:
		err = gone(e.client.NetworkRemove(ctx, a.ID))
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
			err = gone(err) // others may have taken theirs away meanwhile
		}
	case plan.Disconnect:
		err = gone(e.client.NetworkDisconnect(ctx, a.Network, a.Container, false))
	case plan.StartContainer:
		err = e.client.ContainerStart(ctx, e.id(a.Container), container.StartOptions{})
	case plan.StopContainer:
		err = gone(e.client.ContainerStop(ctx, a.Container, container.StopOptions{Timeout: a.Timeout}))
	case plan.RestartContainer:
		err = e.client.ContainerRestart(ctx, a.Container, container.StopOptions{Timeout: a.Timeout})
	case plan.KillContainer:
		err = over(e.client.ContainerKill(ctx, a.Container, a.Signal))
	case plan.PauseContainer:
		err = e.client.ContainerPause(ctx, a.Container)
	case plan.UnpauseContainer:
		err = e.client.ContainerUnpause(ctx, a.Container)
	case plan.RemoveContainer:
		err = e.removeContainer(ctx, a)
	case plan.RemoveImage:
		_, err = e.client.ImageRemove(ctx, a.Ref, image.RemoveOptions{PruneChildren: true})
		if err = gone(err); err != nil && over(err) == nil {
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
		return guestSettings(a.Name)
	default:
		return endpointSettings(spec.endpoints[a.Service], a.Service, a.Number)
	}
}

// gone takes "no such thing" for success.
func gone(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

// over takes "not running" and "no such thing" for success.
func over(err error) error {
	if errdefs.IsConflict(err) {
		return nil
	}
	return gone(err)
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

// createNetwork makes a network, on the given subnet or on the next free one.
// Somebody else may take that at the same moment; then it is the next one's
// turn.
func (e *Engine) createNetwork(ctx context.Context, n plan.Network, subnet string) error {
	spec := n.Spec.(networkSpec)
	options := network.CreateOptions{Driver: "bridge", Labels: spec.labels}
	if spec.kind == linking.Apart {
		options.Options = map[string]string{"com.docker.network.bridge.enable_icc": "false"}
	}
	for given := subnet != ""; ; {
		if !given {
			var err error
			if subnet, err = e.nextSubnet(n.Size, spec.labels[labelProject]); err != nil {
				return err
			}
		}
		options.IPAM = &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet}}}
		_, err := e.client.NetworkCreate(ctx, n.Name, options)
		if given || err == nil || !overlaps(err) {
			return err
		}
	}
}

func (e *Engine) nextSubnet(size int, user string) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, err := e.subnets.next(size)
	if err != nil {
		return "", err
	}
	e.subnets.use(p, user)
	return p.String(), nil
}

// overlaps tells whether the engine refused a subnet because it is in use. It
// has no other word for it than its text (libnetwork's ipam and bridge driver).
func overlaps(err error) bool {
	text := err.Error()
	return strings.Contains(text, "Pool overlaps") || strings.Contains(text, "conflicts with network")
}

// containerConfig is config with what only the images say: link variables, and
// the labels that keep what they were made from.
func (e *Engine) containerConfig(ctx context.Context, c plan.Container, spec containerSpec) (*container.Config, error) {
	out := config(spec.service, c.Image, maps.Clone(spec.labels))
	facts, err := e.imageFacts(ctx, c.Image)
	if err != nil {
		return nil, err
	}
	out.Labels[labelExposes] = facts.exposes()
	vars, told, err := e.linkVariables(ctx, spec, c.Name, facts)
	if err != nil {
		return nil, err
	}
	out.Env = append(vars, out.Env...)
	if told != nil {
		out.Labels[labelTold] = toldText(told)
	}
	return out, nil
}

func (e *Engine) createContainer(ctx context.Context, a plan.CreateContainer) error {
	spec := a.Container.Spec.(containerSpec)
	config, err := e.containerConfig(ctx, a.Container, spec)
	if err != nil {
		return err
	}
	host := hostConfig(spec.service)
	if err := inlineSeccomp(host.SecurityOpt); err != nil {
		return err
	}
	joined := map[string]string{} // ids by name
	for i, name := range a.Container.Joins {
		joined[name] = e.id(a.Joins[i])
	}
	for _, v := range spec.volumesFrom {
		host.VolumesFrom = append(host.VolumesFrom, idOr(joined, v.container)+mode(v.readOnly))
	}
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
	case spec.sharesNet != "":
		host.NetworkMode = container.NetworkMode("container:" + idOr(joined, spec.sharesNet))
	case a.Container.Elsewhere != "":
		host.NetworkMode = container.NetworkMode(a.Container.Elsewhere)
	case len(spec.endpoints) > 0:
		host.NetworkMode = container.NetworkMode(spec.endpoints[0].network)
	default:
		host.NetworkMode = container.NetworkMode(netMode(net))
	}
	for i, at := range spec.endpoints {
		if e.attachesAll() || i == 0 && a.Container.Elsewhere == "" {
			endpoints[at.network] = at.settings
		}
	}
	if a.Container.Elsewhere != "" && e.attachesAll() {
		endpoints[a.Container.Elsewhere] = &network.EndpointSettings{}
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

func idOr(ids map[string]string, name string) string {
	if id, ok := ids[name]; ok {
		return id
	}
	return name
}

func mode(readOnly bool) string {
	if readOnly {
		return ":ro"
	}
	return ":rw"
}

// takeOverVolumes mounts the anonymous volumes of a container that is replaced
// where they were (compose-v1.md 3.8), unless the file says something else for
// the place.
func (e *Engine) takeOverVolumes(ctx context.Context, old string, spec containerSpec, config *container.Config, host *container.HostConfig) error {
	was, err := e.client.ContainerInspect(ctx, old)
	if err != nil {
		return gone(err)
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

// inlineSeccomp puts the text of seccomp profiles in place of their files'
// names, for the engine can't read this machine's files.
func inlineSeccomp(options []string) error {
	for i, o := range options {
		_, file, ok := strings.Cut(strings.Replace(o, "seccomp=", "seccomp:", 1), "seccomp:")
		if !ok || file == "unconfined" || strings.HasPrefix(strings.TrimSpace(file), "{") {
			continue
		}
		profile, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("security_opt: no seccomp profile %s", file)
		}
		if err != nil {
			return err
		}
		options[i] = "seccomp=" + string(profile)
	}
	return nil
}
