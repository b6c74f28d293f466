package main

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"
)

// floor does a phase knowing what there is and what has to become of it: the
// calls that change something, as many at once as their order allows, and
// nothing else.
func floor(ctx context.Context, phase, stack string) error {
	var services int
	var image string
	if _, err := fmt.Sscan(stack, &services, &image); err != nil {
		return err
	}
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithVersion("1.41"))
	if err != nil {
		return err
	}
	f := &known{c: c, services: services, image: image}
	switch phase {
	case "up from nothing":
		return f.up(ctx)
	case "scale one to 3":
		return f.each(2, func(i int) error { return f.replica(ctx, 1, 2+i) })
	case "down":
		return f.down(ctx)
	default:
		_, err := c.Ping(ctx)
		return err
	}
}

type known struct {
	c        *client.Client
	services int
	image    string
}

func (f *known) each(n int, do func(i int) error) error {
	var group errgroup.Group
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	return group.Wait()
}

func name(service, number int) string {
	return fmt.Sprintf("%s_floor%02d_%d", project, service, number)
}

func link(service int) string { return fmt.Sprintf("%s_floor%02d", project, service) }

func (f *known) up(ctx context.Context) error {
	err := f.each(2*f.services-1, func(i int) error {
		if i < f.services {
			return f.create(ctx, i, 1)
		}
		i = i - f.services + 1
		_, err := f.c.NetworkCreate(ctx, link(i), network.CreateOptions{IPAM: &network.IPAM{
			Config: []network.IPAMConfig{{Subnet: fmt.Sprintf("10.221.%d.%d/28", i/16, i%16*16)}}}})
		return err
	})
	if err != nil {
		return err
	}
	err = f.each(2*(f.services-1), func(i int) error {
		if i >= f.services-1 {
			return f.c.ContainerStart(ctx, name(i-f.services+2, 1), container.StartOptions{})
		}
		if i == 0 {
			return nil // part of the creation
		}
		return f.c.NetworkConnect(ctx, link(i+1), name(0, 1), nil)
	})
	if err != nil {
		return err
	}
	return f.c.ContainerStart(ctx, name(0, 1), container.StartOptions{})
}

func (f *known) create(ctx context.Context, service, number int) error {
	n := link(max(service, 1))
	_, err := f.c.ContainerCreate(ctx, &container.Config{Image: f.image},
		&container.HostConfig{NetworkMode: container.NetworkMode(n), PublishAllPorts: service == 0},
		&network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{n: {}}}, nil, name(service, number))
	return err
}

func (f *known) replica(ctx context.Context, service, number int) error {
	if err := f.create(ctx, service, number); err != nil {
		return err
	}
	return f.c.ContainerStart(ctx, name(service, number), container.StartOptions{})
}

func (f *known) down(ctx context.Context) error {
	remove := func(service, number int) error {
		if err := f.c.ContainerStop(ctx, name(service, number), container.StopOptions{}); err != nil {
			return err
		}
		return f.c.ContainerRemove(ctx, name(service, number), container.RemoveOptions{})
	}
	if err := remove(0, 1); err != nil {
		return err
	}
	return f.each(f.services-1, func(i int) error {
		service := i + 1
		last := 1
		if service == 1 {
			last = 3
		}
		if err := f.each(last, func(i int) error { return remove(service, i+1) }); err != nil {
			return err
		}
		return f.c.NetworkRemove(ctx, link(service))
	})
}
