package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Observe takes a snapshot of the engine and looks up the images that refs name.
// It makes three calls at the same time, two where there are no refs, and one for
// each image of containers of which nothing else tells whether they are ours; then
// one more where a container has a MAC address of its own.
func (e *Engine) Observe(ctx context.Context, refs []string) (*observed.Snapshot, error) {
	var (
		containers []container.Summary
		networks   []network.Summary
		images     []image.Summary
	)
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		containers, err = e.client.ContainerList(within, container.ListOptions{All: true})
		return err
	})
	group.Go(func() (err error) {
		networks, err = e.client.NetworkList(within, network.ListOptions{})
		return err
	})
	group.Go(func() (err error) {
		if len(refs) > 0 {
			images, err = e.client.ImageList(within, image.ListOptions{})
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, e.explain(err)
	}
	e.subnets.note(networks)
	s := &observed.Snapshot{AttachAll: attachesAll(e.client), Images: resolveImages(refs, images), ImagePorts: map[string][]compose.Expose{}}
	for _, n := range networks {
		s.Networks = append(s.Networks, observedNetwork(n))
	}
	for i, c := range containers {
		if isProber(c) {
			continue
		}
		of, err := e.facts.container(ctx, c)
		if err != nil {
			return nil, e.explain(err)
		}
		of.Order = i
		s.Containers = append(s.Containers, of)
		if text, said := c.Labels[labels.Exposes]; said && of.Project != "" {
			s.ImagePorts[c.ImageID] = labels.ParsePorts(text)
		}
	}
	s.Sort()
	if s.AttachAll && slices.ContainsFunc(s.Containers, func(c observed.Container) bool { return c.MAC != "" }) {
		s.MACOnConnect = givesMACOnConnect(ctx, e.client)
	}
	return s, nil
}

// Containers lists the containers of a project, stopped ones too, by service and
// number; those of all projects where project is empty. It makes one call, and
// those that Observe makes to find out which are ours.
func (e *Engine) Containers(ctx context.Context, project string) ([]observed.Container, error) {
	list, err := e.Labelled(ctx, project)
	return slices.DeleteFunc(list, func(c observed.Container) bool { return c.Project == "" }), err
}

// Labelled is Containers together with those that have the labels of one, but
// are others: they are external, see observed.Container.CopyOf.
func (e *Engine) Labelled(ctx context.Context, project string) ([]observed.Container, error) {
	of := labels.Project
	if project != "" {
		of += "=" + project
	}
	found, err := e.client.ContainerList(ctx, container.ListOptions{
		All:     true,
		Filters: filters.NewArgs(filters.Arg("label", of), filters.Arg("label", labels.Fingerprint)),
	})
	if err != nil {
		return nil, e.explain(err)
	}
	s := observed.Snapshot{}
	for _, c := range found {
		if isProber(c) {
			continue
		}
		of, err := e.facts.container(ctx, c)
		if err != nil {
			return nil, e.explain(err)
		}
		s.Containers = append(s.Containers, of)
	}
	s.Sort()
	return s.Containers, nil
}

// Names fills in the names of containers, with a call for each, some at a time.
// Containers that are gone meanwhile keep what they have.
func (e *Engine) Names(ctx context.Context, containers ...*observed.Container) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, c := range containers {
		group.Go(func() error {
			details, err := e.client.ContainerInspect(within, c.ID)
			if err != nil {
				return ignoreNotFound(err)
			}
			addNames(c, details)
			return nil
		})
	}
	return e.explain(group.Wait())
}

// resolveImages finds the image that each reference names, as the engine would.
func resolveImages(refs []string, images []image.Summary) map[string]string {
	byName := map[string]string{}
	for _, i := range images {
		for _, name := range append(slices.Clone(i.RepoTags), i.RepoDigests...) {
			if named, err := reference.ParseDockerRef(name); err == nil {
				byName[named.String()] = i.ID
			}
		}
	}
	found := map[string]string{}
	for _, ref := range refs {
		if named, err := reference.ParseDockerRef(ref); err == nil {
			if id := byName[named.String()]; id != "" {
				found[ref] = id
				continue
			}
		}
		if id := byID(ref, images); id != "" {
			found[ref] = id
		}
	}
	return found
}

// byID finds an image by its id or the beginning of one; empty where none or
// several have it.
func byID(ref string, images []image.Summary) string {
	digits := strings.TrimPrefix(ref, "sha256:")
	if len(digits) < 4 {
		return ""
	}
	found := ""
	for _, i := range images {
		if strings.HasPrefix(strings.TrimPrefix(i.ID, "sha256:"), digits) {
			if found != "" {
				return ""
			}
			found = i.ID
		}
	}
	return found
}
