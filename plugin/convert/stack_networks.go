package convert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// topNetworks writes the networks of the topology, and those that are there already.
func (k *stack) topNetworks() {
	if slices.ContainsFunc(k.topology.Networks, func(n linking.Network) bool { return n.Like != nil && len(n.Like.DriverOpts) > 0 }) {
		i := slices.IndexFunc(k.project.Networks, func(n compose.Network) bool { return n.Name == defaultNetwork })
		k.kept(k.project.Networks[i])
	}
	for _, n := range k.topology.Networks {
		of := map[string]any{"driver": overlay}
		switch {
		case n.Declared != nil:
			of = k.declared(n.Declared)
		case n.Kind == linking.Naming:
			of["internal"] = true
		case n.Like != nil:
			k.alike(of, n)
		}
		if len(n.Externals) > 0 {
			of["attachable"] = true
		}
		k.make(k.key(n), of)
	}
}

// make puts a network into the file that is made for the project. To a swarm this tool gives
// it under a name that says its settings too, unless the files fix it.
func (k *stack) make(key string, of map[string]any) {
	encrypt := k.own != nil && k.own.Encrypt || k.project.Swarm != nil && k.project.Swarm.Encrypt
	if options := object(of["driver_opts"]); encrypt && of["driver"] == overlay && options["encrypted"] == nil {
		if options == nil {
			options = map[string]any{}
		}
		options["encrypted"] = "true"
		of["driver_opts"] = options
	}
	if k.own != nil && of["name"] == nil {
		settings := ""
		if len(of) > 1 || of["driver"] != overlay {
			text, err := json.Marshal(of)
			if err != nil {
				panic("a network has a value that JSON has no form for: " + err.Error())
			}
			settings = string(text)
		}
		of["name"] = linking.SwarmNetwork(k.project.Name, key, settings)
	}
	k.networks[key] = of
}

// overlay is the driver of networks over nodes.
const overlay = "overlay"

// engineName is the name on the swarm of a network that was made.
func (k *stack) engineName(key string) string {
	if name, ok := object(k.networks[key])["name"].(string); ok {
		return name
	}
	return k.project.Name + "_" + key
}

// key is the name of a network in the file.
func (k *stack) key(n linking.Network) string {
	if n.Declared == nil {
		return n.Name
	}
	return linking.SwarmName(k.project.Name, n.Name)
}

// Options of the bridge driver without which a network reaches no more than with them.
var harmless = []string{"com.docker.network.bridge.name", "com.docker.network.container_iface_prefix", "com.docker.network.bridge.default_bridge", "com.docker.network.enable_ipv6"}

// passed are options that networks over nodes have as well.
var passed = []string{"com.docker.network.driver.mtu", "encrypted"}

// declared is a network that the files declare.
func (k *stack) declared(n *compose.Network) map[string]any {
	values, path := k.said("networks", n.Name), "networks."+n.Name
	k.tell("networks.*.", values, n.Pos, path)
	of := map[string]any{"driver": n.Driver}
	if n.Driver == "" || n.Driver == "bridge" {
		of["driver"] = overlay
	} else if n.Driver != overlay {
		k.note(n.Pos, path+".driver", fmt.Sprintf("%s has to be a driver for swarms on every node", n.Driver))
	}
	if own := k.ownName(n.Name, n.Engine); own != "" {
		of["name"] = own
		if !linking.InSwarm("", own) {
			k.fail(n.Pos, path+".name", fmt.Sprintf("%q can't be the name of a network in a swarm: letters, digits, - and _, no more than 62", own), "give it another name")
		}
	}
	options := map[string]any{}
	for _, name := range sorted(n.DriverOpts) {
		switch bridge := of["driver"] == overlay && n.Driver != overlay; {
		case !bridge || slices.Contains(passed, name):
			options[name] = n.DriverOpts[name]
		case slices.Contains(harmless, name):
			k.note(n.Pos, path+".driver_opts", fmt.Sprintf("%s is left out: a network over nodes has no such option", name))
		default:
			k.fail(n.Pos, path+".driver_opts", fmt.Sprintf("a network over nodes has no option %s, and without it more may reach each other, or the outside", name),
				"remove the option if that is meant")
		}
	}
	if len(options) > 0 {
		of["driver_opts"] = options
	}
	for key, value := range map[string]bool{"internal": n.Internal, "attachable": n.Attachable} {
		if value {
			of[key] = true
		}
	}
	if len(n.Labels) > 0 {
		of["labels"] = values["labels"]
	}
	if ipam := k.ipam(n, path); len(ipam) > 0 {
		of["ipam"] = ipam
	}
	return of
}

// alike gives a network that is made for links what it has of the default one.
func (k *stack) alike(of map[string]any, n linking.Network) {
	if n.Like.Internal {
		of["internal"] = true
	}
	if len(n.Like.Labels) > 0 {
		of["labels"] = texts(n.Like.Labels)
	}
	options := map[string]any{}
	for _, name := range passed {
		if value, ok := n.Like.DriverOpts[name]; ok {
			options[name] = value
		}
	}
	if len(options) > 0 {
		of["driver_opts"] = options
	}
}

// kept fails where options of the default network, whose place others take, keep somebody
// out, and those over nodes can't.
func (k *stack) kept(n compose.Network) {
	for _, name := range sorted(n.DriverOpts) {
		if !slices.Contains(passed, name) && !slices.Contains(harmless, name) {
			k.fail(n.Pos, "networks."+n.Name+".driver_opts", fmt.Sprintf("a network over nodes has no option %s, and without it more may reach each other, or the outside", name),
				"remove the option if that is meant")
		}
	}
}

// ipam is the addresses of a network.
func (k *stack) ipam(n *compose.Network, path string) map[string]any {
	ipam := map[string]any{}
	if n.IPAMDriver != "" && n.IPAMDriver != "default" {
		ipam["driver"] = n.IPAMDriver
	}
	var pools []any
	more := len(n.IPAMOpts) > 0
	for _, pool := range n.Pools {
		more = more || pool.Gateway != "" || pool.Range != "" || len(pool.Reserved) > 0
		addresses := map[string]any{}
		for key, value := range map[string]string{"subnet": pool.Subnet, "gateway": pool.Gateway, "ip_range": pool.Range} {
			if value != "" && (key == "subnet" || k.own != nil) {
				addresses[key] = value
			}
		}
		if len(pool.Reserved) > 0 && k.own != nil {
			addresses["aux_addresses"] = texts(pool.Reserved)
		}
		if len(addresses) > 0 {
			pools = append(pools, addresses)
		}
	}
	if len(n.IPAMOpts) > 0 && k.own != nil {
		ipam["options"] = texts(n.IPAMOpts)
	}
	if len(pools) > 0 {
		ipam["config"] = pools
	}
	if more && k.own == nil {
		k.note(n.Pos, path+".ipam", "only subnet is written: a stack has no word for gateway, ip_range, aux_addresses and options")
	}
	return ipam
}

// there puts a network that is there already into the file.
func (k *stack) there(name, engine string, pos compose.Pos, path string) string {
	key := linking.SwarmName(k.project.Name, name)
	of, taken := k.networks[key].(map[string]any)
	for i := 2; taken && (of["external"] != true || of["name"] != engine); i++ { // the project has one of that name
		key = linking.SwarmName(k.project.Name, name+"-"+strconv.Itoa(i))
		of, taken = k.networks[key].(map[string]any)
	}
	if !taken {
		k.networks[key] = map[string]any{"external": true, "name": engine}
		if engine != "host" {
			k.note(pos, path, fmt.Sprintf("%s has to be a network of the swarm: docker network create --driver overlay --attachable %s", engine, engine))
		}
	}
	return key
}

// alone puts a network for one service alone into the file.
func (k *stack) alone(s *compose.Service, internal bool) string {
	key := linking.SwarmName(k.project.Name, s.Name)
	for i := 2; k.networks[key] != nil; i++ {
		key = linking.SwarmName(k.project.Name, s.Name+"-"+strconv.Itoa(i))
	}
	of := map[string]any{"driver": overlay}
	if internal {
		of["internal"] = true
	}
	k.make(key, of)
	return key
}

// seats are the networks that a service is on, each at least one: tasks without are on
// docker0, where all reach each other.
func (k *stack) seats(s *compose.Service) map[string]any {
	seats, of := map[string]any{}, k.topology.Service(s.Name)
	key := "net"
	if s.Spec != nil {
		key = "network_mode"
	}
	switch s.Net.Mode {
	case compose.NetHost:
		seats[k.there("host", "host", s.At[key], s.Name+"."+key)] = nil
		return seats
	case compose.NetNone:
		k.note(s.At[key], s.Name+"."+key, "the service has a network to itself that leads nowhere in place of none, which tasks can't have")
		seats[k.alone(s, true)] = nil
		return seats
	case compose.NetService, compose.NetContainer:
		k.fail(s.At[key], s.Name+"."+key, fmt.Sprintf("a task can't use the network of %q, and with one of its own it reaches others and is reached by others", s.Net.Name),
			fmt.Sprintf("give the service links, or put its program into the image of %q", s.Net.Name))
		return seats
	case compose.NetNetwork:
		if s.Net.Name == "bridge" {
			k.note(s.At[key], s.Name+"."+key, "the service is not on bridge, where all containers reach each other: it has networks of its own")
		} else {
			seats[k.there(s.Net.Name, s.Net.Name, s.At[key], s.Name+"."+key)] = nil
		}
	}
	for _, e := range of.Endpoints {
		n := k.topology.Network(e.Network)
		seats[k.key(*n)] = seat(aliasesBut(e, s.Name))
		k.tellSeat(s, n.Name)
		if len(of.Endpoints) == 1 && n.Kind == linking.Isolated && replicas(s) > 1 {
			k.note(s.Pos, s.Name, "its replicas reach each other in a swarm")
		}
	}
	for _, on := range linking.ExternalNetworks(k.project, s) {
		seats[k.there(on.Seat.Name, on.Network.Engine, on.Network.Pos, "networks."+on.Network.Name)] = seat(on.Seat.Aliases)
		k.tellSeat(s, on.Seat.Name)
	}
	if len(seats) == 0 {
		seats[k.alone(s, false)] = nil
	}
	return seats
}

// tellSeat tells what can't be said of a service on a network.
func (k *stack) tellSeat(s *compose.Service, network string) {
	on, _ := s.On(network)
	k.tell("services.*.networks.*.", k.said("services", s.Name, "networks", network), on.Pos, s.Name+".networks."+network)
}

func seat(aliases []string) any {
	if len(aliases) == 0 {
		return nil
	}
	return map[string]any{"aliases": aliases}
}

func replicas(s *compose.Service) int {
	if s.Spec == nil || s.Spec.Replicas == nil {
		return 1
	}
	return *s.Spec.Replicas
}
