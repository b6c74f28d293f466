package session

import (
	"maps"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Balance has services balanced as a command asks, beside what the files say: by
// service a way to spread connections, or balance.Off. The error is of type
// compose.Errors.
func Balance(s *Session, asked balance.Asked) error {
	if len(asked) == 0 {
		return nil
	}
	if err := expand(s, asked); err != nil {
		return err
	}
	return s.Resolve(desired.Have{}, nil)
}

// InFiles is a service as the files say it; nil: they have none of that name.
func InFiles(s *Session, name string) *compose.Service { return s.files.Service(name) }

// expand gives the project of a session the fronts that its files say, and that are
// asked for.
func expand(s *Session, asked balance.Asked) error {
	if s.Options.WithoutFronts {
		return nil
	}
	p, err := balance.Expand(s.files, asked)
	if err != nil {
		return err
	}
	s.Project, s.asked = p, asked
	s.Claim.Services = ServiceNames(p)
	return nil
}

// keepFronts has services balanced that a command asked to be, as long as their fronts,
// or the networks of these, are there and neither a file nor a command says otherwise.
// It reports whether the project has become another.
func keepFronts(s *Session, seen *observed.Snapshot) bool {
	if s.files == nil {
		return false
	}
	asked := maps.Clone(s.asked)
	if asked == nil {
		asked = balance.Asked{}
	}
	for service, way := range frontsThere(seen, s.Name) {
		svc := s.files.Service(service)
		if way != "" && svc != nil && balance.Fixed(svc) && !balance.Labelled(svc) && asked[service] == "" {
			asked[service] = way
		}
	}
	return len(asked) > len(s.asked) && expand(s, asked) == nil
}

// frontsThere gives the ways that commands asked services of a project to be balanced in,
// by service; empty: a file did. Where a front is gone its network tells that there
// was one.
func frontsThere(seen *observed.Snapshot, project string) map[string]string {
	found := map[string]string{}
	for _, n := range seen.Networks {
		if n.Project == project && n.Fronts != "" {
			found[n.Fronts] = n.FrontAsked
		}
	}
	for _, c := range seen.Containers {
		if c.Project == project && c.Fronts != "" {
			found[c.Fronts] = c.FrontAsked
		}
	}
	return found
}

// frontsOf gives the services that the fronts of a stack are for, by the names of these.
func frontsOf(have plan.Have) map[string]string {
	fronts := map[string]string{}
	for _, c := range have.Containers {
		if c.Fronts != "" {
			fronts[c.Service] = c.Fronts
		}
	}
	return fronts
}

// withFrontImages adds to images, by reference, those that the fronts of a stack are made
// from: they are of no use without them.
func withFrontImages(have plan.Have, images []string) []string {
	out := slices.Clone(images)
	for _, c := range have.Containers {
		if c.Fronts != "" && !slices.Contains(out, c.Image) {
			out = append(out, c.Image)
			have.Images[c.Image] = c.ImageID
		}
	}
	return out
}

// loaded gives a session the project that its files say.
func loaded(s *Session, p *compose.Project) error {
	s.files, s.Project = p, p
	return expand(s, nil)
}
