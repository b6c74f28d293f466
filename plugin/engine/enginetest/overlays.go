package enginetest

import (
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
	swarmtypes "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/swarm"
)

// overlay is what a network of a swarm has that others have not.
type overlay struct {
	cluster *cluster
	last    netip.Addr // the address that was given last: they are given in turn
	ingress bool
	vxlan   string
	// balancers are the addresses of what each node has there besides containers.
	balancers map[*networkStore]netip.Prefix
}

// balancer is what balances connections on an overlay, on each node that has tasks there.
func (o *overlay) balancer(n *network, at *networkStore) networktypes.EndpointResource {
	if o.balancers == nil {
		o.balancers = map[*networkStore]netip.Prefix{}
	}
	address, had := o.balancers[at]
	if !had {
		address = o.cluster.Allot(n.id)
		o.balancers[at] = address
	}
	shown := networktypes.EndpointResource{Name: n.name + "-endpoint", EndpointID: n.id}
	if address.IsValid() {
		shown.IPv4Address, shown.MacAddress = address.String(), madeMAC(address.Addr())
	}
	return shown
}

// isIngress reports whether a network is that of the ports that all nodes publish.
func (n *network) isIngress() bool { return n.overlay != nil && n.overlay.ingress }

// overlays are the networks of a swarm. All engines have the same ones.
type overlays struct {
	cluster *cluster
	made    []*network
	// predefined stand for the networks of these names that each node has.
	predefined []*network
	last       netip.Prefix // of the pool that was given
}

// optionVXLAN is the option by which an overlay shows its number.
const optionVXLAN = "com.docker.network.driver.overlay.vxlanid_list"

func newOverlays(c *cluster) *overlays {
	o := &overlays{cluster: c}
	ingress := o.add(networktypes.CreateRequest{Name: "ingress", CreateOptions: networktypes.CreateOptions{Driver: "overlay"}})
	ingress.overlay.ingress = true
	for _, name := range []string{networktypes.NetworkBridge, networktypes.NetworkHost} {
		n := &network{id: c.NewID(), name: name, created: time.Now().UTC(), overlay: &overlay{cluster: c}}
		n.request.Driver, n.request.Scope = name, "swarm"
		n.request.Labels = map[string]string{"com.docker.swarm.predefined": "true"}
		o.predefined = append(o.predefined, n)
	}
	return o
}

// create makes an overlay.
func (o *overlays) create(req networktypes.CreateRequest) (*network, error) {
	if err := swarm.CheckName(req.Name); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(o.made, func(n *network) bool { return n.name == req.Name }) {
		return nil, api.Conflict("network with name %s already exists", req.Name)
	}
	if req.Scope == "local" {
		return nil, api.Errorf(http.StatusForbidden, "cannot downgrade network scope for overlay networks")
	}
	n := o.add(req)
	o.emit(n, events.ActionCreate)
	return n, nil
}

// add makes an overlay with subnets and a number that no other has.
func (o *overlays) add(req networktypes.CreateRequest) *network {
	n := &network{id: o.cluster.NewID(), name: req.Name, created: time.Now().UTC(), request: req, overlay: &overlay{cluster: o.cluster}}
	n.request.Scope = "swarm"
	n.request.Options = merged(req.Options, nil)
	if req.Driver == "overlay" {
		n.overlay.vxlan = strconv.Itoa(o.freeVXLAN())
		n.request.Options[optionVXLAN] = n.overlay.vxlan
	}
	var asked []networktypes.IPAMConfig
	if req.IPAM != nil {
		asked = req.IPAM.Config
	}
	n.request.IPAM = &networktypes.IPAM{Driver: "default"}
	if len(asked) == 0 && req.Driver == "overlay" {
		asked = []networktypes.IPAMConfig{{Subnet: o.freeSubnet().String()}}
	}
	for _, config := range asked {
		prefix, err := netip.ParsePrefix(config.Subnet)
		if err != nil || o.taken(prefix) {
			continue // the swarm makes the network, but gives it no addresses
		}
		s := &subnet{prefix: prefix.Masked(), lease: prefix.Masked(), gateway: prefix.Masked().Addr().Next(), used: map[netip.Addr]bool{}}
		if gateway, err := netip.ParseAddr(config.Gateway); err == nil {
			s.gateway = gateway
		}
		s.used[s.prefix.Addr()], s.used[lastAddr(s.prefix)], s.used[s.gateway] = true, true, true
		n.subnets = append(n.subnets, s)
	}
	o.made = append(o.made, n)
	return n
}

func (o *overlays) freeVXLAN() int {
	number := 4096
	for slices.ContainsFunc(o.made, func(n *network) bool { return n.overlay.vxlan == strconv.Itoa(number) }) {
		number++
	}
	return number
}

func (o *overlays) taken(prefix netip.Prefix) bool {
	return slices.ContainsFunc(o.made, func(n *network) bool {
		return slices.ContainsFunc(n.subnets, func(s *subnet) bool { return s.prefix.Overlaps(prefix) })
	})
}

// freeSubnet is one of the pool of a swarm that no network has.
func (o *overlays) freeSubnet() netip.Prefix {
	subnet := netip.MustParsePrefix("10.0.0.0/24")
	if o.last.IsValid() && o.cluster.release.overlaysInTurn {
		subnet = o.last
	}
	for o.taken(subnet) || subnet == o.last && o.cluster.release.overlaysInTurn {
		subnet = netip.PrefixFrom(lastAddr(subnet).Next(), subnet.Bits())
	}
	o.last = subnet
	return subnet
}

// remove removes an overlay that no service is attached to.
func (o *overlays) remove(n *network, used []*container) error {
	if user := o.cluster.UserOf(n.id); user != "" {
		return api.BadRequest("rpc error: code = FailedPrecondition desc = network %s is in use by service %s", n.id, user)
	}
	for _, c := range used {
		if on := c.endpointOn(n); on.attachment != "" {
			return api.BadRequest("rpc error: code = FailedPrecondition desc = network %s is in use by task %s", n.id, on.attachment)
		}
	}
	o.made = slices.DeleteFunc(o.made, func(other *network) bool { return other == n })
	o.emit(n, events.ActionRemove)
	return nil
}

func (o *overlays) emit(n *network, action events.Action) {
	for _, m := range o.cluster.members {
		if m.manager {
			m.journal.emitFrom("swarm", events.NetworkEventType, action, n.id, nil, "name", n.name)
		}
	}
}

// get finds a network of the swarm by its ID.
func (o *overlays) get(id string) *network {
	for _, n := range slices.Concat(o.made, o.predefined) {
		if n.id == id {
			return n
		}
	}
	return nil
}

// Attachable finds a network for services.
func (o *overlays) Attachable(ref string) (swarmtypes.Network, bool) {
	for _, n := range slices.Concat(o.made, o.predefined) {
		if n.id == ref || n.name == ref || len(ref) >= 10 && strings.HasPrefix(n.id, ref) {
			return n.asAttachment(), true
		}
	}
	return swarmtypes.Network{}, false
}

// Ingress is the network for ports that all nodes publish.
func (o *overlays) Ingress() swarmtypes.Network { return o.made[0].asAttachment() }

// Allot takes the next address of an overlay.
func (o *overlays) Allot(id string) netip.Prefix {
	n := o.get(id)
	if n == nil || len(n.subnets) == 0 {
		return netip.Prefix{}
	}
	s := n.subnets[0]
	if !n.overlay.last.IsValid() {
		n.overlay.last = s.prefix.Addr()
	}
	for addr := n.overlay.last.Next(); ; addr = addr.Next() {
		if !s.prefix.Contains(addr) {
			addr = s.prefix.Addr()
		}
		if !s.used[addr] {
			s.used[addr], n.overlay.last = true, addr
			return netip.PrefixFrom(addr, s.prefix.Bits())
		}
		if addr == n.overlay.last {
			return netip.Prefix{}
		}
	}
}

// Release gives an address of an overlay back.
func (o *overlays) Release(id string, address netip.Prefix) {
	if n := o.get(id); n != nil && len(n.subnets) > 0 {
		delete(n.subnets[0].used, address.Addr())
	}
}

// asAttachment is a network as tasks show it.
func (n *network) asAttachment() swarmtypes.Network {
	shown := swarmtypes.Network{
		ID:   n.id,
		Meta: swarmtypes.Meta{CreatedAt: n.created, UpdatedAt: n.created},
		Spec: swarmtypes.NetworkSpec{
			Annotations:         swarmtypes.Annotations{Name: n.name, Labels: api.NonNil(n.request.Labels)},
			DriverConfiguration: &swarmtypes.Driver{Name: n.request.Driver},
			Internal:            n.request.Internal, Attachable: n.request.Attachable, Ingress: n.overlay.ingress, Scope: "swarm",
		},
		DriverState: swarmtypes.Driver{Name: n.request.Driver},
		IPAMOptions: &swarmtypes.IPAMOptions{},
	}
	if n.overlay.vxlan != "" {
		shown.DriverState.Options = maps.Clone(n.request.Options)
		shown.IPAMOptions.Driver.Name = "default"
	}
	for _, s := range n.subnets {
		shown.IPAMOptions.Configs = append(shown.IPAMOptions.Configs, swarmtypes.IPAMConfig{Subnet: s.prefix.String(), Gateway: s.gateway.String()})
	}
	return shown
}
