package convert

import (
	"maps"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

// Separated writes a project of today whose boundary is links, with its links as they
// were resolved, as a file for docker compose, which knows no such boundary: the networks
// that the links become are declared in it, and others stay as they are declared. Values
// are what the files say. The notes say, with their places, what can't be said there.
func Separated(p *compose.Project, t *linking.Topology, values map[string]any) (compose.Map, []compose.Note) {
	c := &converter{project: p, topology: t, external: map[string]bool{}}
	said, networks := object(values["services"]), maps.Clone(object(values["networks"]))
	var services compose.Map
	for _, s := range p.Services {
		services = append(services, compose.Entry{Key: s.Name, Value: c.separated(s, object(said[s.Name]))})
	}
	if networks == nil {
		networks = map[string]any{}
	}
	if !onNetwork(p, t, defaultNetwork) {
		delete(networks, defaultNetwork) // it has dissolved
	}
	for _, e := range c.networks() {
		if _, declared := networks[e.Key]; !declared {
			networks[e.Key] = e.Value
		}
	}
	file := compose.Map{{Key: "name", Value: p.Name}, {Key: "services", Value: services}}
	if len(networks) > 0 {
		file = append(file, compose.Entry{Key: "networks", Value: networks})
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains([]string{"name", "services", "networks", ownKey}, key) {
			file = append(file, compose.Entry{Key: key, Value: values[key]})
		}
	}
	return file, c.notes
}

const (
	ownKey         = compose.OwnKey
	defaultNetwork = "default"
)

// object is a mapping, or nil.
func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// onNetwork reports whether a service is on a network that files declare, or on default.
func onNetwork(p *compose.Project, t *linking.Topology, name string) bool {
	return t.Network(name) != nil || slices.ContainsFunc(p.Services, func(s *compose.Service) bool {
		return slices.ContainsFunc(linking.ExternalNetworks(p, s), func(on linking.OnExternal) bool { return on.Seat.Name == name })
	})
}

// separated is a service of today on the networks of its links.
func (c *converter) separated(s *compose.Service, said map[string]any) compose.Map {
	var out compose.Map
	seats := c.seatsOfToday(s, object(said["networks"]))
	for _, key := range slices.Sorted(maps.Keys(said)) {
		value := said[key]
		switch {
		case value == nil || key == "networks" || key == "sysctls":
			continue
		case key == "network_mode" && s.Net.Mode == compose.NetNetwork && len(seats) > 0:
			continue // docker compose takes one of the two
		case key == "external_links":
			c.note(s, key, externalLinks)
		case key == "ports":
			value = bound(value, c.project.BindingAddress(s))
		}
		out = append(out, compose.Entry{Key: key, Value: value})
	}
	sysctls := maps.Clone(object(said["sysctls"]))
	if desired.ForwardsNothing(s) && sysctls["net.ipv4.ip_forward"] == nil {
		if sysctls == nil {
			sysctls = map[string]any{}
		}
		sysctls["net.ipv4.ip_forward"] = "0"
	}
	if len(sysctls) > 0 {
		out = append(out, compose.Entry{Key: "sysctls", Value: sysctls})
	}
	if len(seats) > 0 {
		out = append(out, compose.Entry{Key: "networks", Value: seats})
	}
	return out
}

// seatsOfToday are the networks that a service of today is on.
func (c *converter) seatsOfToday(s *compose.Service, said map[string]any) compose.Map {
	if of := c.topology.Service(s.Name); s.Net.Mode == compose.NetNetwork && s.Net.Name == "bridge" {
		if len(of.Endpoints) > 0 {
			c.note(s, "network_mode", "under docker compose a service is on no network besides bridge: its links are left out. Remove network_mode")
		}
		return nil
	}
	var list compose.Map
	if s.Net.Mode == compose.NetNetwork {
		if len(c.topology.Service(s.Name).Endpoints) == 0 {
			return nil // its network_mode says it
		}
		c.external[s.Net.Name] = true
		list = append(list, compose.Entry{Key: s.Net.Name})
	}
	for _, e := range c.topology.Service(s.Name).Endpoints {
		value := said[e.Network]
		if _, ok := s.On(defaultNetwork); ok && c.topology.Network(e.Network).Kind == linking.Linked {
			value = seat(aliasesBut(e, s.Name))
		}
		list = append(list, compose.Entry{Key: e.Network, Value: value})
	}
	for _, on := range linking.ExternalNetworks(c.project, s) {
		list = append(list, compose.Entry{Key: on.Seat.Name, Value: said[on.Seat.Name]})
	}
	return list
}

// bound gives ports that name no address of the host the one that they are published on:
// networks for links may be the way out in place of the network that says it.
func bound(ports any, address string) any {
	list, ok := ports.([]any)
	if !ok || address == "" {
		return ports
	}
	var all []any
	for _, port := range list {
		of := maps.Clone(object(port))
		if of != nil && of["host_ip"] == nil {
			of["host_ip"] = address
			port = of
		}
		all = append(all, port)
	}
	return all
}

// Flat writes what files of today say as one file, without what they include and extend.
func Flat(values map[string]any) compose.Map {
	var file compose.Map
	first := []string{"name", "services", "networks", "volumes", "secrets", "configs"}
	for _, key := range append(first, slices.Sorted(maps.Keys(values))...) {
		if value, ok := values[key]; ok && !slices.ContainsFunc(file, func(e compose.Entry) bool { return e.Key == key }) {
			file = append(file, compose.Entry{Key: key, Value: value})
		}
	}
	return file
}

const externalLinks = "docker compose attaches no containers of others: connect them to the network of the link by hand, docker network connect"

// aliasesBut are the names that all find a service by, but for its own.
func aliasesBut(e linking.Endpoint, service string) []string {
	return slices.DeleteFunc(slices.Clone(e.Aliases), func(a string) bool { return a == service })
}
