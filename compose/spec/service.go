package spec

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/compose"
)

// service takes over one service.
func (m *mapper) service(s types.ServiceConfig) *compose.Service {
	at := func(path ...string) []string { return append([]string{"services", s.Name}, path...) }
	m.uncarried("services.*.", s, at()...)
	out := &compose.Service{
		Name: s.Name, Pos: m.files.place(at()...), At: map[string]compose.Pos{}, Spec: &compose.ServiceSpec{},

		Image: s.Image, Command: s.Command, Entrypoint: s.Entrypoint, WorkingDir: s.WorkingDir, User: s.User,
		Hostname: s.Hostname, Domainname: s.DomainName, MacAddress: s.MacAddress, ContainerName: s.ContainerName,
		Environment:  m.variables(s.Environment, at("environment")...),
		Labels:       m.texts(s.Labels, at("labels")...),
		VolumeDriver: s.VolumeDriver, DNS: s.DNS, DNSSearch: s.DNSSearch,
		StdinOpen: s.StdinOpen, TTY: s.Tty, Privileged: s.Privileged, ReadOnly: s.ReadOnly, StopSignal: s.StopSignal,
		MemLimit: int64(s.MemLimit), MemswapLimit: int64(s.MemSwapLimit), ShmSize: int64(s.ShmSize),
		CPUShares: s.CPUShares, CPUQuota: s.CPUQuota, CPUSet: s.CPUSet, CgroupParent: s.CgroupParent,
		CapAdd: s.CapAdd, CapDrop: s.CapDrop,
	}
	for _, key := range m.files.names(at()...) {
		out.At[key] = m.files.place(at(key)...)
	}
	if s.MemSwappiness != 0 {
		n := int64(s.MemSwappiness)
		out.MemSwappiness = &n
	}
	m.relations(s, out, at)
	m.ports(s, out, at)
	m.mounts(s, out, at)
	m.system(s, out, at)
	m.settings(s, out.Spec, at)
	out.Spec.PostStart, out.Spec.PreStop = m.hooks(s.PostStart, at("post_start")), m.hooks(s.PreStop, at("pre_stop"))
	m.deploy(s, out, at)
	m.restart(s, out, at)
	if s.Build != nil {
		m.build(s, out, at)
	}
	return out
}

// pathOf extends the path of a service.
type pathOf func(...string) []string

// variables are names with values, sorted; one without a value is not passed on.
func (m *mapper) variables(all types.MappingWithEquals, path ...string) []compose.Var {
	var list []compose.Var
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, compose.Var{Name: name, Value: all[name], Pos: m.files.place(append(slices.Clone(path), name)...)})
	}
	return list
}

// texts is variables that all have values.
func (m *mapper) texts(all map[string]string, path ...string) []compose.Var {
	var list []compose.Var
	for _, name := range slices.Sorted(maps.Keys(all)) {
		value := all[name]
		list = append(list, compose.Var{Name: name, Value: &value, Pos: m.files.place(append(slices.Clone(path), name)...)})
	}
	return list
}

// relations takes over what a service has to do with others.
func (m *mapper) relations(s types.ServiceConfig, out *compose.Service, at pathOf) {
	link := func(key, text string) compose.Link {
		target, alias, ok := strings.Cut(text, ":")
		if !ok {
			alias = target
		}
		return compose.Link{Target: target, Alias: alias, Pos: m.files.place(at(key, target)...)}
	}
	for _, l := range s.Links {
		out.Links = append(out.Links, link("links", l))
	}
	for _, text := range s.ExternalLinks {
		l := link("external_links", text)
		if _, own := m.model.Services[l.Target]; own && l.Target != s.Name { // which docker compose finds by that name
			out.Links = append(out.Links, l)
			continue
		}
		out.ExternalLinks = append(out.ExternalLinks, l)
	}
	for _, text := range s.VolumesFrom {
		rest, outside := strings.CutPrefix(text, types.ContainerPrefix)
		source, mode, _ := strings.Cut(rest, ":")
		out.VolumesFrom = append(out.VolumesFrom, compose.VolumesFrom{
			Source: source, Service: !outside, ReadOnly: mode == "ro", Pos: m.files.place(at("volumes_from", source)...),
		})
	}
	out.Net = namespace(cmp.Or(s.NetworkMode, s.Net), m.files.place(at("network_mode")...))
	shares := func(text string) string {
		if name, ok := strings.CutPrefix(text, types.ServicePrefix); ok {
			return types.ContainerPrefix + name
		}
		return text
	}
	out.Pid, out.Ipc = shares(s.Pid), shares(s.Ipc)
	for _, name := range slices.Sorted(maps.Keys(s.DependsOn)) {
		d := s.DependsOn[name]
		_, written := m.files.find(at("depends_on", name, "restart")) // compose-go has it for links and the like too
		out.Spec.DependsOn = append(out.Spec.DependsOn, compose.Dependency{
			Service: name, Condition: compose.Condition(cmp.Or(d.Condition, types.ServiceConditionStarted)),
			Optional: !d.Required, Restart: d.Restart && written == 5, Pos: m.files.place(at("depends_on", name)...),
		})
	}
	if out.Net.Mode != compose.NetLinks {
		return
	}
	for _, name := range s.NetworksByPriority() {
		n := s.Networks[name]
		if n == nil {
			n = &types.ServiceNetworkConfig{}
		}
		m.uncarried("services.*.networks.*.", *n, at("networks", name)...)
		if bool(m.model.Networks[name].External) {
			text, err := json.Marshal(n)
			if err != nil {
				panic("a network of a service has a value that JSON has no form for")
			}
			out.Spec.External = append(out.Spec.External, m.model.Networks[name].Name+string(text))
		}
		out.Spec.Networks = append(out.Spec.Networks, compose.ServiceNetwork{
			Name: name, Aliases: n.Aliases, IPv4: n.Ipv4Address, IPv6: n.Ipv6Address, LinkLocal: n.LinkLocalIPs, MAC: n.MacAddress,
			DriverOpts: n.DriverOpts, Priority: n.Priority, GatewayFirst: n.GatewayPriority, Pos: m.files.place(at("networks", name)...),
		})
	}
}

// namespace is a network_mode.
func namespace(mode string, pos compose.Pos) compose.Namespace {
	n := compose.Namespace{Pos: pos}
	switch kind, name, _ := strings.Cut(mode, ":"); {
	case mode == "" || mode == "bridge" || mode == "default":
		if mode != "" {
			n.Mode, n.Name = compose.NetNetwork, "bridge"
		}
	case mode == "none":
		n.Mode = compose.NetNone
	case mode == "host":
		n.Mode = compose.NetHost
	case kind == "service":
		n.Mode, n.Name = compose.NetService, name
	case kind == "container":
		n.Mode, n.Name = compose.NetContainer, name
	default:
		n.Mode, n.Name = compose.NetNetwork, mode
	}
	return n
}

// ports takes over ports and expose.
func (m *mapper) ports(s types.ServiceConfig, out *compose.Service, at pathOf) {
	for i, p := range s.Ports {
		path := at("ports", strconv.Itoa(i))
		port := compose.Port{IP: p.HostIP, First: int(p.Target), Last: int(p.Target), Proto: cmp.Or(p.Protocol, "tcp"), Pos: m.files.place(path...)}
		if p.Published != "" {
			first, last, err := nat.ParsePortRangeToInt(p.Published)
			if err != nil {
				m.fail(fmt.Sprintf("published is a port or a range of ports, not %q", p.Published), path...)
				continue
			}
			port.HostFirst, port.HostLast = first, last
		}
		out.Ports = append(out.Ports, port)
		mode := p.Mode
		if mode == compose.PublishIngress && !m.files.sayMode(s.Name, p.Target) {
			mode = "" // compose-go fills it in
		}
		out.Spec.PortModes = append(out.Spec.PortModes, mode)
	}
	for _, text := range s.Expose {
		span, proto, _ := strings.Cut(text, "/")
		first, last, err := nat.ParsePortRangeToInt(span)
		if err != nil {
			m.fail(fmt.Sprintf("a port or a range of ports, not %q", text), at("expose", text)...)
			continue
		}
		out.Expose = append(out.Expose, compose.Expose{First: first, Last: last, Proto: cmp.Or(proto, "tcp"), Pos: m.files.place(at("expose", text)...)})
	}
}

// system takes over what a container has of the host.
func (m *mapper) system(s types.ServiceConfig, out *compose.Service, at pathOf) {
	for _, host := range slices.Sorted(maps.Keys(s.ExtraHosts)) {
		for _, address := range s.ExtraHosts[host] {
			out.ExtraHosts = append(out.ExtraHosts, compose.Var{Name: host, Value: &address, Pos: m.files.place(at("extra_hosts", host)...)})
		}
	}
	out.Ulimits = m.ulimits(s.Ulimits, at("ulimits")...)
	for _, d := range s.Devices {
		if strings.Contains(d.Source, "=") {
			m.fail("devices of the Container Device Interface are not carried out", at("devices", d.Source)...)
			continue
		}
		out.Devices = append(out.Devices, compose.Device{Host: d.Source, Container: cmp.Or(d.Target, d.Source), Permissions: cmp.Or(d.Permissions, "rwm"), Pos: m.files.place(at("devices", d.Source)...)})
	}
	for _, option := range s.SecurityOpt {
		kind, file, ok := strings.Cut(option, ":")
		if k, f, equals := strings.Cut(option, "="); equals {
			kind, file, ok = k, f, true
		}
		if !ok || kind != "seccomp" || file == "unconfined" || file == "builtin" {
			out.SecurityOpt = append(out.SecurityOpt, option)
			continue
		}
		text, err := os.ReadFile(absolute(m, file))
		if err != nil {
			m.note("no container can be made with it: the seccomp profile can't be read: "+reason(err), at("security_opt", "seccomp")...)
			out.SecurityOpt = append(out.SecurityOpt, option)
			continue
		}
		out.SecurityOpt = append(out.SecurityOpt, "seccomp="+string(text))
	}
	out.LogDriver = s.LogDriver
	options := s.LogOpt
	if s.Logging != nil {
		out.LogDriver, options = s.Logging.Driver, s.Logging.Options
	}
	out.LogOpt = m.texts(options, at("logging", "options")...)
}

func (m *mapper) ulimits(all map[string]*types.UlimitsConfig, path ...string) []compose.Ulimit {
	var list []compose.Ulimit
	for _, name := range slices.Sorted(maps.Keys(all)) {
		u := all[name]
		soft, hard := u.Soft, u.Hard
		if u.Single != 0 {
			soft, hard = u.Single, u.Single
		}
		list = append(list, compose.Ulimit{Name: name, Soft: int64(soft), Hard: int64(hard), Pos: m.files.place(append(slices.Clone(path), name)...)})
	}
	return list
}

// settings takes over settings of containers that files of the first format do not have.
func (m *mapper) settings(s types.ServiceConfig, out *compose.ServiceSpec, at pathOf) {
	out.Init, out.Platform, out.Runtime = s.Init, s.Platform, s.Runtime
	out.Annotations, out.Sysctls, out.StorageOpt = s.Annotations, s.Sysctls, s.StorageOpt
	out.GroupAdd, out.DNSOpts, out.DeviceRules = s.GroupAdd, s.DNSOpts, s.DeviceCgroupRules
	out.UsernsMode, out.UTS, out.Cgroup = s.UserNSMode, s.Uts, s.Cgroup
	out.NanoCPUs = nano(s.CPUS)
	out.CPUPeriod, out.CPURTPeriod, out.CPURTRuntime = s.CPUPeriod, s.CPURTPeriod, s.CPURTRuntime
	out.MemReservation, out.OOMScoreAdj, out.OOMKillDisable = int64(s.MemReservation), int(s.OomScoreAdj), s.OomKillDisable
	out.Unwatched = s.Attach != nil && !*s.Attach
	if s.PidsLimit != 0 {
		n := s.PidsLimit
		out.PidsLimit = &n
	}
	if s.StopGracePeriod != nil {
		d := time.Duration(*s.StopGracePeriod)
		out.StopGracePeriod = &d
	}
	for _, text := range s.Tmpfs {
		path, options, _ := strings.Cut(text, ":")
		if out.Tmpfs == nil {
			out.Tmpfs = map[string]string{}
		}
		out.Tmpfs[path] = options
	}
	for _, g := range s.Gpus {
		out.DeviceRequests = append(out.DeviceRequests, deviceRequest(g, "gpu"))
	}
	out.Blkio = blkio(s.BlkioConfig)
	out.Healthcheck = healthcheck(s.HealthCheck)
	switch s.PullPolicy {
	case "", types.PullPolicyMissing, types.PullPolicyIfNotPresent:
	case types.PullPolicyAlways, types.PullPolicyNever:
		out.Pull = s.PullPolicy
	case types.PullPolicyBuild:
		m.note("build has no effect: up --build builds", at("pull_policy")...)
	default:
		m.fail(fmt.Sprintf("%s is not carried out: write always, missing or never", s.PullPolicy), at("pull_policy")...)
	}
	if strings.HasPrefix(s.Uts, types.ServicePrefix) || strings.HasPrefix(s.Cgroup, types.ServicePrefix) {
		m.fail("sharing it with another service is not carried out", at()...)
	}
}

// hooks takes over commands that are run in containers.
func (m *mapper) hooks(all []types.ServiceHook, path []string) []compose.Hook {
	var list []compose.Hook
	for i, h := range all {
		at := append(slices.Clone(path), strconv.Itoa(i))
		if len(h.Command) == 0 {
			m.fail("needs a command", at...)
			continue
		}
		list = append(list, compose.Hook{
			Command: h.Command, User: h.User, WorkingDir: h.WorkingDir, Environment: h.Environment, Privileged: h.Privileged,
			Pos: m.files.place(at...),
		})
	}
	return list
}

// nano is a number of processors in billionths.
func nano(cpus float32) int64 {
	n, _ := strconv.ParseFloat(strconv.FormatFloat(float64(cpus), 'f', -1, 32), 64)
	return int64(n*1e9 + 0.5)
}

func deviceRequest(d types.DeviceRequest, also ...string) compose.DeviceRequest {
	out := compose.DeviceRequest{Driver: d.Driver, Count: int(d.Count), IDs: d.IDs, Capabilities: slices.Clone(d.Capabilities), Options: d.Options}
	for _, c := range also {
		if !slices.Contains(out.Capabilities, c) {
			out.Capabilities = append(out.Capabilities, c)
		}
	}
	if out.Count == 0 && len(out.IDs) == 0 {
		out.Count = -1
	}
	return out
}

func blkio(b *types.BlkioConfig) *compose.Blkio {
	if b == nil {
		return nil
	}
	rates := func(list []types.ThrottleDevice) map[string]int64 {
		if len(list) == 0 {
			return nil
		}
		all := map[string]int64{}
		for _, d := range list {
			all[d.Path] = int64(d.Rate)
		}
		return all
	}
	out := &compose.Blkio{
		Weight: b.Weight, ReadBps: rates(b.DeviceReadBps), ReadIOps: rates(b.DeviceReadIOps),
		WriteBps: rates(b.DeviceWriteBps), WriteIOps: rates(b.DeviceWriteIOps),
	}
	for _, d := range b.WeightDevice {
		if out.WeightDevice == nil {
			out.WeightDevice = map[string]int64{}
		}
		out.WeightDevice[d.Path] = int64(d.Weight)
	}
	return out
}

func healthcheck(h *types.HealthCheckConfig) *compose.Healthcheck {
	if h == nil {
		return nil
	}
	if h.Disable {
		return &compose.Healthcheck{Test: []string{"NONE"}}
	}
	duration := func(d *types.Duration) time.Duration {
		if d == nil {
			return 0
		}
		return time.Duration(*d)
	}
	out := &compose.Healthcheck{
		Test: h.Test, Interval: duration(h.Interval), Timeout: duration(h.Timeout),
		StartPeriod: duration(h.StartPeriod), StartInterval: duration(h.StartInterval),
	}
	if h.Retries != nil {
		out.Retries = int(*h.Retries)
	}
	return out
}
