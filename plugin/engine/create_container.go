package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/desired"
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
	c := spec.Creation(a.Container, facts)
	networks := &network.NetworkingConfig{EndpointsConfig: c.Endpoints}
	made, err := e.client.ContainerCreate(ctx, c.Config, c.Host, networks, nil, a.As)
	if err != nil {
		return err
	}
	e.created.note(a.As, made.ID)
	for _, warning := range made.Warnings {
		report(plan.Progress{Text: "the engine warns: " + strings.TrimPrefix(warning, "WARNING: ")})
	}
	return nil
}

// addReplaced asks for the container that another replaces, and for what the
// containers have whose volumes either uses. Those that are gone give nothing.
func addReplaced(ctx context.Context, client Client, id string, spec desired.ContainerSpec, facts *desired.CreationFacts) error {
	was, err := client.ContainerInspect(ctx, id)
	if err != nil {
		return ignoreNotFound(err)
	}
	facts.Replaced = &was
	sources := spec.VolumesFrom(facts.SharesIDs)
	if was.HostConfig != nil {
		for _, from := range was.HostConfig.VolumesFrom {
			source, _, _ := strings.Cut(from, ":")
			sources = append(sources, source)
		}
	}
	slices.Sort(sources)
	for _, source := range slices.Compact(sources) {
		c, err := client.ContainerInspect(ctx, source)
		if err = ignoreNotFound(err); err != nil {
			return err
		}
		facts.From = append(facts.From, observedMounts(c.Mounts)...)
	}
	return nil
}
