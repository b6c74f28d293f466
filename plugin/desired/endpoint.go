package desired

import (
	"strconv"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// endpointConfig is a network that a container is attached to, with its names
// there.
type endpointConfig struct {
	network  string
	settings *network.EndpointSettings
}

// endpointSettings gives a replica its names on a network: those of its
// service, its own, and the private ones that it sees. A one-off container has
// the number 0 and no name of its own.
func endpointSettings(e linking.Endpoint, service string, number int) *network.EndpointSettings {
	s := &network.EndpointSettings{Aliases: append([]string{}, e.Aliases...)}
	if len(e.Aliases) > 0 && number > 0 {
		s.Aliases = append(s.Aliases, ReplicaAlias(service, number))
	}
	for _, l := range e.Links {
		s.Links = append(s.Links, l.Target+":"+l.Alias)
	}
	return s
}

// ReplicaAlias is the name by which one replica of a service alone is reached on
// the networks of the service.
func ReplicaAlias(service string, number int) string {
	return service + "_" + strconv.Itoa(number)
}

// ConnectSettings gives a container its names, and the addresses that it had, on
// a network that it is attached to. An external one has a name besides its own
// there, and so has one of the project on a network of another, where it is external. What it finds on its own
// networks is hidden from it on those of another project.
func ConnectSettings(a plan.Connect) *network.EndpointSettings {
	settings := &network.EndpointSettings{}
	switch spec := a.Network.Spec.(type) {
	case NetworkSpec:
		if a.Service == "" {
			settings.Aliases = []string{linking.ExternalAlias(a.Name)}
		} else {
			settings = endpointSettings(spec.Endpoints[a.Service], a.Service, a.Number)
			sit(settings, spec.Seats[a.Service])
		}
	case ExternalSpec:
		settings = spec.settings()
	case nil:
		settings.Aliases = []string{linking.ExternalAlias(a.Name)}
	}
	hide(settings, a.Hides)
	if a.Address != "" && settings.IPAMConfig == nil {
		settings.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: a.Address}
	}
	if a.MAC != "" {
		settings.MacAddress = a.MAC
	}
	return settings
}

// DefaultBridge is the Spec of the engine's default network, on which nobody has
// names.
type DefaultBridge struct{}

// ConnectsExternal reports whether an attachment is one of an external
// container, or to a network of another project: other projects may detach
// theirs at any moment.
func ConnectsExternal(a plan.Connect) bool {
	switch a.Network.Spec.(type) {
	case NetworkSpec, DefaultBridge:
		return a.Service == ""
	}
	return true
}
