package command

import (
	"context"
	"slices"

	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
)

// look takes one snapshot of the engine, next to what the files say. As for
// every verb that only looks, the files may be broken or gone where
// --project-name says which project is meant.
func look(ctx context.Context, s *session.Session) (reach.View, []observed.Refusal, error) {
	have, err := s.Observe(ctx, false)
	if err != nil {
		return reach.View{}, nil, err
	}
	if s.Swarm != nil {
		v, err := lookAtSwarm(ctx, s)
		return v, nil, err
	}
	for _, e := range have.Externals {
		if e.CopyOf != "" {
			s.Note(plan.CopyLeftAlone(e.Name, e.CopyOf))
		}
	}
	refused := session.NoteClaimed(s, have.Snapshot.Containers, nil)
	v := reach.View{Project: s.Name, Snapshot: &have.Snapshot}
	if s.Project == nil {
		v.File = reach.Recorded(v.Snapshot, v.Project)
		return v, refused, nil
	}
	if err := s.Resolve(have, nil); err != nil {
		return reach.View{}, nil, err
	}
	v.Loaded, v.Topology, v.File = s.Project, s.Topology, graph.Of(s.Project, s.Topology)
	return v, refused, nil
}

// lookAtSwarm is look for a project that lives in a swarm.
func lookAtSwarm(ctx context.Context, s *session.Session) (reach.View, error) {
	snapshot, err := tasks.Look(ctx, s)
	if err != nil {
		return reach.View{}, err
	}
	v := reach.View{Project: s.Name, Snapshot: snapshot}
	if s.Project == nil {
		v.File = reach.Recorded(v.Snapshot, v.Project)
		return v, nil
	}
	if err := session.ResolveForSwarm(s); err != nil {
		return reach.View{}, err
	}
	v.Loaded, v.Topology, v.File = s.Project, s.Topology, graph.Of(s.Project, s.Topology)
	return v, nil
}

// inSwarm does something else where the project of a session lives in a swarm, and
// reports whether it does, or nobody can say.
func inSwarm(ctx context.Context, s *session.Session, run func() error) (done bool, err error) {
	if in, err := session.InSwarm(ctx, s); !in {
		session.TellOfFiles(s)
		return err != nil, err
	}
	return true, run()
}

// knownNodes refuses names that the graph does not have.
func knownNodes(g graph.Graph, names []string) error {
	var known []string
	for _, n := range g.Nodes {
		known = append(known, n.Name)
	}
	var unknown []string
	for _, name := range names {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return session.NoSuchService(unknown, known)
}
