package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

// patience is how long an engine may take to answer what only adds to what files say.
const patience = 2 * time.Second

// LookBeyond adds what discovery joins with other projects to the topology of a
// session of OpenFiles, as a plan knows it. Files alone do not say it, so an engine
// of this machine is asked, where a service takes part in discovery; others could
// be slow or ask for a password. Where none answers the topology stays as it is.
func LookBeyond(ctx context.Context, s *Session) {
	takesPart := func(svc *compose.Service) bool { return linking.RoleOf(s.Project, svc) != linking.Role{} }
	d := s.desired.Discovery
	if d.Off || d.Within || !slices.ContainsFunc(s.Project.Services, takesPart) {
		return
	}
	c, err := s.environment.Connect(s.vars)
	if err != nil || !strings.HasPrefix(c.DaemonHost(), "unix://") {
		return
	}
	if err := s.connect(); err != nil {
		return
	}
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	have, err := s.Observe(ctx, false)
	if err != nil {
		return
	}
	have.Networks = nil // what is there has no say in the networks of files
	in := desired.Inputs{Project: s.Project, Have: have, Options: s.desired, Scale: desired.KeepScale(s.Project, have.Have, nil)}
	if t, err := in.Resolve(); err == nil {
		s.Topology = t
	}
}
