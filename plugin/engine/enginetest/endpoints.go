package enginetest

import (
	"maps"
	"net/http"
	"slices"

	networktypes "github.com/docker/docker/api/types/network"
)

func (e *Engine) endpointRoutes() routes {
	return routes{atomic: map[string]handler{
		"POST /networks/{id}/connect":    about(e.networks.find, e.connect),
		"POST /networks/{id}/disconnect": about(e.networks.find, e.disconnect),
	}}
}

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
	if err := e.networks.attach(c, n, settings); err != nil {
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
	if _, err := e.networks.find(mode.NetworkName()); err != nil {
		return notFound("could not find a network matching network mode %s: network %s not found", mode, mode)
	}
	return nil
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
	e.networks.detach(c, n, settings)
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
		n, err := e.networks.find(ref)
		if err != nil && ref != name {
			// A network of the same name may have taken the place.
			n, err = e.networks.find(name)
		}
		if err != nil {
			return notFound("network %s not found", ref)
		}
		if err := n.checkFixedAddress(settings, e.release.refusals); err != nil {
			return err
		}
		if err := e.networks.attach(c, n, settings); err != nil {
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

// leaveNetworks is for a container that stops: it stays assigned to its
// networks but holds no address.
func (e *Engine) leaveNetworks(c *container) {
	for _, settings := range c.endpoints {
		if n, ok := e.networks.byID[settings.NetworkID]; ok {
			e.networks.detach(c, n, settings)
		}
	}
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
