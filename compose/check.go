package compose

import (
	"fmt"
	"strings"
)

// check reports what is wrong between keys and between services.
func (l *loader) check(drafts []*draft) {
	names := make([]string, len(drafts))
	known := make(map[string]*Service, len(drafts))
	for i, d := range drafts {
		names[i], known[d.Name] = d.Name, &d.Service
	}
	called := map[string]*Service{}
	for _, d := range drafts {
		s := &d.Service
		if !d.broken {
			l.checkImage(s)
		}
		l.checkMemory(s)
		l.checkMounts(s)
		l.checkLinks(s, known, names)
		if s.ContainerName == "" {
			continue
		}
		if other, ok := called[s.ContainerName]; ok {
			l.fail(s.At["container_name"], s.Name+".container_name", fmt.Sprintf("%s is called %q too (%s)", other.Name, s.ContainerName, other.At["container_name"]))
			continue
		}
		called[s.ContainerName] = s
	}
	l.checkCycles(drafts, known)
}

func has(s *Service, key string) bool { _, ok := s.At[key]; return ok }

func (l *loader) checkImage(s *Service) {
	image, build := has(s, "image"), has(s, "build")
	switch {
	case image && build:
		l.fail(s.At["build"], s.Name+".build", "a service has an image or is built, not both", "take out image: or build:")
	case image && has(s, "dockerfile"):
		l.fail(s.At["dockerfile"], s.Name+".dockerfile", "an image that is not built needs no Dockerfile", "write build: in place of image:, or take dockerfile: out")
	case !image && !build:
		l.fail(s.Pos, s.Name, "has neither image nor build", `write "image: NAME" or "build: DIRECTORY" indented below it`)
	case build && strings.ToLower(s.Name) != s.Name:
		l.fail(s.Pos, s.Name, "a service that is built gives its name to an image, and those are in lower case", fmt.Sprintf("call it %q", strings.ToLower(s.Name)))
	}
}

func (l *loader) checkMemory(s *Service) {
	switch {
	case s.MemswapLimit == 0 || s.MemswapLimit == -1 && s.MemLimit > 0:
	case s.MemLimit == 0:
		l.fail(s.At["memswap_limit"], s.Name+".memswap_limit", "needs mem_limit", "write mem_limit: too; memswap_limit is memory and swap together")
	case s.MemswapLimit < s.MemLimit:
		l.fail(s.At["memswap_limit"], s.Name+".memswap_limit", "is less than mem_limit, but is memory and swap together")
	}
}

// checkMounts finds two things mounted in one place.
func (l *loader) checkMounts(s *Service) {
	at := map[string]Volume{}
	for _, v := range s.Volumes {
		if first, ok := at[v.Target]; ok {
			l.fail(v.Pos, s.Name+".volumes", fmt.Sprintf("%q and %q stand in one place of the container", first, v))
			continue
		}
		at[v.Target] = v
	}
}

// checkLinks looks up the services that a service names.
func (l *loader) checkLinks(s *Service, known map[string]*Service, names []string) {
	for _, link := range s.Links {
		path := s.Name + ".links"
		if link.Target == s.Name {
			l.fail(link.Pos, path, "a service cannot link to itself")
		} else if known[link.Target] == nil {
			l.fail(link.Pos, path, fmt.Sprintf("no service %q%s", link.Target, didYouMean(link.Target, names)),
				"for a container outside the project write external_links:")
		}
	}
	for _, v := range s.VolumesFrom {
		if v.Source == s.Name {
			l.fail(v.Pos, s.Name+".volumes_from", "a service cannot take volumes from itself")
		}
	}
	if s.Net.Name == s.Name && s.Net.Mode == NetService {
		l.fail(s.Net.Pos, s.Name+".net", "a service cannot use its own network stack")
	}
}
