package swarm

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/network"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// mayEnd reports whether tasks may end by themselves and are not begun again. One that has a
// health check is to run: it may be stopped for that, and then ends well.
func mayEnd(t api.TaskSpec) bool {
	if t.RestartPolicy == nil || t.ContainerSpec != nil && t.ContainerSpec.Healthcheck != nil {
		return false
	}
	return t.RestartPolicy.Condition == api.RestartPolicyConditionNone || t.RestartPolicy.Condition == api.RestartPolicyConditionOnFailure
}

// observedService is a service of a list, read once for all verbs.
func observedService(s api.Service) observed.Service {
	of := s.Spec.Labels
	out := observed.Service{
		ID: s.ID, Name: s.Spec.Name, Version: s.Version.Index, Labels: of,
		Project: of[labels.ProjectOf], Service: of[labels.ServiceOf], OneOff: of[labels.OneOffOf] == "True",
		Dir: of[labels.DirOf], Files: labels.ParseList(of[labels.FilesOf]),
		Fingerprint: plan.Fingerprint(of[labels.Fingerprint]), After: labels.ParseList(of[labels.After]),
		Created: s.CreatedAt, Updated: s.UpdatedAt,
	}
	if held := of[labels.Held]; held != "" {
		out.Stopped = true
		out.Held, _ = strconv.Atoi(held)
	}
	if c := s.Spec.TaskTemplate.ContainerSpec; c != nil {
		out.Image, out.Digest = cutDigest(c.Image)
	}
	addMode(&out, s.Spec.Mode)
	out.Completes = out.Job || mayEnd(s.Spec.TaskTemplate)
	for _, n := range attachments(s.Spec) {
		out.Attached = append(out.Attached, observed.Attachment{Network: n.Target, Aliases: n.Aliases})
	}
	slices.SortFunc(out.Attached, func(a, b observed.Attachment) int { return strings.Compare(a.Network, b.Network) })
	published := s.Endpoint.Ports // with those that the manager chose
	if len(published) == 0 && s.Spec.EndpointSpec != nil {
		published = s.Spec.EndpointSpec.Ports
	}
	out.Ports = observedPorts(published)
	out.Wanted = out.Replicas
	if n := s.ServiceStatus; n != nil {
		out.Running, out.Wanted, out.Completed = int(n.RunningTasks), int(n.DesiredTasks), int(n.CompletedTasks)
	}
	if u := s.UpdateStatus; u != nil {
		out.Update = observed.Update{State: string(u.State), Message: u.Message}
		if u.StartedAt != nil {
			out.Update.Started = *u.StartedAt
		}
		if u.CompletedAt != nil {
			out.Update.Ended = *u.CompletedAt
		}
	}
	return out
}

// addMode fills in how many tasks a service is to have.
func addMode(out *observed.Service, mode api.ServiceMode) {
	number := func(n *uint64) int {
		if n == nil {
			return 1
		}
		return int(*n)
	}
	switch {
	case mode.Replicated != nil:
		out.Replicas = number(mode.Replicated.Replicas)
	case mode.Global != nil:
		out.Everywhere = true
	case mode.ReplicatedJob != nil:
		out.Job = true
		out.Replicas = number(cmp.Or(mode.ReplicatedJob.TotalCompletions, mode.ReplicatedJob.MaxConcurrent))
	case mode.GlobalJob != nil:
		out.Job, out.Everywhere = true, true
	}
}

// attachments are the networks of a service, which older managers have in another place.
func attachments(s api.ServiceSpec) []api.NetworkAttachmentConfig {
	if len(s.TaskTemplate.Networks) > 0 {
		return s.TaskTemplate.Networks
	}
	return s.Networks
}

func observedPorts(ports []api.PortConfig) []observed.ServicePort {
	var list []observed.ServicePort
	for _, p := range ports {
		list = append(list, observed.ServicePort{
			Target: uint16(p.TargetPort), Published: uint16(p.PublishedPort), Protocol: string(p.Protocol), Mode: string(p.PublishMode),
		})
	}
	return list
}

// observedTask is a task of a list, on a node whose name is known or "".
func observedTask(t api.Task, of api.Service, node string) observed.Task {
	out := observed.Task{
		ID: t.ID, Service: t.ServiceID, Name: taskName(t, of.Spec.Name), Slot: t.Slot, Node: t.NodeID, NodeName: node,
		State: string(t.Status.State), Desired: string(t.DesiredState), Message: t.Status.Message, Err: t.Status.Err,
		Since: t.Status.Timestamp, Created: t.CreatedAt, Force: t.Spec.ForceUpdate, Ports: observedPorts(t.Status.PortStatus.Ports),
	}
	if c := t.Status.ContainerStatus; c != nil {
		out.Container, out.ExitCode = c.ContainerID, c.ExitCode
	}
	if c := t.Spec.ContainerSpec; c != nil {
		out.Image, _ = cutDigest(c.Image)
	}
	if sameTasks(t.Spec, of.Spec.TaskTemplate) {
		out.Spec = of.Version.Index
	}
	for _, n := range t.NetworksAttachments {
		out.Addresses = append(out.Addresses, n.Addresses...)
	}
	slices.Sort(out.Addresses)
	return out
}

// taskName is the name that docker shows for a task.
func taskName(t api.Task, service string) string {
	if t.Slot == 0 {
		return service + "." + t.NodeID
	}
	return fmt.Sprintf("%s.%d", service, t.Slot)
}

// sameTasks reports whether two specifications make the same tasks. Where one may run is
// no matter of what it is: the manager leaves those where they are that fit.
func sameTasks(a, b api.TaskSpec) bool {
	a.Placement, b.Placement = nil, nil
	a.Runtime, b.Runtime = "", "" // a task does not have it
	return reflect.DeepEqual(a, b)
}

// observedNodes are the machines of a swarm, by name.
func observedNodes(nodes []api.Node) []observed.Node {
	list := []observed.Node{}
	for _, n := range nodes {
		out := observed.Node{
			ID: n.ID, Name: nodeName(n), Manager: n.Spec.Role == api.NodeRoleManager, State: string(n.Status.State),
			Availability: string(n.Spec.Availability), Address: n.Status.Addr, Engine: n.Description.Engine.EngineVersion, Message: n.Status.Message,
		}
		if n.ManagerStatus != nil {
			out.Leader = n.ManagerStatus.Leader
		}
		list = append(list, out)
	}
	slices.SortFunc(list, func(a, b observed.Node) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return list
}

// nodeName is what people call a node.
func nodeName(n api.Node) string { return cmp.Or(n.Spec.Name, n.Description.Hostname, n.ID) }

// observedNetwork is a network of a project that spans nodes.
func observedNetwork(n network.Summary) observed.Network {
	settings := n.Labels[labels.Settings]
	kind, _, _ := strings.Cut(settings, ":")
	out := observed.Network{
		ID: n.ID, Name: n.Name, Project: labels.NetworkProject(n.Labels), Traffic: true,
		Kind: linking.Kind(kind), Settings: settings, Short: n.Labels[labels.Network], For: n.Labels[labels.For],
		Wiring: labels.ParseWiring(n.Labels[labels.Wiring]), Externals: labels.ParseList(n.Labels[labels.Externals]),
	}
	for _, c := range n.IPAM.Config {
		p, err := netip.ParsePrefix(c.Subnet)
		if err != nil || !p.Addr().Is4() {
			continue
		}
		if out.Subnet == "" {
			out.Subnet = c.Subnet
		}
		out.Room += max(0, 1<<(32-p.Bits())-4) // but the first, the last, the gateway and the balancer's
	}
	return out
}

// cutDigest takes the digest of a reference off.
func cutDigest(image string) (ref, digest string) {
	ref, digest, _ = strings.Cut(image, "@")
	return ref, digest
}
