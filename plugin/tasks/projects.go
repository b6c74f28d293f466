package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/errdefs"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/swarm"
)

// ListProjects lists the projects of the swarm that the engine at hand is a manager of;
// none where it is none.
func ListProjects(ctx context.Context, s *session.Session) ([]Project, error) {
	var none *swarm.NotManager
	seen, err := session.Manager(s).Observe(ctx, "", swarm.Look{})
	switch {
	case err == nil:
		return Projects(seen), nil
	case ctx.Err() != nil:
		return nil, err
	case !errors.As(err, &none) && !errdefs.IsNotFound(err) && !errdefs.IsNotImplemented(err): // some engines know no swarms
		s.Note("the stacks of the swarm are not listed: " + err.Error())
	}
	return nil, nil
}

// Project is a project that has services in a swarm.
type Project struct {
	Name    string
	Files   []string
	Running int // tasks
	Waiting int // tasks that are to run and do not
	Stopped int // services
	Done    int // tasks of jobs that have completed
}

// Projects lists the projects of a swarm, by name. What run has made makes a project, but does
// not count.
func Projects(seen *observed.Swarm) []Project {
	byName := map[string]*Project{}
	for _, s := range seen.Services {
		if s.Project == "" {
			continue
		}
		p := byName[s.Project]
		if p == nil {
			p = &Project{Name: s.Project}
			byName[s.Project] = p
		}
		if p.Files == nil {
			for _, f := range s.Files {
				if s.Dir != "" && !filepath.IsAbs(f) {
					f = filepath.Join(s.Dir, f)
				}
				p.Files = append(p.Files, f)
			}
		}
		switch {
		case s.OneOff:
		case s.Stopped:
			p.Stopped++
		case s.Job:
			p.Done += s.Completed
			p.Running += s.Running
		default:
			p.Running += s.Running
			p.Waiting += max(0, cmp.Or(s.Wanted, s.Replicas)-s.Running)
		}
	}
	var list []Project
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, *byName[name])
	}
	return list
}

// Status says in one word for each state how many there are: running(3), stopped(1).
func (p Project) Status() string {
	var words []string
	for _, of := range []struct {
		state string
		n     int
	}{{"complete", p.Done}, {"pending", p.Waiting}, {"running", p.Running}, {"stopped", p.Stopped}} {
		if of.n > 0 {
			words = append(words, fmt.Sprintf("%s(%d)", of.state, of.n))
		}
	}
	return strings.Join(words, ", ")
}

// Up reports whether a project has tasks that run or are to.
func (p Project) Up() bool { return p.Running > 0 || p.Waiting > 0 }
