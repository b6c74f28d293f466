package enginetest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
)

// network is a network.
type network struct {
	id, name string
	created  time.Time
	request  networktypes.CreateRequest
	subnets  []*subnet
}

// The option of the bridge driver that, set to false, lets containers reach the
// outside but not each other.
const optionICC = "com.docker.network.bridge.enable_icc"

// carries reports whether traffic passes between its containers.
func (n *network) carries() bool {
	return n.request.Driver != "null" && !strings.EqualFold(n.request.Options[optionICC], "false")
}

// predefined reports whether a network is one the engine brings along.
func predefined(name string) bool {
	return name == networktypes.NetworkBridge || name == networktypes.NetworkHost || name == networktypes.NetworkNone
}

func (e *Engine) networkRoutes() routes {
	return routes{atomic: map[string]handler{
		"GET /networks":                  e.listNetworks,
		"POST /networks/create":          e.createNetwork,
		"GET /networks/{id}":             about(e.findNetwork, e.inspectNetwork),
		"DELETE /networks/{id}":          about(e.findNetwork, e.removeNetwork),
		"POST /networks/{id}/connect":    about(e.findNetwork, e.connect),
		"POST /networks/{id}/disconnect": about(e.findNetwork, e.disconnect),
	}}
}

// addPredefinedNetworks makes bridge, host and none.
func (e *Engine) addPredefinedNetworks() {
	for name, driver := range map[string]string{
		networktypes.NetworkBridge: "bridge", networktypes.NetworkHost: "host", networktypes.NetworkNone: "null",
	} {
		n := &network{id: newID(), name: name, created: time.Now().UTC()}
		n.request.Driver, n.request.Scope = driver, "local"
		n.request.IPAM = &networktypes.IPAM{Driver: "default"}
		if driver == "bridge" {
			s, err := e.newSubnet(networktypes.IPAMConfig{})
			if err != nil {
				panic(err) // there are no networks yet that could be in the way
			}
			n.subnets = []*subnet{s}
		}
		e.networks[n.id] = n
	}
}

// findNetwork looks a network up by ID, name or the beginning of an ID, in
// this order, and refuses to choose between several.
func (e *Engine) findNetwork(ref string) (*network, error) {
	if n, ok := e.networks[ref]; ok {
		return n, nil
	}
	var named, begun []*network
	for _, n := range e.networks {
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
		return nil, e.release.refusals.networkAmbiguous.about(ref, len(named), "name")
	case len(begun) == 1:
		return begun[0], nil
	case len(begun) > 1:
		return nil, e.release.refusals.networkAmbiguous.about(ref, len(begun), "ID prefix")
	}
	return nil, notFound("network %s not found", ref)
}

func (e *Engine) createNetwork(w http.ResponseWriter, r *http.Request) error {
	var req networktypes.CreateRequest
	if err := readJSON(r, &req, true); err != nil {
		return err
	}
	warning, err := e.checkNewNetwork(&req, versionOf(r))
	if err != nil {
		return err
	}
	n := &network{id: newID(), name: req.Name, created: time.Now().UTC(), request: req}
	if req.Driver == "bridge" {
		configs := req.IPAM.Config
		if len(configs) == 0 {
			configs = []networktypes.IPAMConfig{{}}
		}
		for i, config := range configs {
			s, err := e.newSubnet(config)
			if err != nil {
				e.releaseSubnets(n)
				return err
			}
			if strings.HasPrefix(config.Subnet, "0.0.0.0/") { // the choice was ours
				configs[i].Subnet = s.prefix.String()
			}
			n.subnets = append(n.subnets, s)
		}
	}
	e.networks[n.id] = n
	e.journal.emit(events.NetworkEventType, events.ActionCreate, n.id, map[string]string{"name": n.name, "type": req.Driver})
	return writeJSON(w, http.StatusCreated, networktypes.CreateResponse{ID: n.id, Warning: warning})
}

// checkNewNetwork refuses what cannot be made and fills in defaults.
func (e *Engine) checkNewNetwork(req *networktypes.CreateRequest, version apiVersion) (warning string, err error) {
	if strings.TrimSpace(req.Name) == "" {
		return "", e.release.refusals.networkUnnamed.about(req.Name)
	}
	if predefined(req.Name) {
		return "", errorf(http.StatusForbidden, "operation is not permitted on predefined %s network ", req.Name)
	}
	for _, n := range e.networks {
		if n.name != req.Name {
			continue
		}
		if version.uniqueNetworks || req.CheckDuplicate != nil && *req.CheckDuplicate {
			return "", conflict("network with name %s already exists", req.Name)
		}
		warning = "Network with name " + n.name + " (id : " + n.id + ") already exists"
	}
	if req.Driver == "" {
		req.Driver = "bridge"
	}
	if !slices.Contains([]string{"bridge", "host", "null", "macvlan", "ipvlan"}, req.Driver) {
		return "", notFound("plugin %q not found", req.Driver)
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

func (e *Engine) releaseSubnets(n *network) {
	for _, s := range n.subnets {
		e.pools.release(s.prefix)
	}
}

func (e *Engine) removeNetwork(n *network, w http.ResponseWriter, _ *http.Request) error {
	if predefined(n.name) {
		return errorf(http.StatusForbidden, "%s is a pre-defined network and cannot be removed", n.name)
	}
	if on := e.attached(n); len(on) > 0 {
		var endpoints []string
		for _, c := range on {
			endpoints = append(endpoints, `name:"`+c.name+`" id:"`+shortID(c.endpointOn(n).EndpointID)+`"`)
		}
		return e.release.refusals.networkInUse.about(n.name, n.id, strings.Join(endpoints, ", "))
	}
	e.releaseSubnets(n)
	delete(e.networks, n.id)
	e.journal.emit(events.NetworkEventType, events.ActionDestroy, n.id,
		map[string]string{"name": n.name, "type": n.request.Driver})
	return noContent(w)
}

func (e *Engine) listNetworks(w http.ResponseWriter, r *http.Request) error {
	want, err := readFilters(r, "dangling", "driver", "id", "label", "name", "scope", "type")
	if err != nil {
		return err
	}
	list := listed(e.networks, func(n *network) bool {
		kind := "custom"
		if predefined(n.name) {
			kind = "builtin"
		}
		return want.Match("name", n.name) && want.Match("id", n.id) &&
			want.ExactMatch("driver", n.request.Driver) && want.ExactMatch("scope", n.request.Scope) &&
			want.ExactMatch("type", kind) && want.MatchKVList("label", n.request.Labels) &&
			want.matchDangling(kind == "custom" && len(e.attached(n)) == 0)
	}, func(a, b *network) int {
		return b.created.Compare(a.created)
	}, func(n *network) networktypes.Inspect {
		return e.describeNetwork(n, false)
	})
	return writeJSON(w, http.StatusOK, list)
}

func (e *Engine) inspectNetwork(n *network, w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, e.describeNetwork(n, true))
}

// describeNetwork tells all about a network; a list leaves its containers out.
func (e *Engine) describeNetwork(n *network, containers bool) networktypes.Inspect {
	d := networktypes.Inspect{
		Name:       n.name,
		ID:         n.id,
		Created:    n.created,
		Scope:      n.request.Scope,
		Driver:     n.request.Driver,
		EnableIPv4: true,
		IPAM:       networktypes.IPAM{Driver: n.request.IPAM.Driver, Options: n.request.IPAM.Options, Config: []networktypes.IPAMConfig{}},
		Internal:   n.request.Internal,
		Attachable: n.request.Attachable,
		Containers: map[string]networktypes.EndpointResource{},
		Options:    nonNil(n.request.Options),
		Labels:     nonNil(n.request.Labels),
	}
	d.IPAM.Config = append(d.IPAM.Config, n.request.IPAM.Config...)
	if len(d.IPAM.Config) == 0 {
		for _, s := range n.subnets {
			d.IPAM.Config = append(d.IPAM.Config, networktypes.IPAMConfig{
				Subnet: s.prefix.String(), Gateway: s.gateway.String(),
			})
		}
	}
	if !containers {
		return d
	}
	for _, c := range e.attached(n) {
		settings := c.endpointOn(n)
		d.Containers[c.id] = networktypes.EndpointResource{
			Name:        c.name,
			EndpointID:  settings.EndpointID,
			MacAddress:  settings.MacAddress,
			IPv4Address: cidr(settings),
		}
	}
	return d
}

func cidr(s *networktypes.EndpointSettings) string {
	if s.IPAddress == "" {
		return ""
	}
	return s.IPAddress + "/" + strconv.Itoa(s.IPPrefixLen)
}

// attached lists the running containers on a network, by name.
func (e *Engine) attached(n *network) []*container {
	var on []*container
	for _, c := range e.containers {
		if settings := c.endpointOn(n); settings != nil && settings.EndpointID != "" {
			on = append(on, c)
		}
	}
	slices.SortFunc(on, func(a, b *container) int { return strings.Compare(a.name, b.name) })
	return on
}
