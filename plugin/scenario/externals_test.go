package scenario_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
)

// foreign makes a container that nobody but the script knows of, with traits:
// socket mounts the engine's socket, publish puts port 80 on the host, net=MODE
// is where it stands, and NAME=VALUE with a dot in the name is a label, without
// one a variable.
func foreign(s *scene, args []string) error {
	ctx := context.Background()
	config := &container.Config{
		Image: probeImage, Cmd: []string{"/probe", "serve"},
		Labels: map[string]string{}, ExposedPorts: nat.PortSet{},
	}
	host := &container.HostConfig{PortBindings: nat.PortMap{}}
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
		case given && strings.Contains(name, "."):
			config.Labels[name] = value
		case given:
			config.Env = append(config.Env, trait)
		default:
			return fmt.Errorf("no trait %q", trait)
		}
	}
	made, err := s.cli.ContainerCreate(ctx, config, host, nil, nil, args[0])
	if err != nil {
		return err
	}
	if err := s.cli.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		return err
	}
	r, err := s.inspect(ctx, made.ID)
	s.strangers = append(s.strangers, r)
	return err
}

// foreignNetwork makes a network that is nobody's.
func foreignNetwork(s *scene, args []string) error {
	_, err := s.cli.NetworkCreate(context.Background(), args[0], network.CreateOptions{Driver: "bridge"})
	return err
}

// holds: every container of the service, which runs the probe's hold, gets
// another answer over the connection that it made at its start.
func holds(s *scene, args []string) error {
	replicas, err := s.living(args[0])
	if err != nil || s.memory != nil {
		return err
	}
	since := time.Now()
	for _, r := range replicas {
		err := s.eventually(func() error {
			logs, err := s.cli.ContainerLogs(context.Background(), r.id, container.LogsOptions{
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

// sits: every container of the service is attached to so many networks.
func sits(s *scene, args []string) error {
	replicas, err := s.replicas(args[0])
	if err != nil {
		return err
	}
	if len(replicas) == 0 {
		return fmt.Errorf("%s has no container", args[0])
	}
	for _, r := range replicas {
		c, err := s.cli.ContainerInspect(context.Background(), r.id)
		if err != nil {
			return err
		}
		if n := len(c.NetworkSettings.Networks); fmt.Sprint(n) != args[1] {
			return fmt.Errorf("%s is on %d networks, want %s", r.name, n, args[1])
		}
	}
	return nil
}

// meddle does to the first container of a service what somebody with the
// docker command might.
func meddle(s *scene, args []string) error {
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
		return s.cli.ContainerStop(ctx, id, container.StopOptions{})
	case "remove":
		return s.cli.ContainerRemove(ctx, id, container.RemoveOptions{Force: true})
	case "disconnect":
		c, err := s.cli.ContainerInspect(ctx, id)
		if err != nil {
			return err
		}
		for name := range c.NetworkSettings.Networks {
			if err := s.cli.NetworkDisconnect(ctx, name, id, false); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("nobody knows how to %s", args[0])
}
