package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
)

// replica is one container of a service, as the engine describes it.
type replica struct {
	id, name string
	running  bool
	started  string
	addrs    []string
	names    []string          // under which others might find it
	volumes  map[string]string // by where they are mounted
}

// replicas lists the containers of a service, the oldest first. Those that
// external made are none, whatever labels their images gave them.
func (s *Scene) replicas(word string) ([]replica, error) {
	project, service := s.split(word)
	ctx := context.Background()
	list, err := s.Client.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	var replicas []replica
	for _, c := range list {
		if project == "" && !slices.Contains(c.Names, "/"+service) {
			continue
		}
		if project != "" && (c.Labels[LabelProject] != project || c.Labels[LabelService] != service || s.isExternal(c.ID)) {
			continue
		}
		r, err := s.inspect(ctx, c.ID)
		if cerrdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		r.names = append(r.names, service)
		replicas = append(replicas, r)
	}
	return replicas, nil
}

// isExternal reports whether external made a container.
func (s *Scene) isExternal(id string) bool {
	return slices.ContainsFunc(s.externals, func(r replica) bool { return r.id == id })
}

func (s *Scene) inspect(ctx context.Context, id string) (replica, error) {
	c, err := s.Client.ContainerInspect(ctx, id)
	if err != nil {
		return replica{}, err
	}
	name := strings.TrimPrefix(c.Name, "/")
	r := replica{
		id: c.ID, name: name, running: c.State.Running, started: c.State.StartedAt,
		names:   []string{name, c.ID[:12], c.Config.Hostname},
		volumes: map[string]string{},
	}
	for _, m := range c.Mounts {
		if m.Name != "" {
			r.volumes[m.Destination] = m.Name
		}
	}
	// Without the project, as in web_1.
	if _, short, ok := strings.Cut(name, "_"); ok {
		r.names = append(r.names, short)
	}
	for _, endpoint := range c.NetworkSettings.Networks {
		if endpoint.IPAddress != "" {
			r.addrs = append(r.addrs, endpoint.IPAddress)
		}
		r.names = append(r.names, endpoint.Aliases...)
	}
	slices.Sort(r.addrs)
	return r, nil
}

// seats are the endpoints of a container that runs, by the network.
func (s *Scene) seats(r replica) (map[string]*network.EndpointSettings, error) {
	c, err := s.Client.ContainerInspect(context.Background(), r.id)
	if err != nil {
		return nil, err
	}
	seats := map[string]*network.EndpointSettings{}
	for _, endpoint := range c.NetworkSettings.Networks {
		if endpoint.IPAddress != "" {
			seats[endpoint.NetworkID] = endpoint
		}
	}
	return seats, nil
}

// meet reports whether two containers are on one network.
func (s *Scene) meet(a, b replica) (bool, error) {
	there, err := s.seats(a)
	if err != nil {
		return false, err
	}
	here, err := s.seats(b)
	for id := range here {
		if there[id] != nil {
			return true, err
		}
	}
	return false, err
}

// probe runs the probe inside a container and gives its exit status and what
// it printed.
func (s *Scene) probe(r replica, args ...string) (code int, printed string, err error) {
	ctx := context.Background()
	x, err := s.Client.ContainerExecCreate(ctx, r.id, container.ExecOptions{
		Cmd: append([]string{"/probe"}, args...), Tty: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return 0, "", err
	}
	conn, err := s.Client.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{Tty: true})
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	var out strings.Builder
	if _, err := conn.Reader.WriteTo(&out); err != nil {
		return 0, "", err
	}
	state, err := s.Client.ContainerExecInspect(ctx, x.ID)
	if err != nil {
		return 0, "", err
	}
	if state.Running {
		return 0, "", fmt.Errorf("probe %v in %s goes on without output", args, r.name)
	}
	return state.ExitCode, out.String(), nil
}
