package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Scale is how many replicas each service is to have, by service.
type Scale map[string]int

// KeepScale is the scale that a stack has, with one replica of every service
// that has none, and with what wanted says instead where it says something.
func KeepScale(p *compose.Project, have plan.Have, wanted Scale) Scale {
	scale := Scale{}
	for _, s := range p.Services {
		scale[s.Name] = max(1, len(numbers(have, s.Name)))
		if n, ok := wanted[s.Name]; ok {
			scale[s.Name] = n
		}
	}
	return scale
}

// numbers lists the numbers that the replicas of a service have.
func numbers(have plan.Have, service string) []int {
	var found []int
	for _, c := range have.Containers {
		if c.Service == service && !c.OneOff && !slices.Contains(found, c.Number) {
			found = append(found, c.Number)
		}
	}
	return found
}

// ContainerName is the name of a replica of a service (compose-v1.md 3.5).
func ContainerName(p *compose.Project, s *compose.Service, number int) string {
	if s.ContainerName != "" {
		return s.ContainerName
	}
	return strings.TrimLeft(p.Name, "-_") + "_" + s.Name + "_" + strconv.Itoa(number)
}

func networkName(p *compose.Project, name string) string { return p.Name + "_" + name }

// Desired is the stack that a project and its topology describe, at a scale,
// next to what there is: replicas keep the numbers that they have. Images are
// those of desired.Images. It calls nothing. The error is of type compose.Errors: a scale that the file rules out.
func (e *Engine) Desired(p *compose.Project, t *linking.Topology, have plan.Have, scale Scale, images []plan.Image) (plan.Want, error) {
	if err := checkScale(p, scale); err != nil {
		return plan.Want{}, err
	}
	want := plan.Want{Project: p.Name, Images: images}
	replicas := map[string][]int{}
	for _, s := range p.Services {
		want.Services = append(want.Services, s.Name)
		replicas[s.Name] = plan.Numbers(numbers(have, s.Name), scale[s.Name])
	}
	for _, n := range t.Networks {
		want.Networks = append(want.Networks, e.network(p, t, n, replicas, have))
	}
	for _, name := range t.Order() {
		s := p.Service(name)
		for _, number := range replicas[name] {
			c := e.replica(p, t, s, number, replicas)
			e.addExternals(&c, p, t, s, have, scale, replicas)
			want.Containers = append(want.Containers, c)
		}
	}
	return want, nil
}

// networkSpec is what a network is made from.
type networkSpec struct {
	kind      linking.Kind
	labels    map[string]string
	endpoints map[string]linking.Endpoint // by service
}

func (e *Engine) network(p *compose.Project, t *linking.Topology, n linking.Network, replicas map[string][]int, have plan.Have) plan.Network {
	spec := networkSpec{kind: n.Kind, endpoints: map[string]linking.Endpoint{}}
	out := plan.Network{
		Name: networkName(p, n.Name), Settings: settingsText(string(n.Kind), n.Externals), Wiring: map[string]string{},
		Externals: meant(n.Externals, have.Externals), Purpose: purpose(t, n),
	}
	out.Size = len(out.Externals)
	for _, member := range n.Members {
		for _, endpoint := range t.Service(member).Endpoints {
			if endpoint.Network == n.Name {
				spec.endpoints[member] = endpoint
				out.Wiring[member] = labels.EndpointText(endpoint)
				spec.endpoints[plan.OneOffMember(member)] = linking.Endpoint{Links: endpoint.Links}
			}
		}
		out.Size += len(replicas[member])
	}
	spec.labels = map[string]string{
		labels.Project:  p.Name,
		labels.Network:  n.Name,
		labels.Version:  e.options.Version,
		labels.Settings: string(n.Kind),
		labels.Wiring:   labels.WiringText(out.Wiring),
	}
	if len(n.Externals) > 0 {
		spec.labels[labels.Externals] = strings.Join(n.Externals, ",")
	}
	out.Spec = spec
	return out
}

func (e *Engine) replica(p *compose.Project, t *linking.Topology, s *compose.Service, number int, replicas map[string][]int) plan.Container {
	place := t.Service(s.Name)
	c := plan.Container{
		Name:        ContainerName(p, s, number),
		Service:     s.Name,
		Number:      number,
		Image:       desired.ImageOf(p, s),
		Fingerprint: fingerprint(s, e.role(s)),
		After:       place.After,
		PortRange:   portRange(s),
	}
	if s.Net.Mode == compose.NetNetwork {
		c.CreatedOnExternal = s.Net.Name
	}
	spec := containerSpec{service: s, labels: e.containerLabels(p, s, number, c)}
	for _, endpoint := range place.Endpoints {
		name := networkName(p, endpoint.Network)
		c.Attach = append(c.Attach, name)
		spec.endpoints = append(spec.endpoints, endpointConfig{name, endpointSettings(endpoint, s.Name, number)})
	}
	spec.joins = sharingOf(p, s, func(service string) string {
		// checkScale has seen to it that there is one.
		name := ContainerName(p, p.Service(service), replicas[service][0])
		if !slices.Contains(c.SharesWith, name) {
			c.SharesWith = append(c.SharesWith, name)
		}
		return name
	})
	c.Spec = spec
	return c
}

func (e *Engine) containerLabels(p *compose.Project, s *compose.Service, number int, c plan.Container) map[string]string {
	out := map[string]string{}
	for _, l := range s.Labels {
		if l.Value != nil {
			out[l.Name] = *l.Value
		}
	}
	out[labels.Project] = p.Name
	out[labels.Service] = s.Name
	out[labels.Number] = strconv.Itoa(number)
	out[labels.OneOff] = "False"
	out[labels.Version] = e.options.Version
	out[labels.WorkingDir] = p.Dir
	if len(p.Files) > 0 {
		out[labels.Files] = strings.Join(p.Files, ",")
	}
	if role := e.role(s); role != "" {
		out[labels.Discovery] = role
	}
	out[labels.Fingerprint] = string(c.Fingerprint)
	out[labels.After] = strings.Join(c.After, ",")
	return out
}

// notPrinted are the keys that do not live in a container: links are on
// networks, a name can be changed, and what an image was built from shows in
// its id.
var notPrinted = map[string]bool{
	"build": true, "dockerfile": true, "links": true, "external_links": true, "container_name": true,
}

// role is what a container of a service tells other stacks that it is to
// discovery; empty: nothing.
func (e *Engine) role(s *compose.Service) string {
	if e.options.Discovery.Off || e.options.Discovery.Within {
		return ""
	}
	return labels.RoleText(linking.RoleOf(s))
}

// fingerprint is the fingerprint of all keys of a service that only a new
// container can change, and of its role.
func fingerprint(s *compose.Service, role string) plan.Fingerprint {
	settings := map[string]string{}
	if role != "" {
		settings["discovery"] = role
	}
	for _, entry := range s.Entries() {
		if notPrinted[entry.Key] {
			continue
		}
		b, err := json.Marshal(entry.Value)
		if err != nil {
			panic("compose gave a value that JSON has no form for: " + entry.Key)
		}
		settings[entry.Key] = string(b)
	}
	return plan.NewFingerprint(settings)
}

// Hash stands for the settings of a service: it changes when a change of the
// file gives the service new containers.
func Hash(s *compose.Service) string {
	sum := sha256.Sum256([]byte(fingerprint(s, "")))
	return hex.EncodeToString(sum[:])
}
