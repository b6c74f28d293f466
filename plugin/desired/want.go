package desired

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// ContainerName is the name of a replica of a service (compose-v1.md 3.5).
func ContainerName(p *compose.Project, s *compose.Service, number int) string {
	if s.ContainerName != "" {
		return s.ContainerName
	}
	return p.DefaultName(s) + p.Separator() + strconv.Itoa(number)
}

// NetworkName is the name on the engine of a network of a project.
func NetworkName(project, name string) string { return project + "_" + name }

// ShortNetworkName is the name that a network of a project has there; that of
// any other is left as it is.
func ShortNetworkName(project, name string) string {
	return strings.TrimPrefix(name, NetworkName(project, ""))
}

// Want is the stack as it should be: replicas keep the numbers that they have.
// The error is of type compose.Errors: a scale that the file rules out.
func (in Inputs) Want() (plan.Want, error) {
	if err := checkScale(in.Project, in.Scale); err != nil {
		return plan.Want{}, err
	}
	want := Kept(in.Project)
	want.Images = Images(in.Project, BuildOptions{}, in.Bases)
	for _, s := range in.Project.Services {
		want.Services = append(want.Services, s.Name)
	}
	in = lookUp(in)
	replicas := in.replicas()
	for _, n := range in.Topology.Networks {
		want.Networks = append(want.Networks, in.network(n, replicas))
	}
	for _, name := range in.Topology.Order() {
		s := in.Project.Service(name)
		for _, number := range replicas[name] {
			want.Containers = append(want.Containers, in.container(s, number, replicas))
		}
	}
	return want, nil
}

// replicas chooses the numbers of the replicas of each service.
func (in Inputs) replicas() map[string][]int {
	all, containers := map[string][]int{}, byService(in.Have.Have)
	for _, s := range in.Project.Services {
		all[s.Name] = plan.Numbers(numbers(containers[s.Name]), in.Scale[s.Name])
	}
	return all
}

// NetworkSpec is what a network is made from.
type NetworkSpec struct {
	Declared  *compose.Network                  // what the files say of it; nil: nothing
	Like      *compose.Network                  // what one that is made for links has of another; nil: nothing
	Seats     map[string]compose.ServiceNetwork // what they say of the services on it, by service
	Kind      linking.Kind
	Labels    map[string]string
	Endpoints map[string]linking.Endpoint // by service: see plan.OneOffMember
}

func (in Inputs) network(n linking.Network, replicas map[string][]int) plan.Network {
	spec := NetworkSpec{Kind: n.Kind, Declared: n.Declared, Like: n.Like, Seats: map[string]compose.ServiceNetwork{}, Endpoints: map[string]linking.Endpoint{}}
	out := plan.Network{
		Name: EngineNetwork(in.Project.Name, n), Settings: settingsText(kindText(n), n.Externals), Wiring: map[string]string{}, Accepts: map[string]string{}, Plain: map[string]bool{},
		Externals: in.Have.meant(n.Externals), Purpose: in.purposes[n.Name],
	}
	out.Size = len(out.Externals)
	for _, member := range n.Members {
		if endpoint, ok := in.endpoints[seat{member, n.Name}]; ok {
			spec.Endpoints[member] = endpoint
			if plainOn(n, endpoint, member) {
				out.Plain[member] = true
			}
			out.Wiring[member] = labels.EndpointText(endpoint)
			if in.alone[member] {
				out.Accepts[member] = accepted(endpoint)
			}
			spec.Endpoints[plan.OneOffMember(member)] = linking.Endpoint{Links: endpoint.Links}
		}
		out.Size += len(replicas[member])
	}
	for _, member := range n.Members {
		if seat, ok := in.Project.Service(member).On(n.Name); ok {
			spec.Seats[member] = seat
		}
	}
	spec.Labels = networkLabels(in.Project.Name, kindText(n), out.Wiring)
	spec.Labels[labels.Network] = n.Name
	if len(n.Externals) > 0 {
		spec.Labels[labels.Externals] = labels.ListText(n.Externals)
	}
	for _, member := range n.Members {
		if s := in.Project.Service(member); n.Kind == linking.Linked && s != nil && s.Fronts != "" {
			spec.Labels[labels.Front] = labels.FrontText(s.Fronts, s.FrontAsked) // a front is on no other
		}
	}
	out.Spec = spec
	return out
}

// plainOn reports whether a service has no name but its own on a network that others may
// come to, and none for others: the network need not be made anew for it.
func plainOn(n linking.Network, e linking.Endpoint, service string) bool {
	return (n.Kind == linking.Shared || n.Kind == linking.Declared) && len(e.Links) == 0 && slices.Equal(e.Aliases, []string{service})
}

// networkLabels are the labels of a network of a project.
func networkLabels(project, kind string, wiring map[string]string) map[string]string {
	return map[string]string{
		labels.ProjectOf: project,
		labels.Settings:  kind,
		labels.Wiring:    labels.WiringText(wiring),
	}
}

// container is a replica, with what it has to do with external containers.
func (in Inputs) container(s *compose.Service, number int, replicas map[string][]int) plan.Container {
	c, spec := in.replica(s, number, replicas)
	c.OtherNetworks = append(c.OtherNetworks, in.otherNetworks(s, c.Name)...)
	c.Leaves, c.Hides = in.leaves(s), in.hides(s.Name, replicas)
	in.addLinkEnv(&c, &spec, s, replicas)
	c.Spec = spec
	return c
}

// replica is a container of a service by what the file says of it.
func (in Inputs) replica(s *compose.Service, number int, replicas map[string][]int) (plan.Container, ContainerSpec) {
	service := in.Topology.Service(s.Name)
	c := plan.Container{
		Name:        ContainerName(in.Project, s, number),
		Service:     s.Name,
		Number:      number,
		Names:       []string{ReplicaAlias(s.Name, number), ContainerName(in.Project, s, number)},
		Image:       ImageOf(in.Project, s),
		Fingerprint: fingerprint(s),
		After:       service.After,
		Awaits:      awaits(in.Project, s),
		PortRange:   portRange(in.Project, s),
		ChosenPorts: chosenPorts(s),
		HostPorts:   hostPorts(s),
		Fronts:      s.Fronts,
		Data:        data(s),
		Rolling:     linking.Rolling(s),
	}
	switch s.Net.Mode {
	case compose.NetNetwork:
		c.CreatedOnExternal = s.Net.Name
	case compose.NetContainer:
		c.NetworkOf, _ = in.Have.containerID(s.Net.Name)
	}
	spec := ContainerSpec{
		service: s, project: in.Project.Name, volumes: declaredVolumes(in.Project, s), labels: in.containerLabels(s, number, c), hides: in.hides(s.Name, replicas),
	}
	for _, endpoint := range inPriority(s, service.Endpoints) {
		name := EngineNetwork(in.Project.Name, *in.Topology.Network(endpoint.Network))
		c.Attach = append(c.Attach, name)
		settings := endpointSettings(endpoint, s.Name, number)
		seat, _ := s.On(endpoint.Network)
		sit(settings, seat)
		spec.endpoints = append(spec.endpoints, endpointConfig{name, settings})
	}
	onExternalNetworks(in, s, &c, &spec)
	for _, from := range s.VolumesFrom {
		if from.Service {
			c.VolumesFrom = append(c.VolumesFrom, ContainerName(in.Project, in.Project.Service(from.Source), in.sharedReplica(s.Name, number, from.Source, replicas[from.Source])))
		}
	}
	spec.sharing = sharingOf(in.Project, s, func(service string) string {
		// checkScale has made sure that there is one.
		name := ContainerName(in.Project, in.Project.Service(service), in.sharedReplica(s.Name, number, service, replicas[service]))
		if !slices.Contains(c.SharesWith, name) {
			c.SharesWith = append(c.SharesWith, name)
		}
		return name
	})
	return c, spec
}

func (in Inputs) containerLabels(s *compose.Service, number int, c plan.Container) map[string]string {
	out := labels.Blank()
	for _, l := range s.Labels {
		if l.Value != nil && !labels.Reserved(l.Name) {
			out[l.Name] = *l.Value
		}
	}
	out[labels.Project] = in.Project.Name
	out[labels.Service] = s.Name
	out[labels.Number] = strconv.Itoa(number)
	out[labels.OneOff] = "False"
	out[labels.ComposeVersion], out[labels.Version] = labels.ActsAs, in.Options.Version
	out[labels.WorkingDir] = in.Project.Dir
	out[labels.Files] = labels.ListText(in.Project.Files)
	role := in.roles.Of(s)
	out[labels.Discovery] = labels.RoleText(role)
	if role.Proxy { // also where the file names none: the image may
		out[linking.ProjectsLabel] = strings.Join(linking.ProjectsOf(in.Project, s), ",")
	}
	if s.Fronts != "" {
		out[labels.Front] = labels.FrontText(s.Fronts, s.FrontAsked)
	}
	out[labels.Fingerprint] = string(in.printed(s))
	out[labels.After] = labels.ListText(c.After)
	out[labels.MACAddress] = macAddress(s)
	return out
}
