package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// createContainer makes a container, after asking what only images and other
// containers know. It reports what the engine warns of: settings that it drops.
func createContainer(ctx context.Context, e *Engine, a plan.CreateContainer, report func(plan.Progress)) error {
	spec := a.Container.Spec.(desired.ContainerSpec)
	facts := desired.CreationFacts{SharesIDs: map[string]string{}, AttachAll: attachesAll(e.client)}
	var err error
	if facts.Image, err = e.facts.ofImage(ctx, a.Container.Image); err != nil {
		return err
	}
	for _, src := range spec.LinkSources() {
		of, err := e.facts.ofSource(ctx, src)
		if err != nil {
			return err
		}
		facts.Links = append(facts.Links, of)
	}
	if err := spec.CheckLinkEnv(facts.Links); err != nil {
		return err
	}
	for i, name := range a.Container.SharesWith {
		facts.SharesIDs[name] = e.created.id(a.SharesWith[i])
	}
	if a.Replaces != "" {
		if err := addReplaced(ctx, e.client, a.Replaces, spec, &facts); err != nil {
			return err
		}
	}
	if err := addHeld(ctx, e.client, a.Holders, spec, &facts); err != nil {
		return err
	}
	c := spec.Creation(a.Container, facts)
	for _, m := range c.Taken {
		report(plan.Progress{Text: m.Target + ": given the volume that others still have, " + m.Volume})
	}
	for _, m := range lostVolumes(facts, c) {
		used, err := inUse(ctx, e.client, m.Volume, a.Replaces)
		if err != nil {
			return err
		}
		if !used {
			report(plan.Progress{Text: m.Target + ": the volume that it had there is kept, and no container uses it any more: " + m.Volume})
		}
	}
	if err := makeVolumes(ctx, e.client, spec); err != nil {
		return err
	}
	networks := &network.NetworkingConfig{EndpointsConfig: c.Endpoints}
	made, err := e.client.ContainerCreate(ctx, c.Config, c.Host, networks, platformOf(spec.Platform()), a.As)
	if err == nil && made.ID == "" {
		err = errNoID
	}
	if err != nil {
		return err
	}
	if err := putFiles(ctx, e.client, made.ID, spec.Files()); err != nil {
		_ = e.client.ContainerRemove(context.WithoutCancel(ctx), made.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
		return err
	}
	e.created.note(a.As, made.ID)
	for _, warning := range made.Warnings {
		report(plan.Progress{Text: "the engine warns: " + strings.TrimPrefix(warning, "WARNING: ")})
	}
	return nil
}

// addReplaced asks for the container that another replaces, and for what the
// containers have whose volumes either uses. Of the latter those that are gone give
// nothing; the former has the data: where it is gone, another has it now.
func addReplaced(ctx context.Context, client Client, id string, spec desired.ContainerSpec, facts *desired.CreationFacts) error {
	was, err := client.ContainerInspect(ctx, id)
	if err != nil {
		return err
	}
	facts.Replaced = &was
	sources := spec.VolumesFrom(facts.SharesIDs)
	if was.HostConfig != nil {
		for _, from := range was.HostConfig.VolumesFrom {
			source, _, _ := strings.Cut(from, ":")
			sources = append(sources, source)
		}
	}
	facts.From, err = mountsOf(ctx, client, sources)
	return err
}

// addHeld asks for what those have that used the volumes of a container that is
// gone, and for what it gets from others anyway.
func addHeld(ctx context.Context, client Client, holders []string, spec desired.ContainerSpec, facts *desired.CreationFacts) (err error) {
	if len(holders) == 0 {
		return nil
	}
	if facts.From, err = mountsOf(ctx, client, spec.VolumesFrom(facts.SharesIDs)); err != nil {
		return err
	}
	for _, id := range holders {
		held, err := mountsOf(ctx, client, []string{id})
		if err != nil {
			return err
		}
		facts.Held = append(facts.Held, held...)
	}
	return nil
}

// mountsOf asks for what containers mount. Those that are gone give nothing.
func mountsOf(ctx context.Context, client Client, containers []string) ([]observed.Mount, error) {
	var mounts []observed.Mount
	slices.Sort(containers)
	for _, id := range slices.Compact(containers) {
		c, err := client.ContainerInspect(ctx, id)
		if err = ignoreNotFound(err); err != nil {
			return nil, err
		}
		mounts = append(mounts, observedMounts(c.Mounts)...)
	}
	return mounts, nil
}

// lostVolumes lists the anonymous volumes of a container that is replaced that the
// new one does not get.
func lostVolumes(facts desired.CreationFacts, c desired.Creation) []observed.Mount {
	if facts.Replaced == nil {
		return nil
	}
	return slices.DeleteFunc(observedMounts(facts.Replaced.Mounts), func(m observed.Mount) bool {
		kept := slices.ContainsFunc(c.Host.Binds, func(bind string) bool { return strings.HasPrefix(bind, m.Volume+":") })
		return !m.Anonymous() || kept || slices.ContainsFunc(facts.From, func(o observed.Mount) bool { return o.Volume == m.Volume })
	})
}

// inUse reports whether another container than the one of an id has a volume.
func inUse(ctx context.Context, client Client, volume, but string) (bool, error) {
	list, err := client.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("volume", volume))})
	return slices.ContainsFunc(list, func(c container.Summary) bool { return c.ID != but }), err
}
