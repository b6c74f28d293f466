package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// patience is how long an engine may take to answer what only adds to what files say.
const patience = 2 * time.Second

// meetsOthers reports whether discovery may join a service of the project with other
// projects.
func meetsOthers(s *Session) bool {
	takesPart := func(svc *compose.Service) bool { return linking.RoleOf(s.Project, svc) != linking.Role{} }
	d := s.desired.Discovery
	return !d.Off && !d.Within && slices.ContainsFunc(s.Project.Services, takesPart)
}

// joinLate joins what has been made since a command looked, by others that did not
// see its own containers either: of several that are brought up at the same moment
// the last to look sees all. Nothing is made or started, and it looks until there
// is nothing new, as often as others may come.
func joinLate(ctx context.Context, s *Session, r Request) error {
	if !meetsOthers(s) {
		return nil
	}
	late := Request{Scale: r.Scale, Tell: r.Tell, Goal: plan.Goal{
		State: plan.CreatedOnly, NoCreate: true, Recreate: plan.Never, Services: r.Goal.Services, Orphans: r.Goal.Orphans,
	}}
	var looked looks
	for range lateLooks {
		p, err := s.Plan(ctx, late)
		if err != nil || p.Empty() {
			return err
		}
		if err = s.Run(ctx, p); err != nil && !looked.again(ctx, s, r.Goal, err) {
			return busy(s, err)
		}
	}
	return nil
}

// lateLooks is how often a command looks for what has come meanwhile.
const lateLooks = 20

// LookBeyond adds what discovery joins with other projects to the topology of a
// session of OpenFiles, as a plan knows it. Files alone do not say it, so an engine
// of this machine is asked, where a service takes part in discovery; others could
// be slow or ask for a password. Where none answers the topology stays as it is.
func LookBeyond(ctx context.Context, s *Session) {
	if !meetsOthers(s) {
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
