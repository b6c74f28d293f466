package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/labels"
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

// ImageUse is an image that a container was made from.
type ImageUse struct {
	Replica    Replica
	ID         string // sha256:…
	Repository string // <none> where the image has lost its name
	Tag        string // likewise
	Size       int64  // bytes
}

// ImagesOf tells what containers were made from. It makes one call.
func (e *Engine) ImagesOf(ctx context.Context, list []Replica) ([]ImageUse, error) {
	images, err := e.client.ImageList(ctx, image.ListOptions{All: true})
	if err != nil {
		return nil, e.explain(err)
	}
	var uses []ImageUse
	for _, r := range list {
		u := ImageUse{Replica: r, ID: r.ImageID, Repository: "<none>", Tag: "<none>"}
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

// Stack is a project that runs on the engine.
type Stack struct {
	Name   string
	Files  []string       // absolute paths, as it was brought up from
	States map[string]int // how many containers there are, by state
}

// Stacks lists all projects that this tool has containers of, by name, without
// their one-off containers. It makes one call.
func (e *Engine) Stacks(ctx context.Context) ([]Stack, error) {
	found, err := e.client.ContainerList(ctx, container.ListOptions{
		All:     true,
		Filters: filters.NewArgs(filters.Arg("label", labels.Project), filters.Arg("label", labels.Fingerprint)),
	})
	if err != nil {
		return nil, e.explain(err)
	}
	byName := map[string]*Stack{}
	var names []string
	for _, c := range found {
		name := c.Labels[labels.Project]
		s := byName[name]
		if s == nil {
			s = &Stack{Name: name, States: map[string]int{}}
			byName[name] = s
			names = append(names, name)
		}
		if c.Labels[labels.OneOff] == "True" {
			continue
		}
		s.States[c.State]++
		if files := labels.ParseList(c.Labels[labels.Files]); len(files) > 0 && s.Files == nil {
			s.Files = files
		}
	}
	slices.Sort(names)
	list := make([]Stack, len(names))
	for i, name := range names {
		list[i] = *byName[name]
	}
	return list, nil
}

// Status says in one word for each state how many containers there are:
// running(3), exited(1).
func (s Stack) Status() string {
	var words []string
	for state, n := range s.States {
		words = append(words, fmt.Sprintf("%s(%s)", state, strconv.Itoa(n)))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
