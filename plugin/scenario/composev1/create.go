package composev1

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/compose"
)

// create makes a container, with the volumes of the one that it replaces.
func (s *stack) create(ctx context.Context, service *compose.Service, number int, old *container) (id string, err error) {
	hash, err := s.hash(ctx, service)
	if err != nil {
		return "", err
	}
	name := s.prefix + "_" + service.Name + "_" + strconv.Itoa(number)
	if service.ContainerName != "" {
		name = service.ContainerName
	}
	config := s.config(service)
	config.Labels[labelOneOff] = "False"
	config.Labels[labelNumber] = strconv.Itoa(number)
	config.Labels[labelHash] = hash
	host, err := s.hostConfig(ctx, service, false)
	if err != nil {
		return "", err
	}
	kept, err := s.keptVolumes(ctx, service, old)
	if err != nil {
		return "", err
	}
	if len(kept) > 0 {
		host.Binds = append(host.Binds, kept...)
		config.Env = append(config.Env, "affinity:container=="+old.ID)
	}
	made, err := s.cli.ContainerCreate(ctx, config, host, nil, nil, name)
	return made.ID, err
}

// createOneOff makes a container that run is asked for.
func (s *stack) createOneOff(ctx context.Context, service *compose.Service, command []string) (id string, err error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	slug := hex.EncodeToString(random)
	config := s.config(service)
	config.Labels[labelOneOff] = "True"
	config.Labels[labelSlug] = slug
	config.OpenStdin = true
	if len(command) > 0 {
		config.Cmd = command
	}
	config.ExposedPorts = nil
	host, err := s.hostConfig(ctx, service, true)
	if err != nil {
		return "", err
	}
	host.PortBindings, host.RestartPolicy = nil, containertypes.RestartPolicy{}
	made, err := s.cli.ContainerCreate(ctx, config, host, nil, nil, s.prefix+"_"+service.Name+"_run_"+slug[:12])
	return made.ID, err
}

func (s *stack) image(service *compose.Service) string {
	if service.Image != "" {
		return service.Image
	}
	return s.prefix + "_" + service.Name
}

// config is what a container is made with, but for what number it has.
func (s *stack) config(service *compose.Service) *containertypes.Config {
	config := &containertypes.Config{
		Image:      s.image(service),
		Cmd:        service.Command,
		WorkingDir: service.WorkingDir,
		Hostname:   service.Hostname,
		MacAddress: service.MacAddress,
		StopSignal: service.StopSignal,
		Labels: map[string]string{
			labelProject: s.Name, labelService: service.Name, labelVersion: Version,
			labelDir: s.Dir, labelFiles: s.fileNames(),
		},
		Volumes:      map[string]struct{}{},
		ExposedPorts: nat.PortSet{},
	}
	for _, l := range service.Labels {
		if l.Value != nil {
			config.Labels[l.Name] = *l.Value
		}
	}
	for _, v := range service.Environment {
		if v.Value != nil {
			config.Env = append(config.Env, v.Name+"="+*v.Value)
		}
	}
	for _, v := range service.Volumes {
		config.Volumes[v.Target] = struct{}{}
	}
	for _, x := range service.Expose {
		for p := x.First; p <= x.Last; p++ {
			config.ExposedPorts[port(p, x.Proto)] = struct{}{}
		}
	}
	for _, x := range service.Ports {
		for p := x.First; p <= x.Last; p++ {
			config.ExposedPorts[port(p, x.Proto)] = struct{}{}
		}
	}
	return config
}

// fileNames are the files as a label has them.
func (s *stack) fileNames() string {
	var names []string
	for _, file := range s.Files {
		if rel, err := filepath.Rel(s.Dir, file); err == nil && !strings.HasPrefix(rel, "..") {
			file = rel
		}
		names = append(names, file)
	}
	return strings.Join(names, ",")
}

func port(number int, proto string) nat.Port { return nat.Port(strconv.Itoa(number) + "/" + proto) }

func (s *stack) hostConfig(ctx context.Context, service *compose.Service, oneOff bool) (*containertypes.HostConfig, error) {
	host := &containertypes.HostConfig{
		NetworkMode:  "default",
		PortBindings: nat.PortMap{},
		RestartPolicy: containertypes.RestartPolicy{
			Name: containertypes.RestartPolicyMode(service.Restart.Policy), MaximumRetryCount: service.Restart.Max,
		},
	}
	var err error
	if host.NetworkMode, err = s.networkMode(ctx, service); err != nil {
		return nil, err
	}
	if host.Links, err = s.links(ctx, service, oneOff); err != nil {
		return nil, err
	}
	if host.VolumesFrom, err = s.volumesFrom(ctx, service); err != nil {
		return nil, err
	}
	for _, v := range service.Volumes {
		if v.Host == "" {
			continue
		}
		mode := v.Mode
		if mode == "" {
			mode = "rw"
		}
		host.Binds = append(host.Binds, v.Host+":"+v.Target+":"+mode)
	}
	for _, x := range service.Ports {
		for p := x.First; p <= x.Last; p++ {
			b := nat.PortBinding{HostIP: x.IP}
			if x.HostFirst != 0 {
				b.HostPort = strconv.Itoa(x.HostFirst + p - x.First)
			}
			host.PortBindings[port(p, x.Proto)] = append(host.PortBindings[port(p, x.Proto)], b)
		}
	}
	return host, nil
}

func (s *stack) networkMode(ctx context.Context, service *compose.Service) (containertypes.NetworkMode, error) {
	switch service.Net.Mode {
	case compose.NetLinks:
		if _, written := service.At["net"]; written {
			return "bridge", nil
		}
		return "default", nil
	case compose.NetNone:
		return "none", nil
	case compose.NetHost:
		return "host", nil
	case compose.NetService:
		list, err := s.list(ctx, selection{service: service.Net.Name})
		if err != nil || len(list) == 0 {
			return "default", err
		}
		return containertypes.NetworkMode("container:" + list[0].ID), nil
	case compose.NetContainer:
		c, err := s.cli.ContainerInspect(ctx, service.Net.Name)
		if err != nil {
			return "", err
		}
		return containertypes.NetworkMode("container:" + c.ID), nil
	}
	return containertypes.NetworkMode(service.Net.Name), nil
}

// links are those of the default bridge to each container of the linked services
// that runs, under all names that there are for it. A name that several have is
// that of the oldest.
func (s *stack) links(ctx context.Context, service *compose.Service, toItself bool) ([]string, error) {
	byAlias := map[string]string{}
	add := func(target, alias string) error {
		list, err := s.list(ctx, selection{service: target})
		for _, c := range list {
			byAlias[alias], byAlias[c.name], byAlias[c.short(s)] = c.name, c.name, c.name
		}
		return err
	}
	for _, link := range service.Links {
		if err := add(link.Target, link.Alias); err != nil {
			return nil, err
		}
	}
	if toItself {
		if err := add(service.Name, service.Name); err != nil {
			return nil, err
		}
	}
	for _, link := range service.ExternalLinks {
		byAlias[link.Alias] = link.Target
	}
	var links []string
	for alias, target := range byAlias {
		links = append(links, target+":"+alias)
	}
	slices.Sort(links)
	return links, nil
}

func (s *stack) volumesFrom(ctx context.Context, service *compose.Service) ([]string, error) {
	var refs []string
	for _, from := range service.VolumesFrom {
		mode := "rw"
		if from.ReadOnly {
			mode = "ro"
		}
		if !from.Service {
			c, err := s.cli.ContainerInspect(ctx, from.Source)
			if err != nil {
				return nil, err
			}
			refs = append(refs, c.ID+":"+mode)
			continue
		}
		list, err := s.list(ctx, selection{service: from.Source, all: true})
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, fmt.Errorf("%s has no container to take volumes from", from.Source)
		}
		refs = append(refs, list[0].ID+":"+mode)
	}
	return refs, nil
}

// keptVolumes are the volumes without a name that a new container takes over from
// the one that it replaces: those that the file or the image wants.
func (s *stack) keptVolumes(ctx context.Context, service *compose.Service, old *container) ([]string, error) {
	if old == nil {
		return nil, nil
	}
	image, err := s.cli.ImageInspect(ctx, old.ImageID)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, v := range service.Volumes {
		if v.Host == "" {
			paths = append(paths, v.Target)
		}
	}
	if image.Config != nil {
		for path := range image.Config.Volumes {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var binds []string
	for _, path := range slices.Compact(paths) {
		for _, m := range old.Mounts {
			if m.Destination == path && m.Name != "" {
				binds = append(binds, m.Name+":"+path+":rw")
			}
		}
	}
	return binds, nil
}

func (s *stack) nextNumber(ctx context.Context, service *compose.Service) (int, error) {
	list, err := s.list(ctx, selection{service: service.Name, all: true})
	highest := 0
	for _, c := range list {
		highest = max(highest, c.number)
	}
	return highest + 1, err
}

// hash tells whether a container differs from what the files want. Its value is
// not that of the true docker-compose; what changes it is.
func (s *stack) hash(ctx context.Context, service *compose.Service) (string, error) {
	image, err := s.cli.ImageInspect(ctx, s.image(service))
	if err != nil {
		return "", err
	}
	config := s.config(service)
	config.Labels[labelVersion], config.Labels[labelFiles] = "", "" // another release is no change
	wants := []any{
		image.ID, config, service.ContainerName, service.Restart, service.Build, service.Net.Mode, service.Net.Name,
	}
	for _, link := range slices.Concat(service.Links, service.ExternalLinks) {
		wants = append(wants, link.Target, link.Alias)
	}
	for _, from := range service.VolumesFrom {
		wants = append(wants, from.Source, from.ReadOnly)
	}
	for _, v := range service.Volumes {
		wants = append(wants, v.Host, v.Target, v.Mode)
	}
	for _, p := range service.Ports {
		wants = append(wants, p.IP, p.HostFirst, p.HostLast, p.First, p.Last, p.Proto)
	}
	text, err := json.Marshal(wants)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(text, image.ID...))
	return hex.EncodeToString(sum[:]), nil
}

// ensureImage builds the image of a service that has none yet.
func (s *stack) ensureImage(ctx context.Context, service *compose.Service) error {
	_, err := s.cli.ImageInspect(ctx, s.image(service))
	if cerrdefs.IsNotFound(err) && service.Build != "" {
		return s.build(ctx, service)
	}
	return err
}
