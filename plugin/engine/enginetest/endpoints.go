package enginetest

import (
	"errors"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// endpoint is how a container is on a network.
type endpoint struct {
	*networktypes.EndpointSettings
	mac      string       // the MAC address that was asked for; empty: any
	allotted netip.Prefix // the address that the swarm gave to a task
	// attachment is the task that a container is to the swarm that is on an overlay, and
	// of no service.
	attachment string
}

// newEndpoint is an endpoint as a request asks for it. The engine shows its MAC
// address in the place where the request has the wanted one.
func newEndpoint(wanted *networktypes.EndpointSettings) *endpoint {
	return &endpoint{EndpointSettings: wanted, mac: wanted.MacAddress}
}

func (s *networkStore) postConnect(n *network, _ http.ResponseWriter, r *http.Request) error {
	var req networktypes.ConnectOptions
	if err := api.ReadJSON(r, &req, true); err != nil {
		return err
	}
	c, err := s.members.find(req.Container)
	if err != nil {
		return err
	}
	if req.EndpointConfig == nil {
		req.EndpointConfig = &networktypes.EndpointSettings{}
	}
	if !versionOf(r).macOnConnect {
		req.EndpointConfig.MacAddress = ""
	}
	return s.join(c, n, newEndpoint(req.EndpointConfig))
}

// join puts a container on a network: at once if it runs, else at its next start.
func (s *networkStore) join(c *container, n *network, settings *endpoint) error {
	if c.host.NetworkMode.IsContainer() {
		return api.BadRequest("container sharing network namespace with another container or host " +
			"cannot be connected to any other network")
	}
	if c.host.NetworkMode.IsHost() || n.name == networktypes.NetworkHost {
		return s.release.refusals.hostConnected.about()
	}
	if err := n.checkFixedAddress(settings, s.release); err != nil {
		return err
	}
	if c.endpointOn(n) != nil && c.running() {
		return api.Errorf(http.StatusForbidden, "endpoint with name %s already exists in network %s", c.name, n.name)
	}
	if !c.running() {
		settings.NetworkID = n.id
		delete(c.endpoints, networktypes.NetworkNone)
		c.endpoints[n.name] = settings
		return nil
	}
	if err := s.checkMode(c, n.name); err != nil {
		return err
	}
	if err := s.attach(c, n, settings); err != nil {
		return err
	}
	c.endpoints[n.name] = settings
	return s.ports.publish(c)
}

// checkMode looks up the network that a container was made on, on engines
// that do so before they attach it to another.
func (s *networkStore) checkMode(c *container, to string) error {
	mode := c.host.NetworkMode
	if !s.release.networkModeMustExist || !mode.IsUserDefined() || to == mode.NetworkName() {
		return nil
	}
	if _, err := s.find(mode.NetworkName()); err != nil {
		return api.NotFound("could not find a network matching network mode %s: network %s not found", mode, mode)
	}
	return nil
}

func (s *networkStore) postDisconnect(n *network, _ http.ResponseWriter, r *http.Request) error {
	var req networktypes.DisconnectOptions
	if err := api.ReadJSON(r, &req, true); err != nil {
		return err
	}
	c, err := s.members.find(req.Container)
	if err != nil {
		return err
	}
	return s.leave(c, n)
}

// leave detaches a container from a network for good.
func (s *networkStore) leave(c *container, n *network) error {
	settings := c.endpointOn(n)
	if c.status == containertypes.StateRestarting {
		settings = nil // it counts as running, and is on no network
	} else if settings == nil && !c.running() {
		settings = c.endpoints[n.name] // on one of that name that is gone
	}
	switch {
	case settings == nil && !c.alive():
		return api.Errorf(http.StatusInternalServerError, "container %s is not connected to the network %s", c.id, n.name)
	case settings == nil:
		return api.Errorf(http.StatusInternalServerError, "container %s is not connected to network %s", c.id, n.name)
	}
	s.detach(c, n, settings)
	maps.DeleteFunc(c.endpoints, func(_ string, other *endpoint) bool { return other == settings })
	s.lock.Notify()
	return nil
}

// checkWanted refuses fixed addresses that networks do not have, on engines that look
// before a container starts. A network may be missing.
func (s *networkStore) checkWanted(endpoints map[string]*endpoint) error {
	if !s.release.addressesCheckedEarly {
		return nil
	}
	for name, settings := range endpoints {
		n, err := s.find(name)
		if err != nil {
			continue
		}
		if err := n.checkFixedAddress(settings, s.release); err != nil {
			return api.BadRequest("invalid config for network %s: %v", name, err)
		}
	}
	return nil
}

// attachAll gives a container that starts an address on each of its networks.
func (s *networkStore) attachAll(c *container) error {
	for _, name := range slices.Sorted(maps.Keys(c.endpoints)) {
		settings := c.endpoints[name]
		ref := name
		if settings.NetworkID != "" {
			ref = settings.NetworkID
		}
		n, err := s.find(ref)
		if of, found := s.member.network(ref); found {
			n, err = of, nil
		}
		if err != nil && ref != name {
			// A network of the same name may have taken its place.
			n, err = s.find(name)
		}
		var refused *api.Error
		switch {
		case errors.As(err, &refused) && refused.Status != http.StatusNotFound: // two have the name
			return err
		case err != nil:
			return api.NotFound("network %s not found", ref)
		}
		if err := s.checkMode(c, name); err != nil {
			return err
		}
		if err := n.checkFixedAddress(settings, s.release); err != nil {
			return err
		}
		if err := s.attach(c, n, settings); err != nil {
			return err
		}
		if name != n.name { // it was given by ID
			delete(c.endpoints, name)
			c.endpoints[n.name] = settings
		}
	}
	return nil
}

// detachAll is for a container that stops: it stays assigned to its networks but
// holds no address.
func (s *networkStore) detachAll(c *container) {
	for _, settings := range c.endpoints {
		if n, ok := s.member.network(settings.NetworkID); ok {
			s.detach(c, n, settings)
		}
	}
}

// forgetFailed takes a container whose ports could not be published off the network
// that it was attached to first.
func (s *networkStore) forgetFailed(c *container) {
	for _, name := range slices.Sorted(maps.Keys(c.endpoints)) {
		if settings := c.endpoints[name]; settings.EndpointID != "" {
			n, _ := s.member.network(settings.NetworkID)
			s.detach(c, n, settings)
			delete(c.endpoints, name)
			return
		}
	}
}

// attach gives a container an address on a network.
func (s *networkStore) attach(c *container, n *network, settings *endpoint) error {
	if n.overlay != nil && c.task == nil && !n.request.Attachable {
		return api.Errorf(http.StatusInternalServerError, "Could not attach to network %[1]s: "+
			"rpc error: code = PermissionDenied desc = network %[1]s not manually attachable", n.name)
	}
	if err := n.lease(settings, s.release); err != nil {
		return err
	}
	if mac, err := net.ParseMAC(s.macOn(c, n, settings)); err == nil {
		settings.MacAddress = mac.String()
	}
	settings.NetworkID, settings.EndpointID = n.id, newID()
	if n.overlay != nil && c.task == nil {
		settings.attachment = n.overlay.cluster.Attach(c.id, n.id, s.member.node)
	}
	s.emit(n, events.ActionConnect, "container", c.id)
	return nil
}

// macOn is the MAC address that a container was asked to have on a network;
// empty: none. Where it belongs to the container, that is the network that the
// container was made on.
func (s *networkStore) macOn(c *container, n *network, settings *endpoint) string {
	switch {
	case s.release.macPerEndpoint:
		return settings.mac
	case n.name == c.madeOn():
		return c.config.MacAddress
	}
	return ""
}

// detach takes a container off a network, if it is on it now, and frees its address.
func (s *networkStore) detach(c *container, n *network, settings *endpoint) {
	if settings.EndpointID == "" {
		return
	}
	n.free(settings)
	settings.EndpointID = ""
	if settings.attachment != "" {
		n.overlay.cluster.Detach(settings.attachment)
		settings.attachment = ""
	}
	s.emit(n, events.ActionDisconnect, "container", c.id)
}
