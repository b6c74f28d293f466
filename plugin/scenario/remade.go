package scenario

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// madeBy: all containers of the services were made by one of two programs, which
// their labels tell.
func madeBy(s *Scene, args []string) error {
	for _, service := range args[1:] {
		replicas, err := s.replicas(service)
		if err != nil {
			return err
		}
		if len(replicas) == 0 {
			return fmt.Errorf("%s has no container", service)
		}
		for _, r := range replicas {
			c, err := s.Client.ContainerInspect(context.Background(), r.id)
			if err != nil {
				return err
			}
			by := "docker-compose"
			for label := range c.Config.Labels {
				if strings.HasPrefix(label, "io.stack-lite.") {
					by = "stacklite"
				}
			}
			if by != args[0] {
				return fmt.Errorf("%s was made by %s", r.name, by)
			}
		}
	}
	return nil
}

// named: the containers of the service have exactly these names, without that of
// the project.
func named(s *Scene, args []string) error {
	replicas, err := s.replicas(args[0])
	if err != nil {
		return err
	}
	project, _ := s.split(args[0])
	var names []string
	for _, r := range replicas {
		names = append(names, strings.TrimPrefix(r.name, project+"_"))
	}
	slices.Sort(names)
	if want := slices.Sorted(slices.Values(args[1:])); !slices.Equal(names, want) {
		return fmt.Errorf("%s has the containers %v, want %v", args[0], names, want)
	}
	return nil
}

// remake makes all containers of a project again, with other labels: LABEL=VALUE,
// or LABEL= for none. So they look as other programs make them.
func remake(s *Scene, args []string) error {
	ctx := context.Background()
	list, err := s.Client.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return err
	}
	slices.Reverse(list)
	var old []container.InspectResponse
	names := map[string]string{}
	for _, c := range list {
		if c.Labels[LabelProject] != args[0] || s.isExternal(c.ID) {
			continue
		}
		full, err := s.Client.ContainerInspect(ctx, c.ID)
		if err != nil {
			return err
		}
		old = append(old, full)
		names[full.ID] = strings.TrimPrefix(full.Name, "/")
	}
	if len(old) == 0 {
		return fmt.Errorf("%s has no containers", args[0])
	}
	for _, c := range slices.Backward(old) {
		if err := s.Client.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true}); err != nil {
			return err
		}
	}
	for _, c := range old {
		if err := makeAgain(ctx, s, c, names, args[1:]); err != nil {
			return err
		}
	}
	return nil
}

// makeAgain makes a container as one was, of which names has the names of those
// that it knows by their id.
func makeAgain(ctx context.Context, s *Scene, old container.InspectResponse, names map[string]string, labels []string) error {
	config, host := old.Config, old.HostConfig
	config.Labels = maps.Clone(config.Labels)
	for _, label := range labels {
		name, value, _ := strings.Cut(label, "=")
		config.Labels[name] = value
		if value == "" {
			delete(config.Labels, name)
		}
	}
	config.MacAddress = ""
	if config.Hostname == old.ID[:12] {
		config.Hostname = ""
	}
	for i, link := range host.Links {
		host.Links[i] = linkAgain(link)
	}
	for i, from := range host.VolumesFrom {
		id, mode, _ := strings.Cut(from, ":")
		host.VolumesFrom[i] = names[id] + ":" + mode
	}
	if host.NetworkMode.IsContainer() {
		host.NetworkMode = container.NetworkMode("container:" + names[host.NetworkMode.ConnectedContainer()])
	}
	for _, m := range old.Mounts {
		declared := false
		for path := range config.Volumes {
			declared = declared || path == m.Destination
		}
		bound := slices.ContainsFunc(host.Binds, func(bind string) bool { return strings.Contains(bind, ":"+m.Destination) })
		if m.Name != "" && declared && !bound {
			host.Binds = append(host.Binds, m.Name+":"+m.Destination)
		}
	}
	made, err := s.Client.ContainerCreate(ctx, config, host, nil, nil, strings.TrimPrefix(old.Name, "/"))
	if err != nil || old.State.Status != container.StateRunning {
		return err
	}
	return s.Client.ContainerStart(ctx, made.ID, container.StartOptions{})
}

// linkAgain makes /TARGET:/CONSUMER/ALIAS what it was asked for as.
func linkAgain(link string) string {
	target, alias, _ := strings.Cut(link, ":")
	return strings.TrimPrefix(target, "/") + ":" + alias[strings.LastIndex(alias, "/")+1:]
}
