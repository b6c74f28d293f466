package scenario

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
)

// external makes a container of no project, with traits: socket mounts the
// engine's socket, publish puts port 80 on the host, net=MODE is where it
// stands, alias=NAME a name that it has there, image=IMAGE what it is made from,
// and NAME=VALUE with a dot in the name is a label, without one a
// variable.
func external(s *Scene, args []string) error {
	ctx := context.Background()
	config := &container.Config{
		Image: ProbeImage, Cmd: []string{"/probe", "serve"},
		Labels: map[string]string{}, ExposedPorts: nat.PortSet{},
	}
	host := &container.HostConfig{PortBindings: nat.PortMap{}}
	var aliases []string
	for _, trait := range args[1:] {
		name, value, given := strings.Cut(trait, "=")
		switch {
		case trait == "socket":
			host.Binds = append(host.Binds, "/var/run/docker.sock:/var/run/docker.sock")
		case trait == "publish":
			config.ExposedPorts["80/tcp"] = struct{}{}
			host.PortBindings["80/tcp"] = []nat.PortBinding{{}}
		case name == "net":
			host.NetworkMode = container.NetworkMode(value)
		case name == "alias":
			aliases = append(aliases, value)
		case name == "image":
			config.Image = value
		case given && strings.Contains(name, "."):
			config.Labels[name] = value
		case given:
			config.Env = append(config.Env, trait)
		default:
			return fmt.Errorf("no trait %q", trait)
		}
	}
	networks := &network.NetworkingConfig{}
	if len(aliases) > 0 {
		networks.EndpointsConfig = map[string]*network.EndpointSettings{string(host.NetworkMode): {Aliases: aliases}}
	}
	made, err := s.Client.ContainerCreate(ctx, config, host, networks, nil, args[0])
	if err != nil {
		return err
	}
	if err := s.Client.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		return err
	}
	r, err := s.inspect(ctx, made.ID)
	s.externals = append(s.externals, r)
	return err
}

// externalNetwork makes a network of no project.
func externalNetwork(s *Scene, args []string) error {
	_, err := s.Client.NetworkCreate(context.Background(), args[0], network.CreateOptions{Driver: "bridge"})
	return err
}

// keepsConnection: every container of the service, which runs the probe's hold, gets
// another answer over the connection that it made at its start.
func keepsConnection(s *Scene, args []string) error {
	replicas, err := s.living(args[0])
	if err != nil || s.Memory != nil {
		return err
	}
	since := time.Now()
	for _, r := range replicas {
		err := s.Await(func() error {
			logs, err := s.Client.ContainerLogs(context.Background(), r.id, container.LogsOptions{
				ShowStdout: true, Since: since.Format(time.RFC3339Nano),
			})
			if err != nil {
				return err
			}
			defer logs.Close()
			if said, err := io.ReadAll(logs); err != nil || !strings.Contains(string(said), "answers") {
				return fmt.Errorf("%s gets no answer any more: %q (%v)", r.name, said, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// commit makes an image of the first container of a service, as docker commit
// does, with labels beside those that the container has.
func commit(s *Scene, args []string) error {
	replicas, err := s.replicas(args[0])
	if err != nil {
		return err
	}
	if len(replicas) == 0 {
		return fmt.Errorf("%s has no container", args[0])
	}
	config := &container.Config{Labels: map[string]string{}}
	for _, label := range args[2:] {
		name, value, _ := strings.Cut(label, "=")
		config.Labels[name] = value
	}
	_, err = s.Client.ContainerCommit(context.Background(), replicas[0].id, container.CommitOptions{Reference: args[1], Config: config})
	return err
}

// behindTheBack does to the first container of a service what the docker
// command can.
func behindTheBack(s *Scene, args []string) error {
	replicas, err := s.replicas(args[1])
	if err != nil {
		return err
	}
	if len(replicas) == 0 {
		return fmt.Errorf("%s has no container", args[1])
	}
	ctx, id := context.Background(), replicas[0].id
	switch args[0] {
	case "stop":
		return s.Client.ContainerStop(ctx, id, container.StopOptions{})
	case "start-in-vain":
		if s.Client.ContainerStart(ctx, id, container.StartOptions{}) == nil {
			return fmt.Errorf("%s has started", args[1])
		}
		return nil
	case "restart":
		return s.Client.ContainerRestart(ctx, id, container.StopOptions{})
	case "rename":
		return s.Client.ContainerRename(ctx, id, strings.Join(args[2:], ""))
	case "remove":
		return s.Client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true})
	case "disconnect":
		c, err := s.Client.ContainerInspect(ctx, id)
		if err != nil {
			return err
		}
		for name := range c.NetworkSettings.Networks {
			if err := s.Client.NetworkDisconnect(ctx, name, id, false); err != nil {
				return err
			}
		}
		return nil
	case "remove-networks":
		c, err := s.Client.ContainerInspect(ctx, id)
		if err != nil {
			return err
		}
		for name := range c.NetworkSettings.Networks {
			if err := removeNetwork(ctx, s, name); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("no way to %s", args[0])
}

// removeNetwork takes what runs off a network and removes it.
func removeNetwork(ctx context.Context, s *Scene, name string) error {
	n, err := s.Client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil {
		return err
	}
	for id := range n.Containers {
		if err := s.Client.NetworkDisconnect(ctx, n.ID, id, true); err != nil {
			return err
		}
	}
	return s.Client.NetworkRemove(ctx, n.ID)
}

// externalUntouched: what external made runs as it did.
func externalUntouched(s *Scene, _ []string) error {
	for _, old := range s.externals {
		now, err := s.inspect(context.Background(), old.id)
		if err != nil {
			return err
		}
		if now.name != old.name || now.started != old.started || !now.running ||
			!slices.Equal(now.addrs, old.addrs) {
			return fmt.Errorf("%s was %+v, is %+v", old.name, old, now)
		}
	}
	if len(s.externals) == 0 {
		return fmt.Errorf("there is no external container")
	}
	return nil
}
