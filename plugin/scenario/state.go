package scenario

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// count checks how many of a service's containers run and how many don't.
func (s *Scene) count(service, number string, wantRunning bool) error {
	replicas, err := s.replicas(service)
	if err != nil {
		return err
	}
	found := 0
	for _, r := range replicas {
		if r.running == wantRunning {
			found++
		}
	}
	return exactly(number, found, "%s: %d of %d containers have running=%v, want %s", service, found, len(replicas), wantRunning, number)
}

// exactly is no error where the number found is the one that is wanted. Those
// that lack may come; one too many refutes.
func exactly(want string, found int, format string, about ...any) error {
	n, err := strconv.Atoi(want)
	if err != nil {
		return refuted{err}
	}
	switch err := fmt.Errorf(format, about...); {
	case found > n:
		return refuted{err}
	case found < n:
		return err
	}
	return nil
}

func running(s *Scene, args []string) error { return s.count(args[0], args[1], true) }

func stopped(s *Scene, args []string) error { return s.count(args[0], args[1], false) }

func absent(s *Scene, services []string) error {
	for _, service := range services {
		if replicas, err := s.replicas(service); err != nil || len(replicas) > 0 {
			return fmt.Errorf("%s: has %d containers, want none (%v)", service, len(replicas), err)
		}
	}
	return nil
}

func nothingLeft(s *Scene, args []string) error {
	project := s.Project
	if len(args) == 1 {
		project = args[0]
	}
	list, err := s.Client.ContainerList(context.Background(), container.ListOptions{All: true})
	if err != nil {
		return err
	}
	var left []string
	for _, c := range list {
		named := func(name string) bool {
			return strings.HasPrefix(name, "/"+project+"_") && strings.Count(name, "/") == 1
		}
		if !s.isExternal(c.ID) && (c.Labels[LabelProject] == project || slices.ContainsFunc(c.Names, named)) {
			left = append(left, c.Names...)
		}
	}
	names, err := s.networks(project)
	if err != nil {
		return err
	}
	if left = append(left, names...); len(left) > 0 {
		return fmt.Errorf("left of %s: %v", project, left)
	}
	return nil
}

func networks(s *Scene, args []string) error {
	project := s.Project
	if len(args) == 2 {
		project = args[1]
	}
	names, err := s.networks(project)
	if err != nil {
		return err
	}
	return exactly(args[0], len(names), "%d networks, want %s: %v", len(names), args[0], names)
}

// attached: every container of the service is attached to so many networks.
func attached(s *Scene, args []string) error {
	replicas, err := s.replicas(args[0])
	if err != nil {
		return err
	}
	if len(replicas) == 0 {
		return fmt.Errorf("%s has no container", args[0])
	}
	for _, r := range replicas {
		c, err := s.Client.ContainerInspect(context.Background(), r.id)
		if err != nil {
			return err
		}
		n := len(c.NetworkSettings.Networks)
		if err := exactly(args[1], n, "%s is on %d networks, want %s", r.name, n, args[1]); err != nil {
			return err
		}
	}
	return nil
}

// living lists the running replicas of a service; none is an error.
func (s *Scene) living(service string) ([]replica, error) {
	replicas, err := s.replicas(service)
	if err != nil {
		return nil, err
	}
	replicas = slices.DeleteFunc(replicas, func(r replica) bool { return !r.running })
	if len(replicas) == 0 {
		return nil, fmt.Errorf("no container of %s runs", service)
	}
	return replicas, nil
}

func remember(s *Scene, services []string) error {
	for _, service := range services {
		replicas, err := s.replicas(service)
		if err != nil {
			return err
		}
		if len(replicas) == 0 {
			return fmt.Errorf("%s has no container to remember", service)
		}
		s.remembered[service] = replicas
	}
	return nil
}

// kept: every remembered container is there still, running since the same
// moment or at rest as before.
func kept(s *Scene, services []string) error {
	for _, service := range services {
		now, err := s.replicas(service)
		if err != nil {
			return err
		}
		if len(s.remembered[service]) == 0 {
			return fmt.Errorf("%s was not remembered", service)
		}
		for _, old := range s.remembered[service] {
			if !slices.ContainsFunc(now, func(r replica) bool {
				return r.id == old.id && r.started == old.started && r.running == old.running
			}) {
				return fmt.Errorf("%s was replaced, restarted or stopped", old.name)
			}
		}
	}
	return nil
}

// replaced: no remembered container is there any more, and others run.
func replaced(s *Scene, services []string) error {
	for _, service := range services {
		now, err := s.living(service)
		if err != nil {
			return err
		}
		if len(s.remembered[service]) == 0 {
			return fmt.Errorf("%s was not remembered", service)
		}
		for _, old := range s.remembered[service] {
			if slices.ContainsFunc(now, func(r replica) bool { return r.id == old.id }) {
				return refuted{fmt.Errorf("%s is the same container as before", old.name)}
			}
		}
	}
	return nil
}

// dataKept: the service's first container mounts the volumes that the
// remembered one did.
func dataKept(s *Scene, services []string) error {
	for _, service := range services {
		now, err := s.living(service)
		if err != nil {
			return err
		}
		old := s.remembered[service]
		if len(old) == 0 || len(old[0].volumes) == 0 {
			return fmt.Errorf("%s was not remembered with a volume", service)
		}
		if !maps.Equal(now[0].volumes, old[0].volumes) {
			return fmt.Errorf("%s mounted %v and now %v", service, old[0].volumes, now[0].volumes)
		}
	}
	return nil
}

func dataShared(s *Scene, args []string) error {
	a, err := s.living(args[0])
	if err != nil {
		return err
	}
	b, err := s.living(args[1])
	if err != nil {
		return err
	}
	if at := a[0].volumes[args[2]]; at == "" || at != b[0].volumes[args[2]] {
		return fmt.Errorf("%s mounts %v, %s %v", args[0], a[0].volumes, args[1], b[0].volumes)
	}
	return nil
}
