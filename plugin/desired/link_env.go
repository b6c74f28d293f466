package desired

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// ImageFacts is what an image, or an external container, says that link
// variables are made of, and the labels and volumes of an image.
type ImageFacts struct {
	ID      string // of the image
	Ports   []compose.Expose
	Env     []compose.Var
	Labels  map[string]string
	Volumes []string // paths in its containers that get volumes
}

// LinkSource is where the variables of one link come from. The names and the
// keys of the file are known when a plan is made; what an image says, when a
// container is made of it.
type LinkSource struct {
	Image     string // of the target, as containers name it; of an external container its id
	Container string // id of an external container; empty: the target is a service

	alias      string
	containers []string         // of the target, by name
	target     string           // the service, or the external container as people write it
	pos        compose.Pos      // of the link
	shared     bool             // the target uses another's network, so that only the alias leads to it
	ports      []compose.Expose // that the file exposes and publishes
	env        []compose.Var    // that the file sets
}

// addLinkEnv says what a container's link variables come from, and what they
// will say as far as that is known. A front reads none.
func (in Inputs) addLinkEnv(c *plan.Container, spec *ContainerSpec, s *compose.Service, replicas map[string][]int) {
	if spec.linkEnv = in.Options.LinkEnv; spec.linkEnv == linking.EnvNone || s.Fronts != "" {
		return
	}
	spec.links = in.linkSources(s, replicas)
	c.LinkEnv = in.linkEnvSums(spec.links)
	for _, src := range spec.links {
		if src.Container == "" {
			c.Reads = append(c.Reads, src.Image)
		}
	}
}

// linkSources lists the links of a service as sources of variables. A target
// without containers gives none (compose-v1.md 2.1).
func (in Inputs) linkSources(s *compose.Service, replicas map[string][]int) []LinkSource {
	var list []LinkSource
	for _, edge := range in.edges[s.Name] {
		if edge.Alias == "" {
			continue
		}
		src := LinkSource{alias: edge.Alias, target: linking.ExternalText(edge.To), pos: edge.Pos}
		if linking.IsExternal(edge.To) {
			external := in.Have.external(edge.To)
			if external == nil {
				continue
			}
			src.Container, src.Image = external.ID, external.ImageID
			src.containers = []string{linking.ExternalText(edge.To)}
			list = append(list, src)
			continue
		}
		target := in.Project.Service(edge.To)
		src.Image, src.ports, src.env = ImageOf(in.Project, target), filePorts(target), target.Environment
		switch {
		case edge.Target != edge.Owner: // one container of its own, by name
			src.containers = []string{edge.Target}
		case edge.Owner == edge.To:
			for _, number := range replicas[edge.To] {
				src.containers = append(src.containers, ContainerName(in.Project, target, number))
			}
		default:
			src.shared = len(replicas[edge.To]) > 0
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

// linkEnvSums sums up what the variables of links say, for a plan to compare, by
// alias; empty where it is not known yet. Which replicas the target has is no
// part of it, so that scaling it replaces no consumer.
func (in Inputs) linkEnvSums(sources []LinkSource) map[string]string {
	sums := map[string]string{}
	for _, src := range sources {
		facts, known := in.factsOf(src)
		text, summed := in.sums[src.key()]
		if !summed {
			text = linkEnvSum(src, facts, in.Options.LinkEnv)
		}
		in.sums[src.key()] = text
		if text != "" || !known {
			sums[src.alias] = text
		}
		if !known {
			sums[src.alias] = ""
		}
	}
	return sums
}

// linkKey is what the sum of a link's variables depends on, beside what is the same
// for all links.
type linkKey struct{ target, container, alias string }

func (src LinkSource) key() linkKey { return linkKey{src.target, src.Container, src.alias} }

// factsOf is what is known of a link's target.
func (in Inputs) factsOf(src LinkSource) (facts ImageFacts, known bool) {
	if src.Container != "" {
		return ImageFacts{ID: src.Image}, true
	}
	facts, known = in.Have.Facts[in.Have.Images[src.Image]]
	return facts, known
}

// UnknownImages lists the ids of images whose ports link variables need and
// that no label of a container names. Where nothing changed there are none.
func (in Inputs) UnknownImages() []string {
	if in.Options.LinkEnv == linking.EnvNone {
		return nil
	}
	var ids []string
	seen := map[string]bool{}
	for _, edge := range in.Topology.Edges {
		if edge.Alias == "" || linking.IsExternal(edge.To) {
			continue
		}
		id := in.Have.Images[ImageOf(in.Project, in.Project.Service(edge.To))]
		if _, known := in.Have.Facts[id]; id != "" && !known && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// linkEnvSum is what the variables of one link say in a form that can be
// compared; empty: nothing but a name. Of an external container, and of the
// environment of an image, the image's id stands for what a plan does not know.
func linkEnvSum(src LinkSource, facts ImageFacts, mode linking.EnvMode) string {
	link := linking.VariableLink{Alias: src.alias, Env: src.env}
	if src.Container == "" {
		link.Ports = slices.Concat(facts.Ports, src.ports)
	}
	said, nothing := sha256.New(), true // a range of ports gives tens of thousands of variables
	say := func(words ...string) {
		for _, word := range words {
			said.Write([]byte(word))
			nothing = nothing && word == ""
		}
	}
	for _, v := range linking.Variables("", []linking.VariableLink{link}, mode)[1:] {
		say(v.Name, "=", *v.Value, "\n")
	}
	if src.Container != "" || mode == linking.EnvFull {
		say(facts.ID)
	}
	if nothing {
		return ""
	}
	return hex.EncodeToString(said.Sum(nil)[:4])
}

// variableLinks lists the names that a link gives, with what the variables of each
// are made from.
func (src LinkSource) variableLinks(project string, of ImageFacts) []linking.VariableLink {
	if len(src.containers) == 0 && !src.shared {
		return nil
	}
	ports, env := slices.Concat(of.Ports, src.ports), slices.Concat(of.Env, src.env)
	var links []linking.VariableLink
	for _, alias := range linking.VariableNames(project, src.alias, src.containers) {
		links = append(links, linking.VariableLink{Alias: alias, Ports: ports, Env: env})
	}
	return links
}

// linkVariables works out the link variables of a container that is about to be
// made, and the sums of what they say. What the container's own environment or
// image sets is left out (compose-v1.md 2.6).
func (s ContainerSpec) linkVariables(name string, facts CreationFacts) ([]string, map[string]string) {
	if s.linkEnv == linking.EnvNone {
		return nil, nil
	}
	sums := map[string]string{}
	var links []linking.VariableLink
	for i, src := range s.links {
		if text := linkEnvSum(src, facts.Links[i], s.linkEnv); text != "" {
			sums[src.alias] = text
		}
		links = append(links, src.variableLinks(s.project, facts.Links[i])...)
	}
	taken := map[string]bool{}
	for _, v := range slices.Concat(facts.Image.Env, s.service.Environment) {
		taken[v.Name] = taken[v.Name] || v.Value != nil
	}
	vars := linking.Variables(name, links, s.linkEnv)
	return environment(slices.DeleteFunc(vars, func(v compose.Var) bool { return taken[v.Name] })), sums
}
