package linking

import (
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Networks that are made for links take the place of the default network of files of the
// specification, and join services that the files keep apart. Nothing that the files shut
// is opened by that: what has no way out to the world gets none, and who had one keeps it.

// ownOptions are options of the default network that those in its place can't have: they
// are about one network alone, or keep apart who is linked.
var ownOptions = []string{"com.docker.network.bridge.name", "com.docker.network.bridge.default_bridge", "com.docker.network.bridge.enable_icc"}

// dissolves returns the default network, as the files declare it, where links take its
// place; nil: they don't, or it is not declared.
func (s seats) dissolves(o Options) *compose.Network {
	if n := s.byName[defaultNetwork]; o.Isolation == ByLinks && n != nil && !n.External {
		return n
	}
	return nil
}

// bridged reports whether a network has the driver that networks for links have.
func bridged(n *compose.Network) bool {
	return n.Driver == "" || n.Driver == "default" || n.Driver == "bridge"
}

func (s seats) internal(network string) bool {
	n := s.byName[network]
	return n != nil && n.Internal
}

// outward reports whether a service has a way out to the world by a network that the
// project makes, as the files have it.
func (s seats) outward(svc *compose.Service) bool {
	return s.onDefault(svc) && !s.internal(defaultNetwork) ||
		slices.ContainsFunc(s.declared[svc.Name], func(n string) bool { return !s.internal(n) })
}

// shut reports whether a service must get no way out by networks for links: it has none,
// or that of networks that are there already.
func (s seats) shut(svc *compose.Service) bool {
	return svc != nil && svc.Spec != nil && svc.Net.Mode == compose.NetLinks && !s.outward(svc)
}

// inherit gives networks that are made for links what they have of those they take the
// place of.
func (s seats) inherit(list []Network, o Options) []Network {
	if s.project.Format != compose.Spec {
		return list
	}
	was := s.dissolves(o)
	for i, n := range list {
		if n.Declared != nil {
			continue
		}
		var like compose.Network
		if was != nil && bridged(was) && slices.ContainsFunc(n.Members, func(m string) bool { return s.onDefault(s.service(m)) }) {
			like.Labels, like.DriverOpts = maps.Clone(was.Labels), maps.Clone(was.DriverOpts)
			maps.DeleteFunc(like.DriverOpts, func(name, _ string) bool { return slices.Contains(ownOptions, name) })
		}
		like.Internal = slices.ContainsFunc(n.Members, func(m string) bool { return s.shut(s.service(m)) })
		if like.Internal || len(like.Labels)+len(like.DriverOpts) > 0 {
			list[i].Like = &like
		}
	}
	return list
}

// service is the service of that name, which there is.
func (s seats) service(name string) *compose.Service { return s.project.Service(name) }

// shutIn returns the services that have a way out as the files have it, and none on the
// networks of the list: they need one of their own.
func (s seats) shutIn(list []Network) []string {
	out := map[string]bool{}
	for _, n := range list {
		of := n.Declared
		if of == nil {
			of = n.Like
		}
		if of == nil || !of.Internal {
			for _, m := range n.Members {
				out[m] = true
			}
		}
	}
	var shut []string
	for _, svc := range s.project.Services {
		if s.outward(svc) && !out[svc.Name] && len(s.external[svc.Name]) == 0 {
			shut = append(shut, svc.Name)
		}
	}
	return shut
}

// lost notes what the files say of the default network, and of services there, that no
// network in its place has.
func (s seats) lost(o Options) []compose.Note {
	n := s.dissolves(o)
	if s.project.Format != compose.Spec || o.Isolation != ByLinks {
		return nil
	}
	const text = "has no effect: links take the place of the default network. A network of another name stays as it is declared"
	var notes []compose.Note
	add := func(pos compose.Pos, path string, is bool) {
		if is {
			notes = append(notes, compose.Note{Pos: pos, Path: path, Text: text})
		}
	}
	used := slices.ContainsFunc(s.project.Services, s.onDefault)
	if n != nil && used {
		add(n.Pos, "networks.default.driver", !bridged(n))
		add(n.Pos, "networks.default.ipam", n.IPAMDriver != "" || len(n.IPAMOpts)+len(n.Pools) > 0)
		add(n.Pos, "networks.default.enable_ipv6", n.IPv6 != nil && *n.IPv6)
		add(n.Pos, "networks.default.attachable", n.Attachable)
		for _, name := range slices.Sorted(maps.Keys(n.DriverOpts)) {
			add(n.Pos, "networks.default.driver_opts."+name, !bridged(n) || slices.Contains(ownOptions, name))
		}
	}
	for _, svc := range s.project.Services {
		on, ok := svc.On(defaultNetwork)
		if !ok || !s.onDefault(svc) {
			continue
		}
		var keys []string
		for key, is := range map[string]bool{
			"ipv4_address": on.IPv4 != "", "ipv6_address": on.IPv6 != "", "link_local_ips": len(on.LinkLocal) > 0,
			"mac_address": on.MAC != "", "driver_opts": len(on.DriverOpts) > 0, "gw_priority": on.GatewayFirst != 0,
		} {
			if is {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		add(on.Pos, svc.Name+".networks.default: "+strings.Join(keys, ", "), len(keys) > 0)
	}
	return notes
}
