package swarm

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"

	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// service is what tasks are made for.
type service struct {
	types.Service
	vips map[string]netip.Prefix // by network
}

var dnsName = regexp.MustCompile(`^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$`)

// CheckName refuses names that are no component of a DNS name.
func CheckName(name string) error {
	switch {
	case name == "":
		return invalid("name must be provided")
	case !dnsName.MatchString(name):
		return invalid("name must be valid as a DNS name component")
	case len(name) > 63:
		return invalid("name must be 63 characters or fewer")
	}
	return nil
}

// fileName is a name of a secret or a config.
var fileName = regexp.MustCompile(`^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$`)

// validator refuses specifications.
type validator struct{ *Swarm }

// check refuses what no service can be, and fills in what a manager fills in.
func (s validator) check(spec *types.ServiceSpec) error {
	if spec.TaskTemplate.ContainerSpec == nil {
		return api.BadRequest("mismatched Runtime and *Spec fields")
	}
	if err := checkConditions(spec); err != nil {
		return err
	}
	if err := s.resolveNetworks(spec); err != nil {
		return err
	}
	spec.Labels = nonNil(spec.Labels)
	spec.TaskTemplate.Runtime = types.RuntimeContainer
	if spec.TaskTemplate.ContainerSpec.Isolation == "" {
		spec.TaskTemplate.ContainerSpec.Isolation = "default"
	}
	fillMode(&spec.Mode)
	if p := spec.TaskTemplate.RestartPolicy; p != nil && p.MaxAttempts == nil {
		p.MaxAttempts = new(uint64)
	}
	if err := CheckName(spec.Name); err != nil {
		return err
	}
	if spec.TaskTemplate.ContainerSpec.Image == "" {
		return invalid("ContainerSpec: image reference must be provided")
	}
	if spec.TaskTemplate.Placement != nil {
		if _, err := parseConstraints(spec.TaskTemplate.Placement.Constraints); err != nil {
			return unknown("%v", err)
		}
	}
	if err := checkEndpoint(spec.EndpointSpec); err != nil {
		return err
	}
	return s.checkReferences(spec.TaskTemplate.ContainerSpec)
}

// checkConditions refuses words that are none of those that are known.
func checkConditions(spec *types.ServiceSpec) error {
	known := []types.RestartPolicyCondition{"", types.RestartPolicyConditionAny, types.RestartPolicyConditionNone, types.RestartPolicyConditionOnFailure}
	if p := spec.TaskTemplate.RestartPolicy; p != nil && !slices.Contains(known, p.Condition) {
		return api.BadRequest("invalid RestartCondition: %q", p.Condition)
	}
	for _, c := range []*types.UpdateConfig{spec.UpdateConfig, spec.RollbackConfig} {
		switch {
		case c == nil:
		case !slices.Contains([]string{"", types.UpdateFailureActionPause, types.UpdateFailureActionContinue, types.UpdateFailureActionRollback}, c.FailureAction):
			return api.BadRequest("unrecognized update failure action %s", c.FailureAction)
		case !slices.Contains([]string{"", types.UpdateOrderStartFirst, types.UpdateOrderStopFirst}, c.Order):
			return api.BadRequest("unrecognized update order %s", c.Order)
		}
	}
	return nil
}

// resolveNetworks puts IDs in the place of the names of networks.
func (s validator) resolveNetworks(spec *types.ServiceSpec) error {
	for _, networks := range [][]types.NetworkAttachmentConfig{spec.TaskTemplate.Networks, spec.Networks} {
		for i, attachment := range networks {
			n, found := s.setup.Networks.Attachable(attachment.Target)
			if !found {
				return api.Errorf(http.StatusInternalServerError, "network %s not found", attachment.Target)
			}
			networks[i].Target = n.ID
		}
	}
	return nil
}

// fillMode makes one replica of no mode, and one at a time of a job.
func fillMode(m *types.ServiceMode) {
	one := uint64(1)
	switch {
	case m.Global != nil, m.GlobalJob != nil:
	case m.ReplicatedJob != nil:
		if m.ReplicatedJob.MaxConcurrent == nil {
			m.ReplicatedJob.MaxConcurrent = &one
		}
		if m.ReplicatedJob.TotalCompletions == nil {
			m.ReplicatedJob.TotalCompletions = m.ReplicatedJob.MaxConcurrent
		}
	case m.Replicated == nil:
		m.Replicated = &types.ReplicatedService{Replicas: &one}
	case m.Replicated.Replicas == nil:
		m.Replicated.Replicas = &one
	}
}

// checkEndpoint refuses what can't be published, and fills in the rest.
func checkEndpoint(e *types.EndpointSpec) error {
	if e == nil {
		return nil
	}
	if e.Mode == "" {
		e.Mode = types.ResolutionModeVIP
	}
	taken := map[types.PortConfig]bool{}
	for i := range e.Ports {
		p := &e.Ports[i]
		if p.Protocol == "" {
			p.Protocol = types.PortConfigProtocolTCP
		}
		if p.PublishMode == "" {
			p.PublishMode = types.PortConfigPublishModeIngress
		}
		if e.Mode == types.ResolutionModeDNSRR && p.PublishMode == types.PortConfigPublishModeIngress {
			return invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode")
		}
		if p.PublishedPort == 0 {
			continue
		}
		entry := types.PortConfig{Protocol: p.Protocol, PublishedPort: p.PublishedPort, PublishMode: p.PublishMode}
		if taken[entry] {
			return invalid("EndpointSpec: duplicate published ports provided")
		}
		taken[entry] = true
	}
	return nil
}

// checkReferences refuses secrets and configs that are not there.
func (s validator) checkReferences(c *types.ContainerSpec) error {
	for _, ref := range c.Secrets {
		if x, err := s.secrets.find(ref.SecretID); err != nil || x.ID != ref.SecretID || x.Spec.Name != ref.SecretName {
			return invalid("secret not found: %s", ref.SecretName)
		}
	}
	for _, ref := range c.Configs {
		if x, err := s.configs.find(ref.ConfigID); err != nil || x.ID != ref.ConfigID || x.Spec.Name != ref.ConfigName {
			return invalid("config not found: %s", ref.ConfigName)
		}
	}
	return nil
}

// checkPorts refuses ports of all nodes that another service publishes.
func (s validator) checkPorts(spec types.ServiceSpec, of *service) error {
	if spec.EndpointSpec == nil {
		return nil
	}
	for _, p := range spec.EndpointSpec.Ports {
		for _, other := range s.services.all {
			if other == of || p.PublishedPort == 0 {
				continue
			}
			for _, taken := range other.Endpoint.Ports {
				if taken.PublishedPort != p.PublishedPort || taken.Protocol != p.Protocol ||
					taken.PublishMode == types.PortConfigPublishModeHost && p.PublishMode == types.PortConfigPublishModeHost {
					continue
				}
				as := "an ingress"
				if taken.PublishMode == types.PortConfigPublishModeHost {
					as = "a host-published"
				}
				return invalid("port '%d' is already in use by service '%s' (%s) as %s port", p.PublishedPort, other.Spec.Name, other.ID, as)
			}
		}
	}
	return nil
}

// allocator gives services ports and addresses.
type allocator struct{ *Swarm }

// firstPort is where the ports begin that a manager chooses.
const firstPort = 30000

// settleEndpoint gives a service the ports and the addresses that its specification
// asks for, and takes back those that it has besides.
func (s allocator) settleEndpoint(x *service) {
	x.Endpoint.Ports, x.Endpoint.Spec = nil, types.EndpointSpec{}
	if e := x.Spec.EndpointSpec; e != nil && (e.Mode != types.ResolutionModeDNSRR || len(e.Ports) > 0) {
		x.Endpoint.Spec = copied(*x.Spec.EndpointSpec)
	}
	for _, p := range x.Endpoint.Spec.Ports {
		if p.PublishedPort == 0 && p.PublishMode == types.PortConfigPublishModeIngress {
			p.PublishedPort = s.freePort(p.Protocol)
		}
		x.Endpoint.Ports = append(x.Endpoint.Ports, p)
	}
	old := x.vips
	x.vips, x.Endpoint.VirtualIPs = map[string]netip.Prefix{}, nil
	if x.Spec.EndpointSpec == nil || x.Spec.EndpointSpec.Mode != types.ResolutionModeDNSRR {
		for _, id := range x.networks(s.Swarm) {
			address, had := old[id]
			if !had {
				address = s.setup.Networks.Allot(id)
			}
			delete(old, id)
			x.vips[id] = address
			vip := types.EndpointVirtualIP{NetworkID: id}
			if address.IsValid() {
				vip.Addr = address.String()
			}
			x.Endpoint.VirtualIPs = append(x.Endpoint.VirtualIPs, vip)
		}
	}
	for id, address := range old {
		s.setup.Networks.Release(id, address)
	}
}

func (s allocator) freePort(protocol types.PortConfigProtocol) uint32 {
	port := uint32(firstPort)
	for slices.ContainsFunc(s.services.all, func(x *service) bool {
		return slices.ContainsFunc(x.Endpoint.Ports, func(p types.PortConfig) bool {
			return p.PublishedPort == port && p.Protocol == protocol
		})
	}) {
		port++
	}
	return port
}

// networks are the IDs of those that its tasks are attached to: first that for ports
// of all nodes.
func (x *service) networks(s *Swarm) (ids []string) {
	if slices.ContainsFunc(x.Endpoint.Ports, func(p types.PortConfig) bool { return p.PublishMode == types.PortConfigPublishModeIngress }) {
		ids = append(ids, s.setup.Networks.Ingress().ID)
	}
	for _, attachment := range x.attachments() {
		ids = append(ids, attachment.Target)
	}
	return ids
}

// attachments are the networks of its specification; older clients name them in
// another place.
func (x *service) attachments() []types.NetworkAttachmentConfig {
	if len(x.Spec.TaskTemplate.Networks) == 0 {
		return x.Spec.Networks
	}
	return x.Spec.TaskTemplate.Networks
}

// UserOf finds the service whose tasks are attached to a network; empty: there is none.
func (s *Swarm) UserOf(network string) (serviceID string) {
	for _, x := range s.services.all {
		if slices.Contains(x.networks(s), network) {
			return x.ID
		}
	}
	return ""
}
