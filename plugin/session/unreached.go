package session

import (
	"context"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

// Unreached reports which services ask to be found by a discovery proxy that reaches
// none of them, by the files and by the images of the project.
func Unreached(ctx context.Context, s *Session) (desired.UnreachedReport, error) {
	images, err := imagesOf(ctx, s, ServiceNames(s.Project))
	return s.desired.ReportUnreached(s.Project, s.Topology, images, nil), err
}

// UnreachedByImage is Unreached for some services, by their images alone.
func UnreachedByImage(ctx context.Context, s *Session, services []string) (desired.UnreachedReport, error) {
	images, err := imagesOf(ctx, s, services)
	return s.desired.ReportUnreached(s.Project, s.Topology, images, func(u linking.Unreached) bool { return u.Sign != linking.HostInImage }), err
}

// imagesOf looks up what the images of services say, by service.
func imagesOf(ctx context.Context, s *Session, services []string) (map[string]desired.ImageFacts, error) {
	found := map[string]desired.ImageFacts{}
	for _, name := range services {
		ref := desired.ImageOf(s.Project, s.Project.Service(name))
		facts, err := s.Engine.ImageFacts(ctx, []string{ref})
		if err != nil {
			return nil, err
		}
		found[name] = facts[ref]
	}
	return found, nil
}
