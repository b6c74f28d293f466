package composev1

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/filters"

	containertypes "github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/compose"
)

// The labels of a container.
const (
	labelProject = "com.docker.compose.project"
	labelService = "com.docker.compose.service"
	labelOneOff  = "com.docker.compose.oneoff"
	labelNumber  = "com.docker.compose.container-number"
	labelHash    = "com.docker.compose.config-hash"
	labelVersion = "com.docker.compose.version"
	labelSlug    = "com.docker.compose.slug"
	labelDir     = "com.docker.compose.project.working_dir"
	labelFiles   = "com.docker.compose.project.config_files"
)

// stack is a project and the engine that it is on.
type stack struct {
	*compose.Project
	api
	prefix string // of the names of containers
}

// known are the keys of files that are carried out.
var known = []string{
	"image", "build", "command", "environment", "labels", "links", "external_links", "volumes_from", "net", "ports", "expose",
	"volumes", "restart", "container_name", "hostname", "mac_address", "working_dir", "stop_signal",
}

func knowsAll(p *compose.Project) error {
	for _, service := range p.Services {
		for _, key := range slices.Sorted(maps.Keys(service.At)) {
			if !slices.Contains(known, key) {
				return fmt.Errorf("%v: the equal of docker-compose knows no key %s", service.At[key], key)
			}
		}
	}
	return nil
}

// container is a container of the stack, as it is found by its labels.
type container struct {
	containertypes.Summary
	name    string
	number  int
	running bool
}

// selection is which containers of a stack are meant.
type selection struct {
	service string // empty: of any
	all     bool   // not only those that run
	oneOffs bool   // these as well
	oneOff  bool   // these alone
}

// list gives the containers in the order of the engine, the newest first.
func (s *stack) list(ctx context.Context, which selection) ([]container, error) {
	want := filters.NewArgs(filters.Arg("label", labelProject+"="+s.Name))
	if which.service != "" {
		want.Add("label", labelService+"="+which.service)
	}
	switch {
	case which.oneOff:
		want.Add("label", labelOneOff+"=True")
	case !which.oneOffs:
		want.Add("label", labelOneOff+"=False")
	}
	found, err := s.cli.ContainerList(ctx, containertypes.ListOptions{All: which.all, Filters: want})
	if err != nil {
		return nil, err
	}
	var list []container
	for _, c := range found {
		number, _ := strconv.Atoi(c.Labels[labelNumber]) // a one-off has none
		list = append(list, container{c, ownName(c.Names), number, c.State == containertypes.StateRunning})
	}
	return list, nil
}

// ownName is the name of a container, of all that it has by links: the shortest.
func ownName(names []string) string {
	own := slices.MinFunc(names, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	return strings.TrimPrefix(own, "/")
}

// short is a name without that of the project.
func (c container) short(s *stack) string {
	if strings.HasPrefix(c.name, s.Name+"_"+c.Labels[labelService]) {
		return c.Labels[labelService] + "_" + strconv.Itoa(c.number)
	}
	return c.name
}

// dependencies are the services that are started before one.
func dependencies(service *compose.Service) []string {
	var names []string
	for _, link := range service.Links {
		names = append(names, link.Target)
	}
	for _, from := range service.VolumesFrom {
		if from.Service {
			names = append(names, from.Source)
		}
	}
	if service.Net.Mode == compose.NetService {
		names = append(names, service.Net.Name)
	}
	return names
}

// chosen are the named services, all where none is named, in the order in which
// they are started; with those that they depend on, where these are wanted.
func (s *stack) chosen(names []string, deps bool) ([]*compose.Service, error) {
	wanted := map[string]bool{}
	var want func(name string) error
	want = func(name string) error {
		service := s.Service(name)
		switch {
		case service == nil:
			return fmt.Errorf("no such service: %s", name)
		case wanted[name]:
			return nil
		}
		wanted[name] = true
		if !deps {
			return nil
		}
		for _, other := range dependencies(service) {
			if err := want(other); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range names {
		if err := want(name); err != nil {
			return nil, err
		}
	}
	var ordered []*compose.Service
	var add func(service *compose.Service)
	add = func(service *compose.Service) {
		if slices.Contains(ordered, service) {
			return
		}
		for _, name := range dependencies(service) {
			add(s.Service(name))
		}
		ordered = append(ordered, service)
	}
	for _, service := range s.Services {
		add(service)
	}
	return slices.DeleteFunc(ordered, func(o *compose.Service) bool { return len(names) > 0 && !wanted[o.Name] }), nil
}
