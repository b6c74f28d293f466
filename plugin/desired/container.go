package desired

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"
	"github.com/docker/go-units"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// config maps the keys of a service to the engine's container configuration
// (compose-v1.md 1.2).
func config(s *compose.Service, image string, labels map[string]string) *container.Config {
	exposed, _ := ports(s)
	c := &container.Config{
		Image:        image,
		Cmd:          s.Command,
		Entrypoint:   s.Entrypoint,
		User:         s.User,
		WorkingDir:   s.WorkingDir,
		Hostname:     s.Hostname,
		Domainname:   s.Domainname,
		MacAddress:   macAddress(s),
		Env:          environment(s.Environment),
		Labels:       labels,
		ExposedPorts: exposed,
		OpenStdin:    s.StdinOpen,
		Tty:          s.TTY,
		StopSignal:   s.StopSignal,
		Volumes:      map[string]struct{}{},
	}
	for _, v := range s.Volumes {
		if v.Host == "" {
			c.Volumes[v.Target] = struct{}{}
		}
	}
	if s.Spec != nil {
		addSpecConfig(c, s.Spec, unset(s.Environment))
	}
	return c
}

// macAddress is the MAC address of a service's containers; empty: any. On the
// network of the host, and on none, there is no network card to have one, and
// engines refuse it or say nothing: package compose does.
func macAddress(s *compose.Service) string {
	if s.Net.Mode == compose.NetHost || s.Net.Mode == compose.NetNone {
		return ""
	}
	return s.MacAddress
}

// hostConfig maps the keys of a service to the engine's host configuration
// (compose-v1.md 1.2). Where the container joins others is filled in by its
// creation.
func hostConfig(s *compose.Service) *container.HostConfig {
	_, bindings := ports(s)
	h := &container.HostConfig{
		PortBindings:   bindings,
		VolumeDriver:   s.VolumeDriver,
		DNS:            s.DNS,
		DNSSearch:      s.DNSSearch,
		PidMode:        container.PidMode(s.Pid),
		IpcMode:        container.IpcMode(s.Ipc),
		CapAdd:         s.CapAdd,
		CapDrop:        s.CapDrop,
		SecurityOpt:    s.SecurityOpt,
		Privileged:     s.Privileged,
		ReadonlyRootfs: s.ReadOnly,
		ShmSize:        s.ShmSize,
		RestartPolicy: container.RestartPolicy{
			Name:              container.RestartPolicyMode(s.Restart.Policy),
			MaximumRetryCount: s.Restart.Max,
		},
		LogConfig: container.LogConfig{Type: s.LogDriver, Config: values(s.LogOpt)},
		Resources: container.Resources{
			Memory:           s.MemLimit,
			MemorySwap:       s.MemswapLimit,
			MemorySwappiness: s.MemSwappiness,
			CPUShares:        s.CPUShares,
			CPUQuota:         s.CPUQuota,
			CpusetCpus:       s.CPUSet,
			CgroupParent:     s.CgroupParent,
		},
	}
	if s.Spec != nil {
		addSpecHost(h, s.Spec)
	}
	if ForwardsNothing(s) && h.Sysctls["net.ipv4.ip_forward"] == "" {
		h.Sysctls = maps.Clone(h.Sysctls)
		if h.Sysctls == nil {
			h.Sysctls = map[string]string{}
		}
		h.Sysctls["net.ipv4.ip_forward"] = "0"
	}
	for _, v := range s.Volumes {
		if v.Host != "" {
			h.Binds = append(h.Binds, bind(v.Host, v.Target, v.Mode))
		}
	}
	for _, x := range s.ExtraHosts {
		if x.Value != nil {
			h.ExtraHosts = append(h.ExtraHosts, x.Name+":"+*x.Value)
		}
	}
	for _, u := range s.Ulimits {
		h.Ulimits = append(h.Ulimits, &units.Ulimit{Name: u.Name, Soft: u.Soft, Hard: u.Hard})
	}
	for _, d := range s.Devices {
		h.Devices = append(h.Devices, container.DeviceMapping{
			PathOnHost: d.Host, PathInContainer: d.Container, CgroupPermissions: d.Permissions,
		})
	}
	return h
}

// OptionICC is the bridge driver's option that lets members of a network talk, or not.
const OptionICC = "com.docker.network.bridge.enable_icc"

// ForwardsNothing reports whether the containers of a service must not pass
// packets on from one of their networks to another, as the kernel does where it
// is not told otherwise: services that are linked to the same one would reach
// each other through it. Those that may set up routes are left to do so.
func ForwardsNothing(s *compose.Service) bool {
	routes := s.Privileged || slices.ContainsFunc(s.CapAdd, func(c string) bool {
		c = strings.TrimPrefix(strings.ToUpper(c), "CAP_")
		return c == "NET_ADMIN" || c == "ALL"
	})
	return hasOwnNetwork(s) && !routes
}

func bind(host, target, mode string) string {
	if mode == "" {
		return host + ":" + target
	}
	return host + ":" + target + ":" + mode
}

func environment(vars []compose.Var) []string {
	var env []string
	for _, v := range vars {
		if v.Value != nil {
			env = append(env, v.Name+"="+*v.Value)
		}
	}
	return env
}

// unset are the variables without a value.
func unset(vars []compose.Var) []string {
	var names []string
	for _, v := range vars {
		if v.Value == nil {
			names = append(names, v.Name)
		}
	}
	return names
}

func values(vars []compose.Var) map[string]string {
	var m map[string]string
	for _, v := range vars {
		if v.Value != nil {
			if m == nil {
				m = map[string]string{}
			}
			m[v.Name] = *v.Value
		}
	}
	return m
}

// ports gives the ports that a service exposes and those that it publishes.
func ports(s *compose.Service) (nat.PortSet, nat.PortMap) {
	exposed, bindings := nat.PortSet{}, nat.PortMap{}
	for _, x := range s.Expose {
		for p := x.First; p <= x.Last; p++ {
			exposed[port(p, x.Proto)] = struct{}{}
		}
	}
	for _, x := range s.Ports {
		for p := x.First; p <= x.Last; p++ {
			b := nat.PortBinding{HostIP: x.IP}
			switch {
			case x.HostFirst == 0:
			case x.First == x.Last && x.HostFirst != x.HostLast:
				b.HostPort = fmt.Sprintf("%d-%d", x.HostFirst, x.HostLast)
			default:
				b.HostPort = strconv.Itoa(x.HostFirst + p - x.First)
			}
			exposed[port(p, x.Proto)] = struct{}{}
			bindings[port(p, x.Proto)] = append(bindings[port(p, x.Proto)], b)
		}
	}
	return exposed, bindings
}

func port(number int, proto string) nat.Port {
	return nat.Port(strconv.Itoa(number) + "/" + proto)
}

// portRange names the ranges of host ports that the engine chooses from for a
// service, with those of other services that have ports of them among theirs; empty:
// there is none. The engine chooses from a range without reserving the port, so that
// containers which share one must start one after another.
func portRange(p *compose.Project, s *compose.Service) string {
	ranges := rangesOf(s)
	if len(ranges) == 0 {
		return ""
	}
	others := map[*compose.Service][]Publishing{}
	for _, o := range p.Services {
		if list := rangesOf(o); o != s && len(list) > 0 {
			others[o] = list
		}
	}
	sharing := map[*compose.Service]bool{s: true}
	for found := true; found; { // until there are no more
		found = false
		for _, o := range p.Services {
			meets := func(r Publishing) bool {
				return slices.ContainsFunc(ranges, func(x Publishing) bool { return x.Meets(r.HostPorts) })
			}
			if !sharing[o] && slices.ContainsFunc(others[o], meets) {
				sharing[o], found = true, true
				ranges = append(ranges, others[o]...)
			}
		}
	}
	var names []string
	for _, o := range p.Services {
		if sharing[o] {
			names = append(names, o.Name)
		}
	}
	return strings.Join(names, " ")
}

// rangesOf lists the ranges of host ports that the engine chooses from for a service.
func rangesOf(s *compose.Service) []Publishing {
	return slices.DeleteFunc(PublishedBy(s, ""), func(p Publishing) bool { return !p.Any })
}

// chosenPorts lists the ports of a service for which the engine chooses one of the
// host.
func chosenPorts(s *compose.Service) []string {
	var ports []string
	for _, x := range s.Ports {
		if x.HostFirst == 0 || x.First == x.Last && x.HostFirst != x.HostLast {
			inside := compose.Port{First: x.First, Last: x.Last, Proto: "tcp"} // which is not written
			ports = append(ports, inside.String()+"/"+x.Proto)
		}
	}
	return ports
}

// hostPorts lists the ports of the host that a service's containers need.
func hostPorts(s *compose.Service) []plan.HostPort {
	var ports []plan.HostPort
	for _, x := range s.Ports {
		if x.HostFirst != 0 {
			ports = append(ports, plan.HostPort{IP: x.IP, First: x.HostFirst, Last: x.HostLast, Proto: x.Proto})
		}
	}
	return ports
}

// data lists the volumes and the paths of the host that a service's containers
// write to, as plan.Container has it. The engine's socket is no data.
func data(s *compose.Service) []string {
	var list []string
	for _, v := range s.Volumes {
		readOnly := slices.Contains(strings.Split(v.Mode, ","), "ro")
		if v.Host != "" && !readOnly && !linking.IsSocket(v.Host) {
			list = append(list, v.Host)
		}
	}
	if s.Spec != nil {
		for _, m := range s.Spec.Mounts {
			if m.Source != "" && !m.ReadOnly && m.Type != "image" {
				list = append(list, m.Source)
			}
		}
	}
	return list
}

// netMode is the engine's word for a net that is neither links' nor a
// container's.
func netMode(n compose.Namespace) string {
	switch n.Mode {
	case compose.NetHost:
		return "host"
	case compose.NetNone:
		return "none"
	default:
		return "default"
	}
}
