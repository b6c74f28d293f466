package enginetest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// networkStore holds the networks.
type networkStore struct {
	base
	byID    map[string]*network
	pools   *addressPools
	members networkMembers
	ports   networkPorts
	member  *membership // of the swarm that the engine is in
}

// networkMembers is what networks ask of containers.
type networkMembers interface {
	// find looks a container up by ID, name or the beginning of an ID.
	find(ref string) (*container, error)
	// membersOf lists the containers that have an address on a network, by name.
	membersOf(n *network) []*container
}

// networkPorts is what networks ask of the ports of the host: they are published
// while a container is on any network. One that leaves its last keeps them here for
// the next one; an engine chooses again where it may.
type networkPorts interface {
	publish(c *container) error
}

func newNetworkStore(b base, ports networkPorts) *networkStore {
	s := &networkStore{base: b, byID: map[string]*network{}, pools: newAddressPools(b.release), ports: ports}
	s.addPredefined()
	return s
}

func (s *networkStore) routes() api.Routes {
	return api.Routes{Atomic: map[string]api.Handler{
		"GET /networks":                  s.getNetworks,
		"POST /networks/create":          s.postNetwork,
		"GET /networks/{id}":             api.WithID(s.find, s.getNetwork),
		"DELETE /networks/{id}":          api.WithID(s.find, s.deleteNetwork),
		"POST /networks/{id}/connect":    api.WithID(s.find, s.postConnect),
		"POST /networks/{id}/disconnect": api.WithID(s.find, s.postDisconnect),
	}}
}

// addPredefined makes bridge, host and none.
func (s *networkStore) addPredefined() {
	for name, driver := range map[string]string{
		networktypes.NetworkBridge: "bridge", networktypes.NetworkHost: "host", networktypes.NetworkNone: "null",
	} {
		n := &network{id: newID(), name: name, created: time.Now().UTC()}
		n.request.Driver, n.request.Scope = driver, "local"
		n.request.IPAM = &networktypes.IPAM{Driver: "default"}
		if driver == "bridge" {
			subnet, err := s.pools.subnet(networktypes.IPAMConfig{})
			if err != nil {
				panic(err) // there are no networks yet to conflict with
			}
			n.subnets = append(n.subnets, subnet)
		}
		s.byID[n.id] = n
	}
}

// find looks a network up by ID, name or the beginning of an ID, in this order,
// and refuses to choose between several.
func (s *networkStore) find(ref string) (*network, error) {
	all := s.member.with(s.byID)
	if n, ok := all[ref]; ok {
		return n, nil
	}
	var named, begun []*network
	for _, n := range all {
		switch {
		case n.name == ref:
			named = append(named, n)
		case ref != "" && strings.HasPrefix(n.id, ref):
			begun = append(begun, n)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], nil
	case len(named) > 1:
		return nil, s.release.refusals.networkAmbiguous.about(ref, len(named))
	case len(begun) == 1:
		return begun[0], nil
	case len(begun) > 1:
		return nil, s.release.refusals.prefixAmbiguous.about(ref, len(begun))
	}
	return nil, api.NotFound("network %s not found", ref)
}

func (s *networkStore) postNetwork(w http.ResponseWriter, r *http.Request) error {
	var req networktypes.CreateRequest
	if err := api.ReadJSON(r, &req, true); err != nil {
		return err
	}
	n, warning, err := s.add(req, versionOf(r))
	if err != nil {
		return err
	}
	return api.WriteJSON(w, http.StatusCreated, networktypes.CreateResponse{ID: n.id, Warning: warning})
}

// add makes a network.
func (s *networkStore) add(req networktypes.CreateRequest, version apiVersion) (n *network, warning string, err error) {
	if req.Driver == "overlay" || req.Scope == "swarm" {
		if err := s.member.checkManager(); err != nil {
			if s.member.cluster != nil {
				return nil, "", s.release.refusals.overlayByWorker.about(noManager)
			}
			return nil, "", s.release.refusals.overlayUnmanaged.about(noManager)
		}
		n, err := s.member.cluster.create(req)
		return n, "", err
	}
	if warning, err = s.checkNew(&req, version); err != nil {
		return nil, "", err
	}
	n = &network{id: newID(), name: req.Name, created: time.Now().UTC(), request: req}
	if req.Driver == "bridge" {
		configs := req.IPAM.Config
		if !slices.ContainsFunc(configs, func(c networktypes.IPAMConfig) bool { return !strings.Contains(c.Subnet, ":") }) {
			configs = append([]networktypes.IPAMConfig{{}}, configs...) // IPv4 is there besides IPv6
		}
		for i, config := range configs {
			subnet, err := s.pools.subnet(config)
			if err != nil {
				s.releaseSubnets(n)
				return nil, "", err
			}
			if strings.HasPrefix(config.Subnet, "0.0.0.0/") { // the choice was ours
				configs[i].Subnet = subnet.prefix.String()
			}
			n.subnets = append(n.subnets, subnet)
		}
	}
	s.byID[n.id] = n
	s.emit(n, events.ActionCreate)
	return n, warning, nil
}

// checkNew refuses what cannot be made and fills in defaults.
func (s *networkStore) checkNew(req *networktypes.CreateRequest, version apiVersion) (warning string, err error) {
	if strings.TrimSpace(req.Name) == "" {
		return "", s.release.refusals.networkUnnamed.about(req.Name)
	}
	if predefined(req.Name) {
		return "", api.Errorf(http.StatusForbidden, "operation is not permitted on predefined %s network ", req.Name)
	}
	for _, n := range s.byID {
		if n.name != req.Name {
			continue
		}
		if version.uniqueNetworks || req.CheckDuplicate != nil && *req.CheckDuplicate {
			return "", api.Conflict("network with name %s already exists", req.Name)
		}
		warning = "Network with name " + n.name + " (id : " + n.id + ") already exists"
	}
	if req.Driver == "" {
		req.Driver = "bridge"
	}
	if !slices.Contains([]string{"bridge", "host", "null", "macvlan", "ipvlan"}, req.Driver) {
		return "", api.NotFound("plugin %q not found", req.Driver)
	}
	if req.Scope == "" {
		req.Scope = "local"
	}
	if req.IPAM == nil {
		req.IPAM = &networktypes.IPAM{}
	}
	if req.IPAM.Driver == "" {
		req.IPAM.Driver = "default"
	}
	return warning, nil
}

func (s *networkStore) releaseSubnets(n *network) {
	for _, subnet := range n.subnets {
		s.pools.giveBack(subnet.prefix)
	}
}

func (s *networkStore) deleteNetwork(n *network, w http.ResponseWriter, _ *http.Request) error {
	if predefined(n.name) {
		return api.Errorf(http.StatusForbidden, "%s is a pre-defined network and cannot be removed", n.name)
	}
	if n.overlay != nil {
		if err := n.overlay.cluster.remove(n, s.members.membersOf(n)); err != nil {
			return err
		}
		return api.NoContent(w)
	}
	if on := s.members.membersOf(n); len(on) > 0 {
		var endpoints []string
		for _, c := range on {
			endpoints = append(endpoints, `name:"`+c.name+`" id:"`+shortID(c.endpointOn(n).EndpointID)+`"`)
		}
		return s.release.refusals.networkInUse.about(n.name, n.id, strings.Join(endpoints, ", "))
	}
	s.releaseSubnets(n)
	delete(s.byID, n.id)
	s.emit(n, events.ActionDestroy)
	return api.NoContent(w)
}

func (s *networkStore) getNetworks(w http.ResponseWriter, r *http.Request) error {
	want, err := s.readFilters(r, "dangling", "driver", "id", "label", "name", "scope", "type")
	if err != nil {
		return err
	}
	list := listed(s.member.with(s.byID), func(n *network) bool {
		kind := "custom"
		if predefined(n.name) {
			kind = "builtin"
		}
		if n.overlay != nil && s.release.overlaysNamedExactly && !want.ExactMatch("name", n.name) {
			return false
		}
		return want.Match("name", n.name) && want.Match("id", n.id) &&
			want.ExactMatch("driver", n.request.Driver) && want.ExactMatch("scope", n.request.Scope) &&
			want.ExactMatch("type", kind) && want.MatchKVList("label", n.request.Labels) &&
			want.matchDangling(kind == "custom" && len(s.members.membersOf(n)) == 0)
	}, func(a, b *network) int {
		return b.created.Compare(a.created)
	}, func(n *network) networktypes.Inspect {
		return s.describe(n, false)
	})
	return api.WriteJSON(w, http.StatusOK, list)
}

func (s *networkStore) getNetwork(n *network, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, s.describe(n, true))
}

// describe returns all about a network; a list leaves its containers out.
func (s *networkStore) describe(n *network, containers bool) networktypes.Inspect {
	d := networktypes.Inspect{
		Name:       n.name,
		ID:         n.id,
		Created:    n.created,
		Scope:      n.request.Scope,
		Driver:     n.request.Driver,
		EnableIPv4: true,
		EnableIPv6: n.request.EnableIPv6 != nil && *n.request.EnableIPv6,
		IPAM:       networktypes.IPAM{Driver: n.request.IPAM.Driver, Options: n.request.IPAM.Options, Config: []networktypes.IPAMConfig{}},
		Internal:   n.request.Internal,
		Attachable: n.request.Attachable,
		Containers: map[string]networktypes.EndpointResource{},
		Options:    api.NonNil(n.request.Options),
		Labels:     api.NonNil(n.request.Labels),
	}
	if n.overlay != nil {
		d.Ingress, d.Labels = n.overlay.ingress, n.request.Labels
		if !containers && s.member.manager { // unlike one that is the node's alone by now
			d.Containers = nil
		}
	}
	for _, subnet := range n.subnets {
		if !subnet.asked {
			d.IPAM.Config = append(d.IPAM.Config, networktypes.IPAMConfig{
				Subnet: subnet.prefix.String(), Gateway: subnet.gateway.String(),
			})
		}
	}
	for _, config := range n.request.IPAM.Config {
		if config.Gateway == "" && s.release.gatewayShown {
			config.Gateway = n.gatewayOf(config.Subnet)
		}
		d.IPAM.Config = append(d.IPAM.Config, config)
	}
	if !containers {
		if n.overlay != nil && s.member.manager { // it is shown as the manager has it
			d.Containers = nil
		}
		return d
	}
	for _, c := range s.members.membersOf(n) {
		settings := c.endpointOn(n)
		d.Containers[c.id] = networktypes.EndpointResource{
			Name:        c.name,
			EndpointID:  settings.EndpointID,
			MacAddress:  settings.MacAddress,
			IPv4Address: cidr(settings),
			IPv6Address: cidr6(settings),
		}
	}
	if n.overlay != nil && len(d.Containers) > 0 {
		d.Containers["lb-"+n.name] = n.overlay.balancer(n, s)
	}
	return d
}

// emit writes down an event of a network, with its name and driver.
func (s *networkStore) emit(n *network, action events.Action, pairs ...string) {
	pairs = append([]string{"name", n.name, "type", n.request.Driver}, pairs...)
	s.journal.emit(events.NetworkEventType, action, n.id, nil, pairs...)
}
