package composev1

import (
	"context"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/compose"
)

// goal is what up wants beyond the files.
type goal struct {
	always, never bool // replace
	start         bool
	rescale       bool
	scale         map[string]int
	timeout       *int
}

// decision is what becomes of the containers of a service.
type decision int

const (
	leave decision = iota
	makeNew
	wake
	renew
)

// converge decides for all services before it changes any, as docker-compose does.
func (s *stack) converge(ctx context.Context, services []*compose.Service, g goal) error {
	for _, service := range services {
		if err := s.ensureImage(ctx, service); err != nil {
			return err
		}
	}
	decisions := map[string]decision{}
	for _, service := range services {
		d, err := s.decide(ctx, service, g, decisions)
		if err != nil {
			return err
		}
		decisions[service.Name] = d
	}
	for _, service := range services {
		if err := s.carryOut(ctx, service, g, decisions[service.Name]); err != nil {
			return err
		}
	}
	return nil
}

func (s *stack) decide(ctx context.Context, service *compose.Service, g goal, earlier map[string]decision) (decision, error) {
	list, err := s.list(ctx, selection{service: service.Name, all: true})
	if err != nil {
		return leave, err
	}
	changes := slices.ContainsFunc(dependencies(service), func(name string) bool {
		return earlier[name] == makeNew || earlier[name] == renew
	})
	if changes && !g.never && len(list) > 0 {
		again, err := s.linksDiffer(ctx, service, list)
		if err != nil || again {
			return renew, err
		}
	}
	switch {
	case len(list) == 0:
		return makeNew, nil
	case g.never:
		return wake, nil
	case g.always:
		return renew, nil
	}
	hash, err := s.hash(ctx, service)
	if err != nil {
		return leave, err
	}
	if slices.ContainsFunc(list, func(c container) bool { return c.Labels[labelHash] != hash }) {
		return renew, nil
	}
	if slices.ContainsFunc(list, func(c container) bool { return !c.running }) {
		return wake, nil
	}
	return leave, nil
}

// linksDiffer reports whether a service whose dependencies change is replaced for
// that: where a container of it does not run, or some have links and it has none,
// or the reverse.
func (s *stack) linksDiffer(ctx context.Context, service *compose.Service, list []container) (bool, error) {
	has := false
	for _, c := range list {
		switch c.State {
		case containertypes.StateCreated, containertypes.StateExited:
			return true, nil
		case containertypes.StateRunning:
			full, err := s.cli.ContainerInspect(ctx, c.ID)
			if err != nil {
				return false, err
			}
			has = has || len(full.HostConfig.Links) > 0
		}
	}
	return has != (len(service.Links) > 0), nil
}

func (s *stack) carryOut(ctx context.Context, service *compose.Service, g goal, d decision) error {
	list, err := s.list(ctx, selection{service: service.Name, all: true})
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b container) int { return a.number - b.number })
	scale := 1
	if n, named := g.scale[service.Name]; named {
		scale = n
	}
	if !g.rescale && d != makeNew {
		scale = len(list)
	}
	if d != makeNew && len(list) > scale {
		for _, c := range list[scale:] {
			if err := s.drop(ctx, c, g); err != nil {
				return err
			}
		}
		list = list[:scale]
	}
	for _, c := range list {
		switch {
		case d == renew:
			err = s.replace(ctx, service, c, g)
		case d == wake && g.start && !c.running:
			err = s.startOne(ctx, c.ID)
		}
		if err != nil {
			return err
		}
	}
	return s.createUpTo(ctx, service, scale-len(list), g.start)
}

// createUpTo makes so many new containers.
func (s *stack) createUpTo(ctx context.Context, service *compose.Service, n int, start bool) error {
	for range n {
		number, err := s.nextNumber(ctx, service)
		if err != nil {
			return err
		}
		id, err := s.create(ctx, service, number, nil)
		if err != nil {
			return err
		}
		if !start {
			continue
		}
		if err := s.startOne(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// replace puts a new container in the place of one, which keeps its volumes.
func (s *stack) replace(ctx context.Context, service *compose.Service, old container, g goal) error {
	if err := s.stopOne(ctx, old, g.timeout); err != nil {
		return err
	}
	if !strings.HasPrefix(old.name, old.ID[:12]) {
		if err := s.cli.ContainerRename(ctx, old.ID, old.ID[:12]+"_"+old.name); err != nil {
			return err
		}
	}
	id, err := s.create(ctx, service, old.number, &old)
	if err != nil {
		return err
	}
	if g.start {
		if err := s.startOne(ctx, id); err != nil {
			return err
		}
	}
	return s.removeOne(ctx, old, false)
}

// scaleTo starts, makes or removes containers until there are so many.
func (s *stack) scaleTo(ctx context.Context, service *compose.Service, n int, g goal) error {
	list, err := s.list(ctx, selection{service: service.Name, all: true})
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b container) int { return a.number - b.number })
	var running []container
	for _, c := range list {
		if c.running {
			running = append(running, c)
		}
	}
	for _, c := range running[min(n, len(running)):] {
		if err := s.drop(ctx, c, g); err != nil {
			return err
		}
	}
	if n <= len(running) {
		return nil
	}
	for _, c := range list[:min(n, len(list))] {
		if !c.running {
			if err := s.startOne(ctx, c.ID); err != nil {
				return err
			}
		}
	}
	return s.createUpTo(ctx, service, n-len(list), true)
}

func (s *stack) removeOrphans(ctx context.Context) error {
	list, err := s.list(ctx, selection{all: true})
	if err != nil {
		return err
	}
	for _, c := range list {
		if s.Service(c.Labels[labelService]) != nil {
			continue
		}
		if err := s.cli.ContainerRemove(ctx, c.ID, containertypes.RemoveOptions{Force: true}); err != nil {
			return err
		}
	}
	return nil
}
