package desired

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/blkiodev"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// addSpecConfig adds what only files of the specification say to the engine's container
// configuration.
func addSpecConfig(c *container.Config, s *compose.ServiceSpec, unset []string) {
	if h := s.Healthcheck; h != nil {
		c.Healthcheck = &container.HealthConfig{
			Test: h.Test, Interval: h.Interval, Timeout: h.Timeout,
			StartPeriod: h.StartPeriod, StartInterval: h.StartInterval, Retries: h.Retries,
		}
	}
	c.Env = append(c.Env, unset...) // a bare name unsets what the image sets
	if s.StopGracePeriod != nil {
		seconds := int((*s.StopGracePeriod + 999_999_999) / 1_000_000_000) // whole ones, not fewer
		c.StopTimeout = &seconds
	}
}

// addSpecHost adds it to the engine's host configuration.
func addSpecHost(h *container.HostConfig, s *compose.ServiceSpec) {
	h.Init, h.Runtime, h.Annotations = s.Init, s.Runtime, s.Annotations
	h.Tmpfs, h.Sysctls, h.StorageOpt = s.Tmpfs, maps.Clone(s.Sysctls), s.StorageOpt
	h.GroupAdd, h.DNSOptions = s.GroupAdd, s.DNSOpts
	h.UsernsMode, h.UTSMode, h.CgroupnsMode = container.UsernsMode(s.UsernsMode), container.UTSMode(s.UTS), container.CgroupnsMode(s.Cgroup)
	h.OomScoreAdj = s.OOMScoreAdj
	if s.OOMKillDisable {
		h.OomKillDisable = &s.OOMKillDisable
	}
	h.NanoCPUs, h.CPUPeriod = s.NanoCPUs, s.CPUPeriod
	h.CPURealtimePeriod, h.CPURealtimeRuntime = s.CPURTPeriod, s.CPURTRuntime
	h.MemoryReservation, h.PidsLimit = s.MemReservation, s.PidsLimit
	h.DeviceCgroupRules = s.DeviceRules
	for _, d := range s.DeviceRequests {
		h.DeviceRequests = append(h.DeviceRequests, container.DeviceRequest{
			Driver: d.Driver, Count: d.Count, DeviceIDs: d.IDs, Capabilities: [][]string{d.Capabilities}, Options: d.Options,
		})
	}
	if b := s.Blkio; b != nil {
		h.BlkioWeight = b.Weight
		for _, path := range slices.Sorted(maps.Keys(b.WeightDevice)) {
			h.BlkioWeightDevice = append(h.BlkioWeightDevice, &blkiodev.WeightDevice{Path: path, Weight: uint16(b.WeightDevice[path])})
		}
		h.BlkioDeviceReadBps, h.BlkioDeviceReadIOps = throttles(b.ReadBps), throttles(b.ReadIOps)
		h.BlkioDeviceWriteBps, h.BlkioDeviceWriteIOps = throttles(b.WriteBps), throttles(b.WriteIOps)
	}
	for _, m := range s.Mounts {
		h.Mounts = append(h.Mounts, engineMount(m))
	}
	for _, f := range s.Files {
		if f.Path != "" {
			h.Mounts = append(h.Mounts, mount.Mount{Type: mount.TypeBind, Source: f.Path, Target: f.Target, ReadOnly: true})
		}
	}
}

func throttles(rates map[string]int64) []*blkiodev.ThrottleDevice {
	var list []*blkiodev.ThrottleDevice
	for _, path := range slices.Sorted(maps.Keys(rates)) {
		list = append(list, &blkiodev.ThrottleDevice{Path: path, Rate: uint64(rates[path])})
	}
	return list
}

// engineMount is a mount as an engine takes it. Paths of this machine that are missing
// are refused: only the short form has them made.
func engineMount(m compose.Mount) mount.Mount {
	out := mount.Mount{Type: mount.Type(m.Type), Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly}
	switch out.Type {
	case mount.TypeBind:
		if m.Propagation != "" || m.Recursive != "" || !m.MustExist {
			out.BindOptions = &mount.BindOptions{
				Propagation: mount.Propagation(m.Propagation), CreateMountpoint: !m.MustExist,
				NonRecursive: m.Recursive == "disabled", ReadOnlyNonRecursive: m.Recursive == "writable", ReadOnlyForceRecursive: m.Recursive == "readonly",
			}
		}
	case mount.TypeVolume:
		if m.NoCopy || m.Subpath != "" {
			out.VolumeOptions = &mount.VolumeOptions{NoCopy: m.NoCopy, Subpath: m.Subpath}
		}
	case mount.TypeTmpfs:
		if m.Size != 0 || m.Mode != 0 {
			out.TmpfsOptions = &mount.TmpfsOptions{SizeBytes: m.Size}
			out.TmpfsOptions.Mode = fs.FileMode(m.Mode)
		}
	case mount.TypeImage:
		if m.Subpath != "" {
			out.ImageOptions = &mount.ImageOptions{Subpath: m.Subpath}
		}
	}
	return out
}

// EngineNetwork is the name on the engine of a network of a project's topology.
func EngineNetwork(project string, n linking.Network) string {
	if n.Declared != nil && n.Declared.Engine != "" {
		return n.Declared.Engine
	}
	return NetworkName(project, n.Name)
}

// engineNetwork is EngineNetwork by the name in the topology.
func engineNetwork(in Inputs, name string) string {
	if n := in.Topology.Network(name); n != nil {
		return EngineNetwork(in.Project.Name, *n)
	}
	return NetworkName(in.Project.Name, name)
}

// kindText is the kind of a network, with a sum of what files say of it, or of the one whose
// place it takes: where that changes, the network is made anew.
func kindText(n linking.Network) string {
	of := n.Declared
	if of == nil {
		of = n.Like
	}
	if of == nil {
		return string(n.Kind)
	}
	said := *of
	said.Pos, said.Name, said.Engine = compose.Pos{}, "", ""
	plain, err := json.Marshal(compose.Network{})
	text, err2 := json.Marshal(said)
	if err != nil || err2 != nil {
		panic("a network has a value that JSON has no form for")
	}
	if string(text) == string(plain) {
		return string(n.Kind)
	}
	sum := sha256.Sum256(text)
	return string(n.Kind) + ":" + hex.EncodeToString(sum[:6])
}

// DeclareNetwork adds what files say of a network to what an engine is asked for.
func DeclareNetwork(o *network.CreateOptions, d *compose.Network) {
	if d.Driver != "" && d.Driver != "default" {
		o.Driver = d.Driver
	}
	if len(d.DriverOpts) > 0 {
		o.Options = maps.Clone(d.DriverOpts)
	}
	o.Internal, o.Attachable, o.EnableIPv6 = d.Internal, d.Attachable, d.IPv6
	for name, value := range d.Labels {
		if _, ours := o.Labels[name]; !ours && !labels.Reserved(name) {
			o.Labels[name] = value
		}
	}
	if d.IPAMDriver == "" && len(d.IPAMOpts) == 0 && len(d.Pools) == 0 {
		return
	}
	o.IPAM = &network.IPAM{Driver: d.IPAMDriver, Options: d.IPAMOpts}
	for _, p := range d.Pools {
		o.IPAM.Config = append(o.IPAM.Config, network.IPAMConfig{Subnet: p.Subnet, Gateway: p.Gateway, IPRange: p.Range, AuxAddress: p.Reserved})
	}
}

// inPriority sorts the networks of a service of a file of the specification as docker
// compose does: by priority, then by name. On the first a container is made.
func inPriority(s *compose.Service, endpoints []linking.Endpoint) []linking.Endpoint {
	if s.Spec == nil {
		return endpoints
	}
	sorted := slices.Clone(endpoints)
	slices.SortStableFunc(sorted, func(a, b linking.Endpoint) int {
		x, _ := s.On(a.Network)
		y, _ := s.On(b.Network)
		return cmp.Or(y.Priority-x.Priority, strings.Compare(a.Network, b.Network))
	})
	return sorted
}

// sit gives an endpoint what files say of it besides names.
func sit(to *network.EndpointSettings, on compose.ServiceNetwork) {
	if on.IPv4 != "" || on.IPv6 != "" || len(on.LinkLocal) > 0 {
		to.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: on.IPv4, IPv6Address: on.IPv6, LinkLocalIPs: on.LinkLocal}
	}
	to.MacAddress, to.DriverOpts, to.GwPriority = on.MAC, on.DriverOpts, on.GatewayFirst
}

// ExternalSpec is the Spec of a network that is there already and that the files put a
// service on: the names that the service has there.
type ExternalSpec struct {
	Service string
	Seat    compose.ServiceNetwork
}

// settings are the endpoint of a replica there.
func (e ExternalSpec) settings() *network.EndpointSettings {
	s := &network.EndpointSettings{Aliases: append([]string{e.Service}, e.Seat.Aliases...)}
	sit(s, e.Seat)
	return s
}

// ExternalNetworks are the networks that are there already and that the files put a service
// on, by their names on the engine.
func ExternalNetworks(p *compose.Project, s *compose.Service) []string {
	var names []string
	for _, on := range linking.ExternalNetworks(p, s) {
		names = append(names, on.Network.Engine)
	}
	return names
}

// onExternalNetworks attaches a replica to networks that are there already. One that has
// no network of the project's is made on the first.
func onExternalNetworks(in Inputs, s *compose.Service, c *plan.Container, spec *ContainerSpec) {
	for _, on := range linking.ExternalNetworks(in.Project, s) {
		name, of := on.Network.Engine, ExternalSpec{s.Name, on.Seat}
		if len(c.Attach) == 0 && c.CreatedOnExternal == "" {
			c.CreatedOnExternal, spec.external = name, of.settings()
			continue
		}
		c.OtherNetworks = append(c.OtherNetworks, name)
		if c.OtherSpecs == nil {
			c.OtherSpecs = map[string]any{}
		}
		c.OtherSpecs[name] = of
	}
}

// externalText is, for the fingerprint, what files say of a service on networks that are
// there already: no network of the project's keeps it.
func externalText(s *compose.Service) string {
	if s.Spec == nil || len(s.Spec.External) == 0 {
		return ""
	}
	return strings.Join(s.Spec.External, " ")
}

// awaits are the services of which a service waits for more than their start.
func awaits(p *compose.Project, s *compose.Service) []plan.Awaited {
	var list []plan.Awaited
	for _, d := range s.Dependencies() {
		if until := until(d); until != "" && p.Service(d.Service) != nil {
			list = append(list, plan.Awaited{Service: d.Service, Until: until, Optional: d.Optional})
		}
	}
	return list
}

// until is what a service waits for that depends on another, besides its start.
func until(d compose.Dependency) plan.Until {
	return map[compose.Condition]plan.Until{compose.Healthy: plan.UntilHealthy, compose.Completed: plan.UntilCompleted}[d.Condition]
}

// Volumes are the volumes that the files declare and that the container mounts.
func (s ContainerSpec) Volumes() []compose.NamedVolume { return s.volumes }

// Files are the files that are put into the container once it is made: those that are not
// on this machine's disk.
func (s ContainerSpec) Files() []compose.FileMount {
	if s.service.Spec == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.service.Spec.Files), func(f compose.FileMount) bool { return f.Path != "" })
}

// Platform is what the container's image is to be for; empty: the engine's own.
func (s ContainerSpec) Platform() string {
	if s.service.Spec == nil {
		return ""
	}
	return s.service.Spec.Platform
}

// VolumeLabels mark a volume as the project's, as docker compose does.
func (s ContainerSpec) VolumeLabels(v compose.NamedVolume) map[string]string {
	return labels.OfVolume(s.project, v.Name, v.Labels)
}

// declaredVolumes are the volumes that a service mounts and the files declare.
func declaredVolumes(p *compose.Project, s *compose.Service) []compose.NamedVolume {
	var list []compose.NamedVolume
	for _, v := range p.Volumes {
		mounts := slices.ContainsFunc(s.Volumes, func(m compose.Volume) bool { return m.Named && m.Host == v.Engine }) ||
			s.Spec != nil && slices.ContainsFunc(s.Spec.Mounts, func(m compose.Mount) bool { return m.Type == "volume" && m.Source == v.Engine })
		if mounts {
			list = append(list, v)
		}
	}
	return list
}

// PullPolicies are the services, of those given or of all, whose images files say are always
// pulled, and those whose images never are.
func PullPolicies(p *compose.Project, services []string) (always, never []string) {
	for _, s := range p.Services {
		switch {
		case s.Spec == nil || services != nil && !slices.Contains(services, s.Name):
		case s.Spec.Pull == "always":
			always = append(always, s.Name)
		case s.Spec.Pull == "never":
			never = append(never, s.Name)
		}
	}
	return always, never
}
