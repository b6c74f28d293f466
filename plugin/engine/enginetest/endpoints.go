package enginetest

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
)

// endpointOn is how the container is on a network, nil when it is not.
func (c *container) endpointOn(n *network) *networktypes.EndpointSettings {
	for name, settings := range c.endpoints {
		if settings.NetworkID == n.id || settings.NetworkID == "" && name == n.name {
			return settings
		}
	}
	return nil
}

func (e *Engine) connect(n *network, _ http.ResponseWriter, r *http.Request) error {
	var req networktypes.ConnectOptions
	if err := readJSON(r, &req, true); err != nil {
		return err
	}
	c, err := e.findContainer(req.Container)
	if err != nil {
		return err
	}
	if c.host.NetworkMode.IsContainer() {
		return badRequest("container sharing network namespace with another container or host " +
			"cannot be connected to any other network")
	}
	if c.host.NetworkMode.IsHost() || n.name == networktypes.NetworkHost {
		return badRequest("container cannot be disconnected from host network or connected to host network")
	}
	settings := req.EndpointConfig
	if settings == nil {
		settings = &networktypes.EndpointSettings{}
	}
	if err := n.checkFixedAddress(settings, e.release.refusals); err != nil {
		return err
	}
	if c.endpointOn(n) != nil && c.running() {
		return errorf(http.StatusForbidden, "endpoint with name %s already exists in network %s", c.name, n.name)
	}
	if !c.running() {
		settings.NetworkID = n.id
		delete(c.endpoints, networktypes.NetworkNone)
		c.endpoints[n.name] = settings
		return nil
	}
	if err := e.checkNetworkMode(c); err != nil {
		return err
	}
	if err := e.join(c, n, settings); err != nil {
		return err
	}
	c.endpoints[n.name] = settings
	return nil
}

// checkNetworkMode looks up the network that a container was made on, on engines
// that do so before they attach it to any.
func (e *Engine) checkNetworkMode(c *container) error {
	mode := c.host.NetworkMode
	if !e.release.networkModeMustExist || !mode.IsUserDefined() {
		return nil
	}
	if _, err := e.findNetwork(mode.NetworkName()); err != nil {
		return notFound("could not find a network matching network mode %s: network %s not found", mode, mode)
	}
	return nil
}

// checkFixedAddress refuses a fixed address where none can be had.
func (n *network) checkFixedAddress(settings *networktypes.EndpointSettings, refusals refusals) error {
	if settings.IPAMConfig == nil || settings.IPAMConfig.IPv4Address == "" {
		return nil
	}
	if predefined(n.name) {
		return badRequest("user specified IP address is supported on user defined networks only")
	}
	addr, err := netip.ParseAddr(settings.IPAMConfig.IPv4Address)
	if err != nil {
		return badRequest("invalid IPv4 address: %s", settings.IPAMConfig.IPv4Address)
	}
	asked := slices.DeleteFunc(slices.Clone(n.subnets), func(s *subnet) bool { return !s.asked })
	switch {
	case len(asked) == 0:
		return badRequest("user specified IP address is supported only when connecting to networks with user configured subnets")
	case slices.ContainsFunc(asked, func(s *subnet) bool { return s.prefix.Contains(addr) }):
		return nil
	}
	return refusals.addressOutside.about(addr)
}

func (e *Engine) disconnect(n *network, _ http.ResponseWriter, r *http.Request) error {
	var req networktypes.DisconnectOptions
	if err := readJSON(r, &req, true); err != nil {
		return err
	}
	c, err := e.findContainer(req.Container)
	if err != nil {
		return err
	}
	settings := c.endpointOn(n)
	if settings == nil {
		return e.release.refusals.notConnected.about(c.id, n.name)
	}
	e.leave(c, n, settings)
	maps.DeleteFunc(c.endpoints, func(_ string, s *networktypes.EndpointSettings) bool { return s == settings })
	e.lock.notify()
	return nil
}

// joinNetworks attaches a container that starts to all its networks.
func (e *Engine) joinNetworks(c *container) error {
	if c.host.NetworkMode.IsContainer() {
		_, err := e.networkOwner(c)
		return err
	}
	if err := e.checkNetworkMode(c); err != nil && len(c.endpoints) > 0 {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.endpoints)) {
		settings := c.endpoints[name]
		ref := name
		if settings.NetworkID != "" {
			ref = settings.NetworkID
		}
		n, err := e.findNetwork(ref)
		if err != nil && ref != name {
			// A network of the same name may have taken the place.
			n, err = e.findNetwork(name)
		}
		if err != nil {
			return notFound("network %s not found", ref)
		}
		if err := n.checkFixedAddress(settings, e.release.refusals); err != nil {
			return err
		}
		if err := e.join(c, n, settings); err != nil {
			return err
		}
		if name != n.name { // it was given by ID
			delete(c.endpoints, name)
			c.endpoints[n.name] = settings
		}
	}
	return nil
}

// networkOwner is the container whose network a container uses: its own, or the
// one of the container it names.
func (e *Engine) networkOwner(c *container) (*container, error) {
	if !c.host.NetworkMode.IsContainer() {
		return c, nil
	}
	owner, err := e.findContainer(c.host.NetworkMode.ConnectedContainer())
	if err != nil {
		return nil, err
	}
	if !owner.running() {
		return nil, conflict("cannot join network of a non running container: %s", owner.id)
	}
	return owner, nil
}

// join gives a container an address on a network.
func (e *Engine) join(c *container, n *network, settings *networktypes.EndpointSettings) error {
	if len(n.subnets) > 0 {
		want := ""
		if settings.IPAMConfig != nil {
			want = settings.IPAMConfig.IPv4Address
		}
		s := n.subnetFor(want)
		addr, err := s.address(n, want)
		if err != nil {
			return err
		}
		settings.IPAddress, settings.IPPrefixLen = addr.String(), s.prefix.Bits()
		settings.Gateway = s.gateway.String()
		if n.request.Internal {
			settings.Gateway = ""
		}
		b := addr.As4()
		settings.MacAddress = fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
	}
	settings.NetworkID, settings.EndpointID = n.id, newID()
	e.emitNetwork(n, events.ActionConnect, c)
	return nil
}

// subnetFor is the subnet that holds a fixed address, or the first.
func (n *network) subnetFor(want string) *subnet {
	if addr, err := netip.ParseAddr(want); err == nil {
		for _, s := range n.subnets {
			if s.prefix.Contains(addr) {
				return s
			}
		}
	}
	return n.subnets[0]
}

// leave takes a container off a network, if it is on it now, and frees its address.
func (e *Engine) leave(c *container, n *network, settings *networktypes.EndpointSettings) {
	if settings.EndpointID == "" {
		return
	}
	if addr, err := netip.ParseAddr(settings.IPAddress); err == nil {
		delete(n.subnetFor(settings.IPAddress).used, addr)
	}
	settings.EndpointID, settings.IPAddress, settings.IPPrefixLen = "", "", 0
	settings.Gateway, settings.MacAddress = "", ""
	e.emitNetwork(n, events.ActionDisconnect, c)
}

// leaveNetworks is for a container that stops: it stays assigned to its
// networks but holds no address.
func (e *Engine) leaveNetworks(c *container) {
	for _, settings := range c.endpoints {
		if n, ok := e.networks[settings.NetworkID]; ok {
			e.leave(c, n, settings)
		}
	}
}

func (e *Engine) emitNetwork(n *network, action events.Action, c *container) {
	e.journal.emit(events.NetworkEventType, action, n.id, map[string]string{
		"container": c.id, "name": n.name, "type": n.request.Driver,
	})
}

// dnsNames are the names under which other containers of a network find this
// one, the first being its own.
func (c *container) dnsNames(settings *networktypes.EndpointSettings) []string {
	names := []string{c.name}
	for _, name := range append(slices.Clone(settings.Aliases), shortID(c.id)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
