package deployed

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/compose"
)

// service is a service as the manager takes it, but for labels.
func (w *wanted) service(s *compose.Service, of service, replicas int) (ServiceSpec, error) {
	spec, err := of.spec(w.Project.Name+"_"+s.Name, w.stack, s.Name)
	if err != nil {
		return ServiceSpec{}, err
	}
	if mode := &spec.Mode; mode.Replicated != nil {
		n := uint64(replicas)
		mode.Replicated.Replicas = &n
	} else if mode.ReplicatedJob != nil {
		n := uint64(replicas)
		mode.ReplicatedJob.MaxConcurrent, mode.ReplicatedJob.TotalCompletions = &n, &n
	}
	if !of.job() {
		spec.UpdateConfig = overridden(spec.UpdateConfig, w.Options.Update)
	}
	w.labelVolumes(spec.TaskTemplate.ContainerSpec.Mounts)
	out := ServiceSpec{Spec: spec}
	out.Secrets, out.Configs = w.filesOf(of)
	return out, nil
}

// spec is what a stack says of a service, with the labels that users give. The number of
// replicas is that of its mode.
func (s service) spec(name string, of stack, alias string) (swarm.ServiceSpec, error) {
	mode, err := s.mode()
	if err != nil {
		return swarm.ServiceSpec{}, err
	}
	resources, err := s.resources()
	if err != nil {
		return swarm.ServiceSpec{}, err
	}
	out := swarm.ServiceSpec{
		Annotations:    swarm.Annotations{Name: name, Labels: usersOwn(s.Deploy.Labels)},
		Mode:           mode,
		EndpointSpec:   s.endpoint(),
		UpdateConfig:   s.Deploy.UpdateConfig.config(),
		RollbackConfig: s.Deploy.RollbackConfig.config(),
	}
	out.TaskTemplate = swarm.TaskSpec{
		ContainerSpec: s.container(of), Resources: resources, RestartPolicy: s.restart(), Placement: s.placement(), Networks: s.attachments(of, alias),
	}
	if s.Logging != nil {
		out.TaskTemplate.LogDriver = &swarm.Driver{Name: s.Logging.Driver, Options: texts(s.Logging.Options)}
	}
	return out, nil
}

func (s service) container(of stack) *swarm.ContainerSpec {
	c := &swarm.ContainerSpec{
		Image: s.Image, Command: s.Entrypoint, Args: s.Command, Labels: usersOwn(s.Labels), Hostname: s.Hostname,
		Dir: s.WorkingDir, User: s.User, Mounts: s.mounts(of), StopGracePeriod: s.StopGracePeriod.pointer(), StopSignal: s.StopSignal,
		TTY: s.TTY, OpenStdin: s.StdinOpen, ReadOnly: s.ReadOnly, Init: s.Init, Sysctls: texts(s.Sysctls), OomScoreAdj: s.OOMScoreAdj,
		Secrets: s.secrets(of), Configs: s.configs(of),
	}
	c.CapabilityAdd, c.CapabilityDrop = capabilities(s.CapAdd, s.CapDrop)
	for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
		if value := s.Environment[name]; value != nil {
			name += "=" + string(*value)
		}
		c.Env = append(c.Env, name)
	}
	for _, host := range s.ExtraHosts {
		if name, address, ok := strings.Cut(host, ":"); ok {
			c.Hosts = append(c.Hosts, address+" "+name)
		}
	}
	for _, group := range s.GroupAdd {
		c.Groups = append(c.Groups, string(group))
	}
	if len(s.DNS)+len(s.DNSSearch)+len(s.DNSOpt) > 0 {
		c.DNSConfig = &swarm.DNSConfig{Nameservers: s.DNS, Search: s.DNSSearch, Options: s.DNSOpt}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Ulimits)) {
		c.Ulimits = append(c.Ulimits, &container.Ulimit{Name: name, Soft: s.Ulimits[name].Soft, Hard: s.Ulimits[name].Hard})
	}
	if h := s.Healthcheck; h != nil {
		c.Healthcheck = &container.HealthConfig{
			Test: h.Test, Interval: time.Duration(h.Interval), Timeout: time.Duration(h.Timeout),
			StartPeriod: time.Duration(h.StartPeriod), StartInterval: time.Duration(h.StartInterval), Retries: h.Retries,
		}
		if h.Disable {
			c.Healthcheck = &container.HealthConfig{Test: []string{"NONE"}}
		}
	}
	return c
}

// capabilities are as the manager compares them: CAP_CHOWN, sorted, and none both added and
// dropped.
func capabilities(add, drop []string) (added, dropped []string) {
	const all = "ALL"
	named := func(list []string) []string {
		var names []string
		for _, name := range list {
			name = strings.ToUpper(strings.TrimSpace(name))
			if name != all && !strings.HasPrefix(name, "CAP_") {
				name = "CAP_" + name
			}
			names = append(names, name)
		}
		if slices.Contains(names, all) {
			return []string{all}
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	added = named(add)
	dropped = slices.DeleteFunc(named(drop), func(name string) bool { return slices.Contains(added, name) })
	return added, dropped
}

// attachments are the networks that tasks are attached to, by name.
func (s service) attachments(of stack, alias string) []swarm.NetworkAttachmentConfig {
	var list []swarm.NetworkAttachmentConfig
	for name, on := range s.Networks {
		a := swarm.NetworkAttachmentConfig{Target: of.Networks[name].Name}
		if on != nil {
			a.Aliases = slices.Clone(on.Aliases)
		}
		if container.NetworkMode(a.Target).IsUserDefined() {
			a.Aliases = append(a.Aliases, alias)
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b swarm.NetworkAttachmentConfig) int { return strings.Compare(a.Target, b.Target) })
	return list
}

func (s service) endpoint() *swarm.EndpointSpec {
	e := &swarm.EndpointSpec{Mode: swarm.ResolutionMode(s.Deploy.EndpointMode)}
	for _, p := range s.Ports {
		e.Ports = append(e.Ports, swarm.PortConfig{
			Protocol: swarm.PortConfigProtocol(p.Protocol), TargetPort: p.Target, PublishedPort: p.Published, PublishMode: swarm.PortConfigPublishMode(p.Mode),
		})
	}
	slices.SortStableFunc(e.Ports, func(a, b swarm.PortConfig) int { return cmp.Compare(a.PublishedPort, b.PublishedPort) })
	return e
}

func (s service) mode() (swarm.ServiceMode, error) {
	switch s.Deploy.Mode {
	case "", "replicated":
		return swarm.ServiceMode{Replicated: &swarm.ReplicatedService{}}, nil
	case global:
		return swarm.ServiceMode{Global: &swarm.GlobalService{}}, nil
	case replicatedJob:
		return swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{}}, nil
	case globalJob:
		return swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}, nil
	}
	return swarm.ServiceMode{}, fmt.Errorf("mode is replicated, %s, %s or %s, not %q", global, replicatedJob, globalJob, s.Deploy.Mode)
}

func (s service) resources() (*swarm.ResourceRequirements, error) {
	r := &swarm.ResourceRequirements{}
	var err error
	if l := s.Deploy.Resources.Limits; l != nil {
		r.Limits = &swarm.Limit{Pids: l.Pids}
		if r.Limits.NanoCPUs, err = nanoCPUs(l.CPUs); err != nil {
			return nil, err
		}
		if r.Limits.MemoryBytes, err = sizeOf(l.Memory); err != nil {
			return nil, err
		}
	}
	if l := s.Deploy.Resources.Reservations; l != nil {
		r.Reservations = &swarm.Resources{}
		if r.Reservations.NanoCPUs, err = nanoCPUs(l.CPUs); err != nil {
			return nil, err
		}
		if r.Reservations.MemoryBytes, err = sizeOf(l.Memory); err != nil {
			return nil, err
		}
		for _, g := range l.Generic {
			if g.Discrete != nil {
				r.Reservations.GenericResources = append(r.Reservations.GenericResources,
					swarm.GenericResource{DiscreteResourceSpec: &swarm.DiscreteGenericResource{Kind: g.Discrete.Kind, Value: g.Discrete.Value}})
			}
		}
	}
	if r.Limits == nil && r.Reservations == nil {
		return nil, nil
	}
	return r, nil
}

// nanoCPUs is a number of processors in billionths.
func nanoCPUs(text word) (int64, error) {
	if text == "" {
		return 0, nil
	}
	cpus, ok := new(big.Rat).SetString(string(text))
	if !ok {
		return 0, fmt.Errorf("cpus is a number of processors, not %q", text)
	}
	nano := cpus.Mul(cpus, big.NewRat(1e9, 1))
	if !nano.IsInt() || !nano.Num().IsInt64() {
		return 0, fmt.Errorf("cpus has no more than nine digits behind the point, and %q has", text)
	}
	return nano.Num().Int64(), nil
}

// sizeOf is a number of bytes.
func sizeOf(text word) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("memory is a number of bytes, not %q", text)
	}
	return n, nil
}

func (s service) restart() *swarm.RestartPolicy {
	p := s.Deploy.RestartPolicy
	if p == nil {
		return nil
	}
	return &swarm.RestartPolicy{
		Condition: swarm.RestartPolicyCondition(p.Condition), Delay: p.Delay.pointer(), MaxAttempts: p.MaxAttempts, Window: p.Window.pointer(),
	}
}

func (s service) placement() *swarm.Placement {
	of := s.Deploy.Placement
	if len(of.Constraints)+len(of.Preferences) == 0 && of.MaxReplicas == 0 {
		return nil
	}
	p := &swarm.Placement{Constraints: of.Constraints, MaxReplicas: of.MaxReplicas}
	for _, preference := range of.Preferences {
		p.Preferences = append(p.Preferences, swarm.PlacementPreference{Spread: &swarm.SpreadOver{SpreadDescriptor: preference.Spread}})
	}
	return p
}

// config is how tasks are replaced; nil: as a swarm does it by itself.
func (u *update) config() *swarm.UpdateConfig {
	if u == nil {
		return nil
	}
	c := &swarm.UpdateConfig{
		Parallelism: 1, Delay: time.Duration(u.Delay), Monitor: time.Duration(u.Monitor),
		FailureAction: u.FailureAction, MaxFailureRatio: u.MaxFailureRatio, Order: u.Order,
	}
	if u.Parallelism != nil {
		c.Parallelism = *u.Parallelism
	}
	return c
}

// overridden is how tasks are replaced, with what a command says of it.
func overridden(by *swarm.UpdateConfig, asked *compose.Update) *swarm.UpdateConfig {
	if asked == nil {
		return by
	}
	if by == nil {
		by = (&update{}).config()
	}
	if asked.Parallelism != nil {
		by.Parallelism = *asked.Parallelism
	}
	if asked.Delay != nil {
		by.Delay = *asked.Delay
	}
	if asked.Monitor != nil {
		by.Monitor = *asked.Monitor
	}
	if asked.MaxFailureRatio != nil {
		by.MaxFailureRatio = float32(*asked.MaxFailureRatio)
	}
	by.Order, by.FailureAction = cmp.Or(asked.Order, by.Order), cmp.Or(asked.FailureAction, by.FailureAction)
	return by
}

func texts(all map[string]word) map[string]string {
	if len(all) == 0 {
		return nil
	}
	out := make(map[string]string, len(all))
	for name, value := range all {
		out[name] = string(value)
	}
	return out
}
