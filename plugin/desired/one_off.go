package desired

import (
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
	Name       string           // of the container; empty: one is made up, which ends in Suffix
	Suffix     string           // differs from that of any other one-off container
	Labels     []string         // NAME=VALUE
	UseAliases bool             // it answers to the service's name
	Remove     bool             // the engine removes it, with its anonymous volumes, when it has exited
	Stdin      bool             // its standard input is open
}

// Notes says which of Labels the container does not get.
func (o OneOff) Notes() []string {
	var notes []string
	for _, l := range o.Labels {
		if name, _, _ := strings.Cut(l, "="); labels.Reserved(name) {
			notes = append(notes, labels.LeftOut(name))
		}
	}
	return notes
}

// oneOffKind is the kind of a network that is made for a one-off container.
const oneOffKind linking.Kind = "one-off"

// AddOneOff adds a one-off container to what is wanted and returns its name.
//
// It is on the networks of its service's replicas, and so reaches them by name.
// The replicas of a service without links can't be reached there; they and the
// one-off container get a network between them for as long as it runs.
func (in Inputs) AddOneOff(want *plan.Want, o OneOff) string {
	in = lookUp(in)
	in.Scale = KeepScale(in.Project, in.Have.Have, nil)
	replicas := in.replicas()
	s := o.Service
	c, spec := in.replica(s, 0, replicas)
	c.Name = o.Name
	if c.Name == "" {
		c.Name = in.Project.DefaultName(s) + in.Project.Separator() + "run" + in.Project.Separator() + o.Suffix
	}
	c.OneOff, c.AsService = true, o.UseAliases
	in.addLinkEnv(&c, &spec, s, replicas)
	spec.labels[labels.Number] = ""
	spec.labels[labels.OneOff] = "True"
	for _, l := range o.Labels {
		if name, value, _ := strings.Cut(l, "="); !labels.Reserved(name) {
			spec.labels[name] = value
		}
	}
	for _, e := range spec.endpoints {
		if !o.UseAliases {
			e.settings.Aliases = nil
		}
	}
	spec.oneOff = &o
	if n := in.oneOffNetwork(want, s.Name, c.Name); n != "" {
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

// oneOffNetwork adds the network between a one-off container and the replicas of
// its service, if it takes one: where they are on the network of those without
// links, and run. It returns the network's name.
func (in Inputs) oneOffNetwork(want *plan.Want, service, oneOff string) string {
	endpoints := in.Topology.Service(service).Endpoints
	if len(endpoints) != 1 {
		return ""
	}
	n := in.Topology.Network(endpoints[0].Network)
	if n == nil || n.Kind != linking.Isolated {
		return ""
	}
	name := NetworkName(in.Project.Name, "run."+strings.TrimPrefix(oneOff, in.Project.Name+"_"))
	endpoint := linking.Endpoint{Network: name, Aliases: []string{service}}
	size := 0
	for i, c := range want.Containers {
		runs := func(h plan.HaveContainer) bool {
			return h.Service == service && h.Number == c.Number && !h.OneOff && h.State.Up()
		}
		if c.Service != service || !slices.ContainsFunc(in.Have.Containers, runs) {
			continue
		}
		want.Containers[i].Attach = append(slices.Clone(c.Attach), name)
		size++
	}
	if size == 0 {
		return ""
	}
	wiring := map[string]string{service: labels.EndpointText(endpoint)}
	spec := NetworkSpec{
		Kind:      oneOffKind,
		Like:      n.Like, // the replicas get no way out by it either
		Endpoints: map[string]linking.Endpoint{service: endpoint, plan.OneOffMember(service): {}},
		Labels:    networkLabels(in.Project.Name, string(oneOffKind), wiring),
	}
	spec.Labels[labels.For] = oneOff
	want.Networks = append(want.Networks, plan.Network{
		Name: name, Settings: string(oneOffKind), Size: size, For: oneOff, Wiring: wiring, Spec: spec,
	})
	return name
}

// apply makes a container's settings those of a one-off container.
func (o *OneOff) apply(config *container.Config, host *container.HostConfig) {
	host.AutoRemove = o.Remove
	host.RestartPolicy = container.RestartPolicy{}
	config.OpenStdin, config.StdinOnce, config.AttachStdin = o.Stdin, o.Stdin, o.Stdin
	config.AttachStdout, config.AttachStderr = true, true
}
