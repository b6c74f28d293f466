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

// Observe takes a snapshot of the engine, in which a project has what it claims,
// and looks up the images that refs name.
// It makes three calls at the same time, two where there are no refs, and one for
// each image of containers of which nothing else tells whether they are ours; then
// one more where a container has a MAC address of its own.
func (e *Engine) Observe(ctx context.Context, claim observed.Claim, refs []string) (*observed.Snapshot, error) {
	var (
		containers []container.Summary
		networks   []network.Summary
		images     []image.Summary
	)
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		containers, err = e.client.ContainerList(within, container.ListOptions{All: true})
		return explainLook(e, "its containers", err)
	})
	group.Go(func() (err error) {
		networks, err = e.client.NetworkList(within, network.ListOptions{})
		return explainLook(e, "its networks", err)
	})
	group.Go(func() (err error) {
		if len(refs) > 0 {
			images, err = e.client.ImageList(within, image.ListOptions{Filters: onlyNamed(refs)})
		}
		return explainLook(e, "its images", err)
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	e.subnets.note(networks)
	s := &observed.Snapshot{AttachAll: attachesAll(e.client), Images: resolveImages(refs, images)}
	for _, n := range networks {
		s.Networks = append(s.Networks, observedNetwork(n))
	}
	var ours []container.Summary
	for i, c := range containers {
		if isProber(c) {
			continue
		}
		of, err := e.facts.container(ctx, claim, c)
		if err != nil {
			return nil, e.explain(err)
		}
		of.Order = i
		s.Containers = append(s.Containers, of)
		if _, said := c.Labels[labels.Exposes]; said && of.Project != "" {
			ours = append(ours, c)
		}
	}
	s.ImagePorts = imagePorts(ours)
	claim.TakeAll(s.Containers)
	s.Sort()
	if s.AttachAll && slices.ContainsFunc(s.Containers, func(c observed.Container) bool { return c.MAC != "" }) {
		s.MACOnConnect = givesMACOnConnect(ctx, e.client)
	}
	return s, nil
}

// imagePorts is what images expose, by id, as containers made from them say. Anybody
// can write such a label: what is not as we write it, and what two say differently,
// is left for the engine to be asked.
func imagePorts(containers []container.Summary) map[string][]compose.Expose {
	said := map[string]string{}
	doubtful := map[string]bool{}
	for _, c := range containers {
		text, id := c.Labels[labels.Exposes], c.ImageID
		if before, ok := said[id]; ok && before != text || labels.PortsText(labels.ParsePorts(text)) != text {
			doubtful[id] = true
		}
		said[id] = text
	}
	ports := map[string][]compose.Expose{}
	for id, text := range said {
		if !doubtful[id] {
			ports[id] = labels.ParsePorts(text)
		}
	}
	return ports
}

// Containers lists the containers of a project, stopped ones too, by service and
// number; for the zero claim those of all projects, and of all that docker-compose
// 1.x made, whatever their directory. With states, only those that are in one of
// them: an engine tells of few much faster than of many. It makes one call, and those
// that Observe makes to find out which are ours.
func (e *Engine) Containers(ctx context.Context, claim observed.Claim, states ...string) ([]observed.Container, error) {
	filter := filters.NewArgs()
	for _, state := range states {
		filter.Add("status", state)
	}
	switch project := claim.Filter(); {
	case project != "":
		filter.Add("label", labels.Project+"="+project)
	case !claim.Adopt:
		filter.Add("label", labels.Project)
	}
	list, err := e.claimed(ctx, claim, filter)
	return slices.DeleteFunc(list, func(c observed.Container) bool {
		return c.Project == "" || claim.Project != "" && c.Project != claim.Project
	}), err
}

// Named is Containers of a project together with those that have its name, in
// their labels or their own, but are others: see observed.Claim.Refuses.
func (e *Engine) Named(ctx context.Context, claim observed.Claim) ([]observed.Container, error) {
	list, err := e.claimed(ctx, claim, filters.NewArgs())
	return slices.DeleteFunc(list, func(c observed.Container) bool {
		_, refused := claim.Refuses(&c)
		return c.Project != claim.Project && !refused
	}), err
}

// claimed lists containers, of which a project, or for the zero claim each, has
// what it claims. Those of other projects are left out, and what the prober made.
func (e *Engine) claimed(ctx context.Context, claim observed.Claim, filter filters.Args) ([]observed.Container, error) {
	found, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, explainLook(e, "its containers", err)
	}
	s := observed.Snapshot{}
	for _, c := range found {
		by, of := claim, c.Labels
		if claim.Project == "" {
			by = observed.Anywhere(of[labels.Project])
		}
		concerned := by.Concerns(containerName(c), of[labels.Project], of[labels.ComposeVersion])
		if labels.Ours(of) {
			concerned = of[labels.Project] == by.Project
		}
		if !concerned || isProber(c) {
			continue
		}
		made, err := e.facts.container(ctx, by, c)
		if err != nil {
			return nil, e.explain(err)
		}
		if claim.Project == "" {
			by.Take(&made)
		}
		s.Containers = append(s.Containers, made)
	}
	claim.TakeAll(s.Containers)
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
	return explainLook(e, "the names of its containers", group.Wait())
}

// mostNames is how many images are asked for by name: an engine compares each of its
// images with each name.
const mostNames = 100

// onlyNamed is the filter for the images that references name; empty where the list of
// all is needed. An engine 29 takes some milliseconds for each image that it lists: with
// forty, most of the time of a command that has nothing to do.
func onlyNamed(refs []string) filters.Args {
	names := filters.NewArgs()
	if len(refs) > mostNames {
		return names
	}
	for _, ref := range refs {
		named, err := reference.ParseDockerRef(ref)
		_, tagged := named.(reference.Tagged)
		if err != nil || !tagged || isHex(strings.TrimPrefix(ref, "sha256:")) {
			return filters.NewArgs() // an id has no name, and a digest is not filtered for by every engine
		}
		names.Add("reference", reference.FamiliarString(named))
	}
	return names
}

// isHex reports whether a text may be the beginning of an id.
func isHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }

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
