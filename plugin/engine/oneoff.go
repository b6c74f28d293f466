package engine

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// OneOff is a container that run makes: like a replica of a service, but with
// what the command line says in place of what the file says.
type OneOff struct {
	Service    *compose.Service // with that already in it
	Name       string           // of the container; empty: one is made up
	Labels     []string         // NAME=VALUE
	UseAliases bool             // it answers to the service's name
	Remove     bool             // the engine removes it, with its anonymous volumes, when it has exited
	Attended   bool             // somebody is at its standard input
}

// forOneOff is the kind of a network that is made for a one-off container.
const forOneOff linking.Kind = "one-off"

// AddOneOff adds a one-off container to what is wanted and returns its name.
//
// It sits where its service's replicas sit, and so reaches them by name. The
// replicas of a service without links can't be reached there; they and the
// one-off container get a network between them for as long as it runs.
func (e *Engine) AddOneOff(want *plan.Want, p *compose.Project, t *linking.Topology, have plan.Have, o OneOff) string {
	scale, replicas := KeepScale(p, have, nil), map[string][]int{}
	for _, s := range p.Services {
		replicas[s.Name] = plan.Numbers(numbers(have, s.Name), scale[s.Name])
	}
	s := o.Service
	c := e.replica(p, t, s, 0, replicas)
	c.Name = o.Name
	if c.Name == "" {
		c.Name = strings.TrimLeft(p.Name, "-_") + "_" + s.Name + "_run_" + slug()
	}
	c.OneOff, c.AsService = true, o.UseAliases
	e.addExternals(&c, p, t, s, have, scale, replicas)
	spec := c.Spec.(containerSpec)
	delete(spec.labels, labels.Number)
	spec.labels[labels.OneOff] = "True"
	for _, l := range o.Labels {
		name, value, _ := strings.Cut(l, "=")
		spec.labels[name] = value
	}
	for _, at := range spec.endpoints {
		if !o.UseAliases {
			at.settings.Aliases = nil
		}
	}
	spec.oneOff = &o
	if n := e.between(want, p, t, have, s.Name, c.Name); n != "" {
		c.Attach = []string{n}
		names := linking.Endpoint{}
		if o.UseAliases {
			names.Aliases = []string{s.Name}
		}
		spec.endpoints = []endpointConfig{{n, endpointSettings(names, s.Name, 0)}}
	}
	c.Spec = spec
	for i, n := range want.Networks {
		if slices.Contains(c.Attach, n.Name) {
			want.Networks[i].Size++
		}
	}
	want.Containers = append(want.Containers, c)
	return c.Name
}

// between adds the network between a one-off container and the replicas of its
// service, if it takes one: where they are on the network of those without
// links, and run. It returns the network's name.
func (e *Engine) between(want *plan.Want, p *compose.Project, t *linking.Topology, have plan.Have, service, oneOff string) string {
	place := t.Service(service)
	if len(place.Endpoints) != 1 {
		return ""
	}
	if n := t.Network(place.Endpoints[0].Network); n == nil || n.Kind != linking.Isolated {
		return ""
	}
	name := networkName(p, "run."+strings.TrimPrefix(oneOff, p.Name+"_"))
	endpoint := linking.Endpoint{Network: name, Aliases: []string{service}}
	size := 0
	for i, c := range want.Containers {
		runs := func(h plan.HaveContainer) bool {
			return h.Service == service && h.Number == c.Number && !h.OneOff && h.State.Up()
		}
		if c.Service != service || !slices.ContainsFunc(have.Containers, runs) {
			continue
		}
		want.Containers[i].Attach = append(slices.Clone(c.Attach), name)
		size++
	}
	if size == 0 {
		return ""
	}
	want.Networks = append(want.Networks, plan.Network{
		Name: name, Settings: string(forOneOff), Size: size, For: oneOff,
		Wiring: map[string]string{service: labels.EndpointText(endpoint)},
		Spec: networkSpec{
			kind: forOneOff,
			endpoints: map[string]linking.Endpoint{
				service:                    endpoint,
				plan.OneOffMember(service): {},
			},
			labels: map[string]string{
				labels.Project:  p.Name,
				labels.Version:  e.options.Version,
				labels.Settings: string(forOneOff),
				labels.Wiring:   labels.WiringText(map[string]string{service: labels.EndpointText(endpoint)}),
				labels.For:      oneOff,
			},
		},
	})
	return name
}

// fit makes a container's settings those of a one-off container.
func (o *OneOff) fit(config *container.Config, host *container.HostConfig) {
	host.AutoRemove = o.Remove
	host.RestartPolicy = container.RestartPolicy{}
	config.OpenStdin, config.StdinOnce, config.AttachStdin = o.Attended, o.Attended, o.Attended
	config.AttachStdout, config.AttachStderr = true, true
}

// slug tells one-off containers apart: twelve hexadecimal digits.
func slug() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return hex.EncodeToString(b[:])
}
