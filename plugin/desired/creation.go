package desired

import (
	"maps"
	"path"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// ContainerSpec is what a container is made from. What images and other
// containers say of it is known only when it is made: see CreationFacts.
type ContainerSpec struct {
	service   *compose.Service
	project   string // its name
	labels    map[string]string
	endpoints []endpointConfig // in the order in which networks are attached
	hides     []string         // names that it must not find on a network that is not the project's
	sharing   sharing
	volumes   []compose.NamedVolume     // that files declare and it mounts
	external  *network.EndpointSettings // on plan.Container.CreatedOnExternal; nil: no names
	oneOff    *OneOff                   // nil: it is a replica
	linkEnv   linking.EnvMode
	links     []LinkSource // what link variables are made from
}

// LinkSources lists what the variables of the container's links come from.
func (s ContainerSpec) LinkSources() []LinkSource { return s.links }

// Labels are those of the container that do not depend on its image.
func (s ContainerSpec) Labels() map[string]string { return maps.Clone(s.labels) }

// CreationFacts are what has to be asked for before a container is made.
type CreationFacts struct {
	Image     ImageFacts                 // of the container's own image
	Links     []ImageFacts               // of each of LinkSources, in order
	SharesIDs map[string]string          // ids of the containers that it shares with, by name
	Replaced  *container.InspectResponse // the container whose anonymous volumes it takes over; nil: none
	Held      []observed.Mount           // what those have that used the volumes of the one that was there before it, the likeliest first
	From      []observed.Mount           // what the containers have whose volumes it uses, or the one that it replaces used
	AttachAll bool                       // the engine attaches a container to all its networks at creation
}

// Creation is what an engine is asked for to make a container.
type Creation struct {
	Config    *container.Config
	Host      *container.HostConfig
	Endpoints map[string]*network.EndpointSettings
	Taken     []observed.Mount // of CreationFacts.Held: what it is given
}

// Creation works out how a container is made, attached to as many of its
// networks as the engine takes at creation.
func (s ContainerSpec) Creation(c plan.Container, facts CreationFacts) Creation {
	out := Creation{Config: s.config(c, facts), Host: hostConfig(s.service), Endpoints: map[string]*network.EndpointSettings{}}
	s.sharing.apply(out.Host, facts.SharesIDs)
	if s.oneOff != nil {
		s.oneOff.apply(out.Config, out.Host)
	}
	if facts.Replaced != nil {
		s.takeOverVolumes(facts, out.Config, out.Host)
	}
	s.takeHeldVolumes(facts, &out)
	switch {
	case s.sharing.net != "":
	case c.CreatedOnExternal != "":
		out.Host.NetworkMode = container.NetworkMode(c.CreatedOnExternal)
	case len(s.endpoints) > 0:
		out.Host.NetworkMode = container.NetworkMode(s.endpoints[0].network)
	default:
		out.Host.NetworkMode = container.NetworkMode(netMode(s.service.Net))
	}
	for i, e := range s.endpoints {
		if facts.AttachAll || i == 0 && c.CreatedOnExternal == "" {
			out.Endpoints[e.network] = e.settings
		}
	}
	if c.CreatedOnExternal != "" {
		settings := &network.EndpointSettings{}
		if s.external != nil {
			settings = s.external.Copy()
		}
		hide(settings, s.hides)
		out.Endpoints[c.CreatedOnExternal] = settings
	}
	if facts.AttachAll {
		out.moveMACAddress()
	} else if h := out.Config.Healthcheck; h != nil {
		h.StartInterval = 0 // as AttachAll, from API 1.44 on
	}
	return out
}

// moveMACAddress gives a container's MAC address to its connection to the
// network that it is made on. From API 1.44 on it belongs there and nowhere else;
// before, the engine does this itself.
func (c *Creation) moveMACAddress() {
	on, attached := c.Endpoints[string(c.Host.NetworkMode)]
	if !attached || c.Config.MacAddress == "" {
		return
	}
	settings := on.Copy()
	settings.MacAddress = c.Config.MacAddress
	c.Endpoints[string(c.Host.NetworkMode)] = settings
	c.Config.MacAddress = ""
}

// takeHeldVolumes mounts the anonymous volumes that others have of a container that
// is gone, at the places where the new one would get empty ones.
func (s ContainerSpec) takeHeldVolumes(facts CreationFacts, out *Creation) {
	places := slices.Clone(facts.Image.Volumes)
	taken := map[string]bool{}
	for _, v := range s.service.Volumes {
		if v.Host == "" {
			places = append(places, v.Target)
		} else {
			taken[path.Clean(v.Target)] = true
		}
	}
	for _, m := range facts.From {
		taken[m.Target] = true
	}
	for i := range places {
		places[i] = path.Clean(places[i])
	}
	for _, m := range facts.Held {
		if m.Anonymous() && slices.Contains(places, m.Target) && !taken[m.Target] {
			taken[m.Target] = true
			out.Host.Binds = append(out.Host.Binds, bind(m.Volume, m.Target, ""))
			out.Config.Volumes[m.Target] = struct{}{} // so that the next replacement finds it
			out.Taken = append(out.Taken, m)
		}
	}
}

// config is config with what only the images say: link variables, and the labels
// that keep what they were made from.
func (s ContainerSpec) config(c plan.Container, facts CreationFacts) *container.Config {
	out := config(s.service, c.Image, maps.Clone(s.labels))
	out.Labels[labels.Container] = labels.ContainerText(c.Name, facts.Image.Labels)
	out.Labels[labels.Exposes] = labels.PortsText(facts.Image.Ports)
	vars, sums := s.linkVariables(c.Name, facts)
	out.Env = append(vars, out.Env...)
	if sums != nil {
		out.Labels[labels.LinkEnv] = labels.LinkEnvText(sums)
	}
	return out
}

// takeOverVolumes mounts the anonymous volumes of a container that is replaced
// where they were (compose-v1.md 3.8), unless the file, or a container whose
// volumes it uses, mounts something else there. Named volumes are mounted as the
// file says: docker-compose 1.x declares their places too.
func (s ContainerSpec) takeOverVolumes(facts CreationFacts, config *container.Config, host *container.HostConfig) {
	was := facts.Replaced
	if was.Config == nil {
		return
	}
	taken := map[string]bool{}
	for _, v := range s.service.Volumes {
		if v.Host != "" {
			taken[v.Target] = true
		}
	}
	for _, m := range facts.From {
		taken[m.Target], taken[m.Volume] = true, true
	}
	for _, point := range was.Mounts {
		m := observed.Mount{Target: point.Destination}
		if point.Type == mount.TypeVolume {
			m.Volume = point.Name
		}
		if _, declared := was.Config.Volumes[m.Target]; !declared || !m.Anonymous() || taken[m.Target] || taken[m.Volume] {
			continue
		}
		host.Binds = append(host.Binds, bind(m.Volume, m.Target, ""))
		// The path stays declared, so that the next replacement finds it.
		config.Volumes[m.Target] = struct{}{}
	}
}
