package swarm_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
)

// A stack is a project in a swarm, whoever made it: its services and networks are named
// PROJECT_….
type stack struct {
	*nodes
	project string
}

// of says which service of the files one of the swarm is.
func (s stack) of(spec swarm.ServiceSpec) (service string, ours bool) {
	return strings.CutPrefix(spec.Name, s.project+"_")
}

// A replica is a container of a task, on whichever node.
type replica struct {
	service  string
	task     string // its name, web.1.…
	node     node
	id       string
	image    string
	networks []string // addresses on overlays
	gateway  string   // on the network by which tasks leave their node
}

// replicas are the containers that run, of services of the stack, on nodes that answer.
func (s stack) replicas(ctx context.Context) ([]replica, error) {
	services, err := s.services(ctx)
	if err != nil {
		return nil, err
	}
	var all []replica
	for _, at := range s.answering(ctx) {
		list, err := at.cli.ContainerList(ctx, container.ListOptions{Filters: filters.NewArgs(filters.Arg("status", "running"))})
		if err != nil {
			return nil, err
		}
		var gateways network.Inspect
		for _, c := range list {
			service, ours := services[c.Labels["com.docker.swarm.service.id"]]
			if !ours {
				continue
			}
			if gateways.ID == "" {
				if gateways, err = at.cli.NetworkInspect(ctx, "docker_gwbridge", network.InspectOptions{}); err != nil {
					return nil, err
				}
			}
			r, err := replicaOf(ctx, at, c.ID, gateways)
			if err != nil {
				return nil, err
			}
			r.service = service
			all = append(all, r)
		}
	}
	return all, nil
}

func replicaOf(ctx context.Context, at node, id string, gateways network.Inspect) (replica, error) {
	c, err := at.cli.ContainerInspect(ctx, id)
	if err != nil {
		return replica{}, err
	}
	r := replica{node: at, id: id, image: c.Config.Image, task: strings.TrimPrefix(c.Name, "/")}
	for name, on := range c.NetworkSettings.Networks {
		if on.IPAddress == "" {
			return r, fmt.Errorf("%s has no address on %s", r.task, name)
		}
		r.networks = append(r.networks, on.IPAddress)
	}
	slices.Sort(r.networks)
	for _, on := range gateways.Containers {
		if sandbox, ok := strings.CutPrefix(on.Name, "gateway_"); ok && strings.HasPrefix(c.NetworkSettings.SandboxID, sandbox) {
			r.gateway, _, _ = strings.Cut(on.IPv4Address, "/")
		}
	}
	if r.gateway == "" {
		return r, fmt.Errorf("%s has no address on docker_gwbridge", r.task)
	}
	return r, nil
}

// services are those of the stack, by their ids in the swarm.
func (s stack) services(ctx context.Context) (map[string]string, error) {
	list, err := s.manager().ServiceList(ctx, swarm.ServiceListOptions{})
	if err != nil {
		return nil, err
	}
	services := map[string]string{}
	for _, one := range list {
		if service, ours := s.of(one.Spec); ours {
			services[one.ID] = service
		}
	}
	return services, nil
}

// run demands that so many replicas of each service run, on nodes that answer, and that
// nobody else of the stack does.
func (s stack) run(want map[string]int) func(context.Context) error {
	return func(ctx context.Context) error {
		all, err := s.replicas(ctx)
		if err != nil {
			return err
		}
		return sameCount(want, all)
	}
}

func sameCount(want map[string]int, all []replica) error {
	got := map[string]int{}
	for _, r := range all {
		got[r.service]++
	}
	for service, n := range want {
		if got[service] != n {
			return fmt.Errorf("%d of %s run, not %d", got[service], service, n)
		}
	}
	for service, n := range got {
		if _, wanted := want[service]; !wanted {
			return fmt.Errorf("%d of %s run, and nobody asked for it", n, service)
		}
	}
	return nil
}

// alive counts the tasks of a service that the manager has running on nodes that are ready.
func (s stack) alive(ctx context.Context, service string) (int, error) {
	services, err := s.services(ctx)
	if err != nil {
		return 0, err
	}
	tasks, err := s.manager().TaskList(ctx, swarm.TaskListOptions{})
	if err != nil {
		return 0, err
	}
	ready, err := nodesByID(ctx, s.manager())
	if err != nil {
		return 0, err
	}
	n := 0
	for _, t := range tasks {
		if services[t.ServiceID] == service && t.Status.State == swarm.TaskStateRunning && ready[t.NodeID].Status.State == swarm.NodeStateReady {
			n++
		}
	}
	return n, nil
}

func nodesByID(ctx context.Context, cli *client.Client) (map[string]swarm.Node, error) {
	list, err := cli.NodeList(ctx, swarm.NodeListOptions{})
	if err != nil {
		return nil, err
	}
	found := map[string]swarm.Node{}
	for _, n := range list {
		found[n.ID] = n
	}
	return found, nil
}

// nodeList gives the state of each node, by its name.
func nodeList(ctx context.Context, cli *client.Client) (map[string]string, error) {
	list, err := nodesByID(ctx, cli)
	states := map[string]string{}
	for _, n := range list {
		states[n.Description.Hostname] = string(n.Status.State)
	}
	return states, err
}

// nothingLeft looks on every node for anything that has the name of the stack.
func (s stack) nothingLeft(ctx context.Context) error {
	services, err := s.services(ctx)
	if err != nil {
		return err
	}
	for _, service := range services {
		return fmt.Errorf("the swarm still has %s", service)
	}
	for _, at := range s.all {
		if err := s.nothingLeftOn(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

func (s stack) nothingLeftOn(ctx context.Context, at node) error {
	containers, err := at.cli.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return err
	}
	for _, c := range containers {
		if strings.HasPrefix(c.Names[0], "/"+s.project+"_") {
			return fmt.Errorf("%s still has the container %s (%s)", at.name, c.Names[0], c.Status)
		}
	}
	networks, err := at.cli.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return err
	}
	for _, n := range networks {
		if strings.HasPrefix(n.Name, s.project+"_") {
			return fmt.Errorf("%s still has the network %s", at.name, n.Name)
		}
	}
	return nil
}
