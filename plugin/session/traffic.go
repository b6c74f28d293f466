package session

import (
	"context"
	"slices"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// Watched takes a snapshot, and lists the containers of the project that run, for looking
// at them only: also those that docker compose made, and where there are no files those
// that docker-compose 1.x made from any directory.
func Watched(ctx context.Context, s *Session) (*observed.Snapshot, []suggest.Member, error) {
	have, err := s.Observe(ctx, false)
	if err == nil && s.Project != nil && s.Topology == nil {
		err = s.Resolve(have, nil)
	}
	if err != nil {
		return nil, nil, err
	}
	return &have.Snapshot, suggest.Members(&have.Snapshot, func(c *observed.Container) (string, bool) { return looksAt(s, c) }), nil
}

// looksAt reports whether a container is one of the project to who only looks at it.
func looksAt(s *Session, c *observed.Container) (service string, ok bool) {
	if c.Project != "" {
		return c.Service, c.Project == s.Name
	}
	r, named := s.Claim.Refuses(c)
	if !named || !slices.Contains([]observed.Reason{observed.OfCompose2, observed.FromElsewhere, observed.FromNowhere}, r.Reason) {
		return "", false
	}
	here := s.Project == nil || s.Claim.Where != nil && s.Claim.Where(r.Dir) == observed.Here
	return r.Service, r.Service != "" && here
}
