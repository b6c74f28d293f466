package tasks

import (
	"context"
	"slices"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/swarm"
)

// look asks the manager about the project of a session. Of the services that there are it
// gives those that args name, or all.
func look(ctx context.Context, s *session.Session, args []string) (*observed.Swarm, []observed.Service, error) {
	defer s.Options.Profile.Look()()
	seen, err := s.Swarm.Observe(ctx, s.Name, swarm.Look{Tasks: true, Nodes: true})
	if err != nil {
		return nil, nil, err
	}
	numbered(seen)
	if known := names(s, seen); len(args) > 0 {
		for _, name := range args {
			if !slices.Contains(known, name) {
				slices.Sort(known)
				return nil, nil, session.NoSuchService([]string{name}, known)
			}
		}
	}
	return seen, chosen(seen, args), nil
}

// numbered gives the first task of a job, which has the number 0, a name like the others: docker
// calls it by its node, as it does those of which each node has one.
func numbered(seen *observed.Swarm) {
	jobs := map[string]string{}
	for _, s := range seen.Services {
		if s.Job && !s.Everywhere {
			jobs[s.ID] = s.Name
		}
	}
	for i, t := range seen.Tasks {
		if name := jobs[t.Service]; name != "" && t.Slot == 0 {
			seen.Tasks[i].Name = name + ".0"
		}
	}
}

// chosen gives the services that args name, or all.
func chosen(seen *observed.Swarm, args []string) []observed.Service {
	return slices.DeleteFunc(slices.Clone(seen.Services), func(s observed.Service) bool { return len(args) > 0 && !slices.Contains(args, s.Service) })
}

// names gives the services of the files and then those of the swarm that the files do not
// have.
func names(s *session.Session, seen *observed.Swarm) []string {
	list := s.FileServices()
	for _, service := range seen.Services {
		if !slices.Contains(list, service.Service) {
			list = append(list, service.Service)
		}
	}
	return list
}
