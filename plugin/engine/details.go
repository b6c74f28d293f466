package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// Published gives the addresses of the host, as IP:PORT, on which a port of a
// container ("80/tcp") is published.
func (e *Engine) Published(ctx context.Context, id, port string) ([]string, error) {
	found, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return nil, e.explain(err)
	}
	var list []string
	if found.NetworkSettings != nil {
		for _, b := range found.NetworkSettings.Ports[nat.Port(port)] {
			ip := b.HostIP
			if strings.Contains(ip, ":") {
				ip = "[" + ip + "]"
			}
			list = append(list, ip+":"+b.HostPort)
		}
	}
	return list, nil
}

// Processes lists what runs in a container, as ps does.
func (e *Engine) Processes(ctx context.Context, id string) (titles []string, rows [][]string, err error) {
	top, err := e.client.ContainerTop(ctx, id, nil)
	if err != nil {
		return nil, nil, e.explain(err)
	}
	return top.Titles, top.Processes, nil
}

// ImagesOf returns what containers were made from. It makes one call.
func (e *Engine) ImagesOf(ctx context.Context, list []observed.Container) ([]observed.ImageUse, error) {
	images, err := e.client.ImageList(ctx, image.ListOptions{All: true})
	if err != nil {
		return nil, e.explain(err)
	}
	var uses []observed.ImageUse
	for _, r := range list {
		u := observed.ImageUse{Container: r, ID: r.ImageID, Repository: "<none>", Tag: "<none>"}
		i := slices.IndexFunc(images, func(i image.Summary) bool { return i.ID == r.ImageID })
		if i >= 0 {
			u.Size = images[i].Size
			u.Repository, u.Tag = nameOf(r.Image, images[i].RepoTags)
		}
		uses = append(uses, u)
	}
	return uses, nil
}

// nameOf is the name of an image that a container was made from under one of
// its names, if it still has that, or any.
func nameOf(ref string, tags []string) (repository, tag string) {
	if len(tags) == 0 {
		return "<none>", "<none>"
	}
	chosen := tags[0]
	if named, err := reference.ParseDockerRef(ref); err == nil {
		if familiar := reference.FamiliarString(named); slices.Contains(tags, familiar) {
			chosen = familiar
		}
	}
	i := strings.LastIndexByte(chosen, ':')
	return chosen[:i], chosen[i+1:]
}
