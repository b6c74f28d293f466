package engine

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// observedNetwork is a network of a list, read once for all verbs.
func observedNetwork(n network.Summary) observed.Network {
	out := observed.Network{ID: n.ID, Name: n.Name, Subnet: subnetOf(n), Room: room(n), Traffic: n.Options[desired.OptionICC] != "false", Swarm: n.Scope == "swarm"}
	deadline, adhoc := n.Labels[labels.Link]
	out.Adhoc = adhoc
	out.Deadline, _ = time.Parse(time.RFC3339, deadline)
	if ends := labels.ParseList(n.Labels[labels.Externals]); adhoc && len(ends) == 2 {
		out.Ends = []string{linking.ExternalText(ends[0]), linking.ExternalText(ends[1])}
	}
	if text := n.Labels[labels.Wiring]; adhoc && text != "" {
		out.Wiring = labels.ParseWiring(text)
	}
	if settings, ours := n.Labels[labels.Settings]; ours {
		kind, _, _ := strings.Cut(settings, ":")
		out.Short = n.Labels[labels.Network]
		out.Project, out.Kind, out.Settings = labels.NetworkProject(n.Labels), linking.Kind(kind), settings
		out.Fronts, out.FrontAsked = labels.ParseFront(n.Labels[labels.Front])
		out.Wiring = labels.ParseWiring(n.Labels[labels.Wiring])
		out.Externals, out.For = labels.ParseList(n.Labels[labels.Externals]), n.Labels[labels.For]
	}
	return out
}

// room is how many endpoints the subnets of a network have room for. One that
// the engine chose and does not report is big enough.
func room(n network.Summary) int {
	size := 0
	for _, c := range n.IPAM.Config {
		if p, err := netip.ParsePrefix(c.Subnet); err == nil && p.Addr().Is4() {
			size += capacity(p)
		}
	}
	if size == 0 {
		return 1 << 16
	}
	return size
}

// subnetOf is the one IPv4 subnet of a network; empty: it has none or several.
func subnetOf(n network.Summary) string {
	found := ""
	for _, c := range n.IPAM.Config {
		p, err := netip.ParsePrefix(c.Subnet)
		switch {
		case err == nil && p.Addr().Is6():
		case found != "":
			return ""
		default:
			found = c.Subnet
		}
	}
	return found
}

// observedContainer is a container of a list, read once for all verbs. That it is
// copied says that its labels were written for another one.
func observedContainer(c container.Summary, copied bool) observed.Container {
	out := observed.Container{
		ID: c.ID, Name: containerName(c), Owner: c.Labels[labels.Project],
		Image: c.Image, ImageID: c.ImageID, Command: c.Command,
		State: plan.State(c.State), Status: c.Status, Ports: observedPorts(c.Ports),
		Mounts: observedMounts(c.Mounts), LinkedBy: linkedBy(c.Names),
	}
	if c.Created != 0 {
		out.Created = time.Unix(c.Created, 0)
	}
	addEndpoints(&out, c)
	switch {
	case copied:
		out.CopyOf = c.Labels[labels.Service]
	case labels.Ours(c.Labels):
		addLabels(&out, c.Labels)
		return out
	default:
		addCompose(&out, c.Labels)
	}
	if out.Attachable() {
		guessRole(&out, c)
	}
	return out
}

// containerName is the name without the slash; names with a second slash are
// those of legacy links.
func containerName(c container.Summary) string {
	for _, n := range c.Names {
		if n = strings.TrimPrefix(n, "/"); !strings.Contains(n, "/") {
			return n
		}
	}
	return c.ID[:min(12, len(c.ID))]
}

// addLabels fills in what the labels of a container of a project say.
func addLabels(out *observed.Container, of map[string]string) {
	out.Project = of[labels.Project]
	addReplica(out, of)
	out.Fingerprint = plan.Fingerprint(of[labels.Fingerprint])
	out.After, out.Files = labels.ParseList(of[labels.After]), labels.ParseList(of[labels.Files])
	out.Dir, out.LinkEnv = of[labels.WorkingDir], labels.ParseLinkEnv(of[labels.LinkEnv])
	out.MAC = of[labels.MACAddress]
	out.Fronts, out.FrontAsked = labels.ParseFront(of[labels.Front])
	if !out.OneOff {
		addRole(out, of)
	}
}

// addRole fills in what the labels of a replica say that it is to discovery, as
// far as its fingerprint vouches for them: it may have them from its image.
func addRole(out *observed.Container, of map[string]string) {
	role, projects := of[labels.Discovery], of[linking.ProjectsLabel]
	switch {
	case out.Fingerprint.Holds(labels.RoleSetting(), labels.RoleSettingText(role, projects)):
		out.FindsIn, _, _ = linking.ParseProjects(projects)
	case !out.Fingerprint.Holds(labels.RoleSetting(), role):
		return
	}
	out.Role = labels.ParseRole(role)
	// Earlier versions took one for a proxy that publishes on loopback alone.
	published := slices.ContainsFunc(out.Ports, func(p observed.Port) bool { return p.Public != 0 })
	if published && len(out.Published()) == 0 {
		out.Socket, out.Role.Proxy = out.Role.Proxy, false
	}
}

// addReplica fills in which container of a service the labels say that it is.
func addReplica(out *observed.Container, of map[string]string) {
	out.Service, out.OneOff = of[labels.Service], labels.IsOneOff(of)
	if !out.OneOff {
		out.Number = replicaNumber(of[labels.Number])
	}
}

// replicaNumber reads the number of a replica; 0 is none.
func replicaNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// guessRole fills in what a container that this tool did not make is to
// discovery: a list has mounts, published ports and labels, but not the
// environment.
func guessRole(out *observed.Container, c container.Summary) {
	said := strings.ToLower(c.Labels[linking.DiscoverLabel])
	out.Socket = said != "false" && slices.ContainsFunc(c.Mounts, func(m container.MountPoint) bool { return linking.IsSocket(m.Source) })
	out.Role = linking.Role{Proxy: servesBySocket(out) || said == linking.DeclaredProxy, Discoverable: said == "true"}
}

// servesBySocket reports whether a container that this tool did not make has what
// makes a discovery proxy of it without a word.
func servesBySocket(c *observed.Container) bool { return c.Socket && len(c.Published()) > 0 }

func addEndpoints(out *observed.Container, c container.Summary) {
	switch mode := container.NetworkMode(c.HostConfig.NetworkMode); {
	case mode.IsNone() && attached(c): // by hand, since
	case mode.IsContainer(), mode.IsHost(), mode.IsNone():
		out.NetworkMode = string(mode)
		return
	case mode.IsUserDefined():
		out.CreatedOn = string(mode)
	}
	if c.NetworkSettings == nil {
		return
	}
	for name, endpoint := range c.NetworkSettings.Networks {
		if endpoint == nil {
			continue
		}
		e := observed.Endpoint{Network: name, NetworkID: endpoint.NetworkID}
		// Of the names there is nothing in a list. But the docker command sends what it
		// was given of addresses even if that is nothing, and this tool does not.
		e.ByHand = endpoint.IPAMConfig != nil && endpoint.IPAMConfig.IPv4Address == "" && endpoint.IPAMConfig.IPv6Address == ""
		e.Address, _ = netip.ParseAddr(endpoint.IPAddress)
		e.Gateway, _ = netip.ParseAddr(endpoint.Gateway)
		e.Address6, _ = netip.ParseAddr(endpoint.GlobalIPv6Address)
		e.Gateway6, _ = netip.ParseAddr(endpoint.IPv6Gateway)
		out.Endpoints = append(out.Endpoints, e)
	}
	slices.SortFunc(out.Endpoints, func(a, b observed.Endpoint) int { return cmp.Compare(a.Network, b.Network) })
}

// attached reports whether a container is on a network that can have traffic.
func attached(c container.Summary) bool {
	if c.NetworkSettings != nil {
		for name := range c.NetworkSettings.Networks {
			if name != network.NetworkNone {
				return true
			}
		}
	}
	return false
}

// addCompose fills in what docker-compose 1.x, or docker compose, says of a
// container.
func addCompose(out *observed.Container, of map[string]string) {
	first, second := labels.ByCompose(of), labels.ByCompose2(of)
	if !first && !second {
		return
	}
	l := &observed.ComposeLabels{
		Version: of[labels.ComposeVersion], Service: of[labels.Service], OneOff: labels.IsOneOff(of), Dir: of[labels.WorkingDir],
	}
	if !l.OneOff {
		l.Number = replicaNumber(of[labels.Number])
	}
	for _, file := range labels.ParseList(of[labels.Files]) {
		if l.Dir != "" && !path.IsAbs(file) { // as the command line named it
			file = path.Join(l.Dir, file)
		}
		l.Files = append(l.Files, file)
	}
	if second {
		out.Compose2 = l
		return
	}
	out.Compose = l
}

// linkedBy reads the second names of a container: /CONSUMER/ALIAS for each link
// of the default bridge that leads to it.
func linkedBy(names []string) []string {
	var consumers []string
	for _, n := range names {
		if consumer, _, link := strings.Cut(strings.TrimPrefix(n, "/"), "/"); link && !slices.Contains(consumers, consumer) {
			consumers = append(consumers, consumer)
		}
	}
	slices.Sort(consumers)
	return consumers
}

func observedMounts(mounts []container.MountPoint) []observed.Mount {
	var list []observed.Mount
	for _, m := range mounts {
		out := observed.Mount{Target: m.Destination, ReadOnly: !m.RW}
		switch m.Type {
		case mount.TypeVolume:
			out.Volume = m.Name
		case mount.TypeBind:
			out.Source = m.Source
		default:
			continue
		}
		list = append(list, out)
	}
	slices.SortFunc(list, func(a, b observed.Mount) int { return cmp.Compare(a.Target, b.Target) })
	return list
}

func observedPorts(ports []container.Port) []observed.Port {
	var list []observed.Port
	for _, p := range ports {
		list = append(list, observed.Port{IP: p.IP, Private: p.PrivatePort, Public: p.PublicPort, Protocol: p.Type})
	}
	return list
}

// addNames fills in the names of a container, which a list does not have.
func addNames(c *observed.Container, details container.InspectResponse) {
	if details.NetworkSettings == nil {
		details.NetworkSettings = &container.NetworkSettings{}
	}
	for i := range c.Endpoints {
		e := &c.Endpoints[i]
		endpoint := details.NetworkSettings.Networks[e.Network]
		if endpoint == nil {
			continue
		}
		// The engine adds the beginning of the id, which says nothing, and so
		// does what distinguishes an external container from a service of the
		// same name.
		e.Aliases = slices.DeleteFunc(slices.Clone(endpoint.Aliases), func(a string) bool {
			return a == c.ID[:min(12, len(c.ID))] || a == linking.ExternalAlias(c.Name)
		})
		e.Links = endpointLinks(endpoint)
	}
	c.Legacy = map[string]string{}
	if details.ContainerJSONBase == nil || details.HostConfig == nil {
		return
	}
	for _, l := range details.HostConfig.Links { // /target:/consumer/alias
		target, path, _ := strings.Cut(l, ":")
		c.Legacy[path[strings.LastIndex(path, "/")+1:]] = strings.TrimPrefix(target, "/")
	}
}

// endpointLinks reads the private names of an endpoint, TARGET:ALIAS each.
func endpointLinks(endpoint *network.EndpointSettings) []linking.Name {
	var names []linking.Name
	for _, l := range endpoint.Links {
		target, alias, ok := strings.Cut(l, ":")
		if !ok {
			alias = target
		}
		names = append(names, linking.Name{Alias: alias, Target: target})
	}
	slices.SortFunc(names, func(a, b linking.Name) int { return cmp.Compare(a.Alias, b.Alias) })
	return names
}
