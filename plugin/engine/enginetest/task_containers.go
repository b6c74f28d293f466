package enginetest

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	mounttypes "github.com/docker/docker/api/types/mount"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/swarm"
)

// taskOf is what the container of a task has that others have not.
type taskOf struct {
	id, service string
	// names are those that the service has on a network besides its own.
	names map[string][]string
	// vips are the addresses of the service on networks, by their ID.
	vips map[string]netip.Addr
}

// serviceNames are the names that a container has on a network because it is of a
// task: those that lead to it alone, and those that lead to the service.
func (c *container) serviceNames(n *network) (own, shared []string) {
	if c.task == nil || n.overlay == nil || n.isIngress() {
		return nil, nil
	}
	shared = append([]string{c.task.service}, c.task.names[n.id]...)
	for _, name := range shared {
		own = append(own, "tasks."+name)
	}
	return own, shared
}

// Make makes the container of a task.
func (m *membership) Make(t swarm.Container) (id string, err error) {
	if err := m.haveImage(t.Spec.Image); err != nil {
		return "", err
	}
	for _, mount := range t.Spec.Mounts {
		if mount.Type == mounttypes.TypeBind && slices.Contains(m.missing, mount.Source) {
			return "", api.BadRequest("invalid mount config for type \"bind\": bind source path does not exist: %s", mount.Source)
		}
	}
	config, host, networks := taskConfig(t), taskHostConfig(t), m.taskNetworks(t)
	if _, on := networks.EndpointsConfig[networktypes.NetworkHost]; on {
		host.NetworkMode, networks = networktypes.NetworkHost, nil
	}
	c, err := m.lifecycle.containers.add(t.Name, containertypes.CreateRequest{
		Config: config, HostConfig: host, NetworkingConfig: networks,
	}, apiVersionOf("1.51"))
	if err != nil {
		return "", err
	}
	c.task = &taskOf{id: t.Task, service: t.Service, names: map[string][]string{}, vips: map[string]netip.Addr{}}
	for _, a := range t.Attachments {
		n := m.cluster.get(a.Network)
		settings, attached := c.endpoints[n.name]
		if !attached || !a.Address.IsValid() {
			continue
		}
		settings.allotted, settings.NetworkID = a.Address, n.id
		c.task.names[n.id], c.task.vips[n.id] = a.Aliases, a.VIP
	}
	return c.id, nil
}

// haveImage gets an image from the registry that is not there.
func (m *membership) haveImage(ref string) error {
	if _, err := m.images.find(ref); err == nil {
		return nil
	}
	if _, found := m.images.fetch(familiar(ref)); !found {
		return api.NotFound("No such image: %s", familiar(ref))
	}
	return nil
}

func taskConfig(t swarm.Container) *containertypes.Config {
	c := &containertypes.Config{
		Image: t.Spec.Image, Entrypoint: t.Spec.Command, Cmd: t.Spec.Args, Env: slices.Clone(t.Spec.Env),
		Hostname: t.Spec.Hostname, WorkingDir: t.Spec.Dir, User: t.Spec.User, Tty: t.Spec.TTY, OpenStdin: t.Spec.OpenStdin,
		StopSignal: t.Spec.StopSignal, Healthcheck: t.Spec.Healthcheck, Labels: merged(t.Spec.Labels, t.Labels),
		ExposedPorts: nat.PortSet{},
	}
	for _, p := range t.Ports {
		c.ExposedPorts[portOf(p.TargetPort, string(p.Protocol))] = struct{}{}
	}
	return c
}

func taskHostConfig(t swarm.Container) *containertypes.HostConfig {
	h := &containertypes.HostConfig{
		NetworkMode: networktypes.NetworkDefault, Mounts: t.Spec.Mounts, ReadonlyRootfs: t.Spec.ReadOnly, Init: t.Spec.Init,
		Sysctls: t.Spec.Sysctls, CapAdd: t.Spec.CapabilityAdd, CapDrop: t.Spec.CapabilityDrop, GroupAdd: t.Spec.Groups,
		PortBindings: nat.PortMap{},
	}
	for _, host := range t.Spec.Hosts { // as in /etc/hosts: the address first
		address, names, _ := strings.Cut(host, " ")
		for name := range strings.FieldsSeq(names) {
			h.ExtraHosts = append(h.ExtraHosts, name+":"+address)
		}
	}
	if dns := t.Spec.DNSConfig; dns != nil {
		h.DNS, h.DNSSearch, h.DNSOptions = dns.Nameservers, dns.Search, dns.Options
	}
	if r := t.Resources; r != nil {
		if r.Limits != nil {
			h.Memory, h.NanoCPUs = r.Limits.MemoryBytes, r.Limits.NanoCPUs
		}
		if r.Reservations != nil {
			h.MemoryReservation = r.Reservations.MemoryBytes
		}
	}
	for _, p := range t.Ports {
		port, published := portOf(p.TargetPort, string(p.Protocol)), ""
		if p.PublishedPort != 0 {
			published = strconv.Itoa(int(p.PublishedPort))
		}
		h.PortBindings[port] = append(h.PortBindings[port], nat.PortBinding{HostPort: published})
	}
	return h
}

func portOf(number uint32, protocol string) nat.Port {
	return nat.Port(strconv.Itoa(int(number)) + "/" + protocol)
}

// taskNetworks are those of the swarm by their names; without any it is the bridge.
func (m *membership) taskNetworks(t swarm.Container) *networktypes.NetworkingConfig {
	config := &networktypes.NetworkingConfig{EndpointsConfig: map[string]*networktypes.EndpointSettings{}}
	for _, a := range t.Attachments {
		settings := &networktypes.EndpointSettings{}
		if a.Address.IsValid() {
			settings.IPAMConfig = &networktypes.EndpointIPAMConfig{IPv4Address: a.Address.Addr().String()}
		}
		config.EndpointsConfig[m.cluster.get(a.Network).name] = settings
	}
	return config
}

// Start starts the container of a task.
func (m *membership) Start(id string) (pid int, err error) {
	c, err := m.lifecycle.containers.find(id)
	if err != nil {
		return 0, err
	}
	if err := m.lifecycle.start(c); err != nil {
		return 0, err
	}
	return c.pid, nil
}

// Stop ends it, if it runs.
func (m *membership) Stop(id string) {
	if c, err := m.lifecycle.containers.find(id); err == nil && c.alive() {
		m.lifecycle.stop(c)
	}
}

// Remove removes it.
func (m *membership) Remove(id string) {
	if c, err := m.lifecycle.containers.find(id); err == nil {
		m.lifecycle.remove(c, true)
	}
}

// ended is for a container of a task that has ended by itself, or by hand.
func (m *membership) ended(c *container, code int) {
	if m.cluster != nil && c.task != nil && !m.dead && !m.cut {
		m.cluster.Ended(c.id, code)
	}
}

// die ends all that runs on a node, at once.
func (m *membership) die() {
	m.dead = true
	for _, c := range m.lifecycle.containers.all() {
		c.stopped = true
		if c.running() {
			m.lifecycle.ended(c, exitKilled)
		}
	}
}

// removeTasks removes the containers of all tasks of a node.
func (m *membership) removeTasks() {
	m.dead = true // nobody is to hear of it
	for _, c := range m.lifecycle.containers.all() {
		if c.task != nil {
			m.Stop(c.id)
			m.Remove(c.id)
		}
	}
	m.dead = false
}
