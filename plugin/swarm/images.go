package swarm

import (
	"context"
	"slices"
	"strings"

	"github.com/distribution/reference"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// pinned says how the image of a service gets its digest.
type pinned struct {
	auth  string // for the registry and the nodes
	query bool   // the registry is asked
}

// pin has all nodes run the same image: the manager's engine asks the registry for the
// digest of a name, where that is not known. A service that asks for the same name as now
// keeps the digest that it has, unless it is to be made anew or the engine has another
// image under the name: what was pushed or pulled since is not what it is updated to when
// something else of it changes.
func (m *Manager) pin(ctx context.Context, of plan.Managed, spec, now *api.ServiceSpec) (p pinned, err error) {
	c := spec.TaskTemplate.ContainerSpec
	if c == nil {
		return p, nil
	}
	if of.Here {
		image, err := m.client.ImageInspect(ctx, c.Image)
		if err == nil {
			c.Image = image.ID
		}
		return p, err
	}
	if m.options.RegistryAuth != nil {
		p.auth, _ = m.options.RegistryAuth(c.Image) // without it the registry says what is missing
	}
	if _, digest := cutDigest(c.Image); digest != "" || strings.HasPrefix(c.Image, "sha256:") {
		return p, nil
	}
	if now == nil || now.TaskTemplate.ContainerSpec == nil {
		p.query = true
		return p, nil
	}
	before := now.TaskTemplate.ContainerSpec.Image
	ref, digest := cutDigest(before)
	p.query = tagged(c.Image) != tagged(ref) || digest == "" || spec.TaskTemplate.ForceUpdate != now.TaskTemplate.ForceUpdate || m.hasOther(ctx, ref, digest)
	if p.query {
		return p, nil
	}
	c.Image = before
	if was := now.TaskTemplate.Placement; was != nil && len(was.Platforms) > 0 {
		if spec.TaskTemplate.Placement == nil {
			spec.TaskTemplate.Placement = &api.Placement{}
		}
		spec.TaskTemplate.Placement.Platforms = was.Platforms
	}
	return p, nil
}

// hasOther reports whether the engine has an image under a name, from a registry, that has
// another digest there.
func (m *Manager) hasOther(ctx context.Context, ref, digest string) bool {
	image, err := m.client.ImageInspect(ctx, ref)
	if err != nil {
		return false
	}
	name := nameOf(ref)
	of := slices.DeleteFunc(slices.Clone(image.RepoDigests), func(d string) bool { n, _ := cutDigest(d); return nameOf(n) != name })
	return len(of) > 0 && !slices.ContainsFunc(of, func(d string) bool { _, has := cutDigest(d); return has == digest })
}

// tagged is a reference with its tag, in one form.
func tagged(ref string) string {
	if named, err := reference.ParseNormalizedNamed(ref); err == nil {
		return reference.TagNameOnly(named).String()
	}
	return ref
}

// nameOf is the name of a reference without its tag, in one form.
func nameOf(ref string) string {
	if named, err := reference.ParseNormalizedNamed(ref); err == nil {
		return named.Name()
	}
	return ref
}

// warn reports that the digest of an image is not known, once.
func (m *Manager) warn(image string, warnings []string, report func(plan.Progress)) {
	for _, w := range warnings {
		text := strings.Join(strings.Fields(w), " ")
		if strings.Contains(text, "could not be accessed on a registry") {
			text = "no registry tells the digest of " + image + ": each node takes what it has under that name, or pulls it"
		}
		m.mu.Lock()
		known := m.unpinned[text]
		m.unpinned[text] = true
		m.mu.Unlock()
		if !known {
			report(plan.Progress{Text: text})
		}
	}
}
