package engine

import (
	"context"
	"strings"
	"sync"

	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
)

// factsCache keeps what was asked of images, by id and by the references that
// containers are made from. Its lock is held while the engine is asked, so that
// many containers of one image ask once.
type factsCache struct {
	client Client

	mu    sync.Mutex
	known map[string]desired.ImageFacts
}

// ImageFacts asks what images, by id, say about link variables. Those that are
// gone are left out.
func (e *Engine) ImageFacts(ctx context.Context, ids []string) (map[string]desired.ImageFacts, error) {
	found := map[string]desired.ImageFacts{}
	for _, id := range ids {
		facts, err := e.facts.ofImage(ctx, id)
		if err == nil {
			found[id] = facts
		} else if err = ignoreNotFound(err); err != nil {
			return nil, e.explain(err)
		}
	}
	return found, nil
}

// ofImage looks an image up by reference or id, once a run. A reference is
// looked up only when all images are there that the run makes.
func (f *factsCache) ofImage(ctx context.Context, ref string) (desired.ImageFacts, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if facts, ok := f.known[ref]; ok {
		return facts, nil
	}
	image, err := f.client.ImageInspect(ctx, ref)
	if err != nil {
		return desired.ImageFacts{}, err
	}
	facts := desired.ImageFacts{ID: image.ID}
	if image.Config != nil {
		for port := range image.Config.ExposedPorts {
			facts.Ports = append(facts.Ports, labels.Exposed(nat.Port(port)))
		}
		for path := range image.Config.Volumes {
			facts.Volumes = append(facts.Volumes, path)
		}
		facts.Env, facts.Labels = variables(image.Config.Env), image.Config.Labels
	}
	if f.known == nil {
		f.known = map[string]desired.ImageFacts{}
	}
	f.known[ref], f.known[facts.ID] = facts, facts
	return facts, nil
}

// ofSource is what the target of a link says. An image that is not there
// says nothing: its service is not brought up with the consumer.
func (f *factsCache) ofSource(ctx context.Context, src desired.LinkSource) (desired.ImageFacts, error) {
	if src.Container == "" {
		facts, err := f.ofImage(ctx, src.Image)
		return facts, ignoreNotFound(err)
	}
	c, err := f.client.ContainerInspect(ctx, src.Container)
	if err != nil || c.Config == nil {
		return desired.ImageFacts{}, ignoreNotFound(err)
	}
	facts := desired.ImageFacts{ID: src.Image, Env: variables(c.Config.Env)}
	for port := range c.Config.ExposedPorts {
		facts.Ports = append(facts.Ports, labels.Exposed(port))
	}
	return facts, nil
}

// variables reads NAME=VALUE entries.
func variables(env []string) []compose.Var {
	var vars []compose.Var
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		vars = append(vars, compose.Var{Name: name, Value: &value})
	}
	return vars
}
