package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/docker/go-connections/nat"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// linkSource is where the variables of one link come from. The names and the
// keys of the file are known when a plan is made; what an image says, when a
// container is made of it.
type linkSource struct {
	alias      string
	containers []string         // of the target, by name
	shared     bool             // the target uses another's network, so that only the alias leads to it
	image      string           // of the target, as containers name it; of a container outside its id
	outside    string           // id of a container outside; empty: the target is a service
	ports      []compose.Expose // that the file exposes and publishes
	env        []compose.Var    // that the file sets
}

// linkSources lists the links of a service as sources of variables. A target
// without containers gives none (compose-v1.md 2.1).
func linkSources(p *compose.Project, t *linking.Topology, s *compose.Service, have plan.Have, replicas map[string][]int) []linkSource {
	var list []linkSource
	for _, tie := range t.Edges {
		if tie.From != s.Name || tie.Alias == "" {
			continue
		}
		src := linkSource{alias: tie.Alias}
		if linking.IsExternal(tie.To) {
			i := slices.IndexFunc(have.Externals, func(s plan.External) bool { return means(tie.To, s) })
			if i < 0 {
				continue
			}
			outside := have.Externals[i]
			src.outside, src.image = outside.ID, externalOf(outside).imageID
			src.containers = []string{linking.ExternalText(tie.To)}
			list = append(list, src)
			continue
		}
		target := p.Service(tie.To)
		src.image, src.ports, src.env = desired.ImageOf(p, target), filePorts(target), target.Environment
		switch {
		case tie.Target != tie.Owner: // one container of its own, by name
			src.containers = []string{tie.Target}
		case tie.Owner == tie.To:
			for _, number := range replicas[tie.To] {
				src.containers = append(src.containers, ContainerName(p, target, number))
			}
		default:
			src.shared = len(replicas[tie.To]) > 0
		}
		list = append(list, src)
	}
	return list
}

// filePorts lists the ports that a service exposes or publishes in the file.
func filePorts(s *compose.Service) []compose.Expose {
	list := slices.Clone(s.Expose)
	for _, port := range s.Ports {
		list = append(list, compose.Expose{First: port.First, Last: port.Last, Proto: port.Proto})
	}
	return list
}

// told sums up what the variables of links say, for a plan to compare, by
// alias; empty where it is not known yet. Which replicas the target has is no
// part of it, so that scaling it replaces no consumer.
func (e *Engine) told(sources []linkSource, have plan.Have) map[string]string {
	if e.options.LinkEnv == linking.EnvNone {
		return nil
	}
	told := map[string]string{}
	for _, src := range sources {
		facts, known := imageFacts{id: src.image}, true
		if src.outside == "" {
			facts, known = e.known(have, have.Images[src.image])
		}
		if text := e.sumUp(src, facts); text != "" || !known {
			told[src.alias] = text
		}
		if !known {
			told[src.alias] = ""
		}
	}
	return told
}

// sumUp is what the variables of one link say in a form that can be compared;
// empty: nothing but a name. Of a container outside, and of the environment of
// an image, the image's id stands for what a plan does not know.
func (e *Engine) sumUp(src linkSource, facts imageFacts) string {
	link := linking.VariableLink{Alias: src.alias, Env: src.env}
	text := ""
	if src.outside == "" {
		link.Ports = slices.Concat(facts.ports, src.ports)
	}
	for _, v := range linking.Variables("", []linking.VariableLink{link}, e.options.LinkEnv)[1:] {
		text += v.Name + "=" + *v.Value + "\n"
	}
	if src.outside != "" || e.options.LinkEnv == linking.EnvFull {
		text += facts.id
	}
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// known gives the ports that an image exposes: from what containers made of it
// say, or from what was learned.
func (e *Engine) known(have plan.Have, imageID string) (imageFacts, bool) {
	if text, ok := beyondOf(have).exposes[imageID]; ok {
		return imageFacts{id: imageID, ports: labels.ParsePorts(text)}, true
	}
	e.images.mu.Lock()
	defer e.images.mu.Unlock()
	facts, ok := e.images.known[imageID]
	return facts, ok
}

// LoadImageFacts asks for what is said about link variables by images that no container
// tells of. Where nothing changed there are none, and no call is made.
func (e *Engine) LoadImageFacts(ctx context.Context, p *compose.Project, t *linking.Topology, have plan.Have) error {
	if e.options.LinkEnv == linking.EnvNone {
		return nil
	}
	for _, tie := range t.Edges {
		if tie.Alias == "" || linking.IsExternal(tie.To) {
			continue
		}
		id := have.Images[desired.ImageOf(p, p.Service(tie.To))]
		if _, known := e.known(have, id); id == "" || known {
			continue
		}
		if _, err := e.imageFacts(ctx, id); err != nil && !errdefs.IsNotFound(err) {
			return e.explain(err)
		}
	}
	return nil
}

// imageFacts is what an image says that link variables are made of.
type imageFacts struct {
	id    string
	ports []compose.Expose
	env   []compose.Var
}

// imageCache keeps what was learned of images, by id and by the references
// that containers were made from.
type imageCache struct {
	mu    sync.Mutex
	known map[string]imageFacts
}

// imageFacts looks an image up by reference or id, once a run. A reference is
// looked up only when all images are there that the run makes.
func (e *Engine) imageFacts(ctx context.Context, ref string) (imageFacts, error) {
	e.images.mu.Lock()
	defer e.images.mu.Unlock()
	if facts, ok := e.images.known[ref]; ok {
		return facts, nil
	}
	image, err := e.client.ImageInspect(ctx, ref)
	if err != nil {
		return imageFacts{}, err
	}
	facts := imageFacts{id: image.ID}
	if image.Config != nil {
		for port := range image.Config.ExposedPorts {
			facts.ports = append(facts.ports, labels.Exposed(nat.Port(port)))
		}
		facts.env = variables(image.Config.Env)
	}
	if e.images.known == nil {
		e.images.known = map[string]imageFacts{}
	}
	e.images.known[ref], e.images.known[facts.id] = facts, facts
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

// linkVariables works out the link variables of a container that is about to be
// made, and what they were told from. What the container's own environment or
// image sets is left out (compose-v1.md 2.6).
func (e *Engine) linkVariables(ctx context.Context, spec containerSpec, name string, own imageFacts) ([]string, map[string]string, error) {
	if e.options.LinkEnv == linking.EnvNone {
		return nil, nil, nil
	}
	told := map[string]string{}
	var links []linking.VariableLink
	for _, src := range spec.links {
		facts, err := e.sourceFacts(ctx, src)
		if err != nil {
			return nil, nil, err
		}
		if text := e.sumUp(src, facts); text != "" {
			told[src.alias] = text
		}
		if len(src.containers) == 0 && !src.shared {
			continue
		}
		env := slices.Concat(facts.env, src.env)
		for _, alias := range linking.VariableNames(spec.project, src.alias, src.containers) {
			links = append(links, linking.VariableLink{Alias: alias, Ports: slices.Concat(facts.ports, src.ports), Env: env})
		}
	}
	taken := map[string]bool{}
	for _, v := range slices.Concat(own.env, spec.service.Environment) {
		taken[v.Name] = taken[v.Name] || v.Value != nil
	}
	vars := linking.Variables(name, links, e.options.LinkEnv)
	return environment(slices.DeleteFunc(vars, func(v compose.Var) bool { return taken[v.Name] })), told, nil
}

// sourceFacts is what the target of a link says. An image that is not there
// says nothing: its service is not brought up with the consumer.
func (e *Engine) sourceFacts(ctx context.Context, src linkSource) (imageFacts, error) {
	if src.outside == "" {
		facts, err := e.imageFacts(ctx, src.image)
		return facts, ignoreNotFound(err)
	}
	c, err := e.client.ContainerInspect(ctx, src.outside)
	if err != nil || c.Config == nil {
		return imageFacts{}, ignoreNotFound(err)
	}
	facts := imageFacts{id: src.image, env: variables(c.Config.Env)}
	for port := range c.Config.ExposedPorts {
		facts.ports = append(facts.ports, labels.Exposed(port))
	}
	return facts, nil
}
