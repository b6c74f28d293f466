package tasks

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/swarm"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Run is a command that is run once in a swarm, as a task with the user listening to it.
type Run struct {
	Once
	Needs    []string // services that are brought up before
	Detach   bool     // nobody listens, and it is kept when it has ended
	Terminal bool     // the user is at one, and would be given one on one engine
	Kept     bool     // it is kept when it has ended, also where somebody has listened
}

// interrupted is the exit code of a command that Ctrl-C has ended.
const interrupted exit.Status = 130

// Do makes the service, and waits for the end of its task. The error has its exit code.
func (r Run) Do(ctx context.Context, s *session.Session) error {
	if r.Terminal {
		s.Note("a swarm gives no terminal and no input to a task; for those: docker stacklite exec in a task that runs")
	}
	name, err := r.create(ctx, s)
	if err != nil || s.Options.DryRun {
		return err
	}
	if r.Detach {
		return view.Lines(s.View, name)
	}
	// From here on Ctrl-C is for the task.
	times, give := interrupt.Take(ctx)
	defer give()
	within, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	done := make(chan error, 1)
	listen := &listener{session: s, name: name}
	go func() { done <- listen.end(within) }()
	select {
	case err = <-done:
	case <-times:
		err = interrupted
		cancel()
		<-done
	}
	if r.Kept {
		return err
	}
	return errors.Join(err, remove(interrupt.After(ctx), s, name))
}

// create makes the service, and what it needs before.
func (r Run) create(ctx context.Context, s *session.Session) (name string, err error) {
	defer s.Lock(ctx)()
	needs := append([]string{}, r.Needs...) // nil would be all
	p, err := s.Plan(ctx, session.Request{
		Goal: plan.Goal{Recreate: plan.Never, Services: needs, OrphansUnsaid: true},
		AddManaged: func(want *plan.Want) {
			for _, m := range want.Managed {
				if m.Service == r.Service {
					once := r.of(m)
					name = once.Name
					want.Managed = append(want.Managed, once)
					return
				}
			}
		},
	})
	if err != nil {
		return "", err
	}
	return name, s.Run(ctx, p)
}

// remove removes the service of a name, with its task.
func remove(ctx context.Context, s *session.Session, name string) error {
	ctx, done := interrupt.Step(ctx, "remove service "+name)
	defer done()
	seen, err := s.Swarm.Observe(ctx, s.Name, swarm.Look{})
	if err != nil {
		return err
	}
	for _, of := range seen.Services {
		if of.Name == name {
			return s.Swarm.Apply(ctx, plan.RemoveManaged{ID: of.ID, Name: of.Name}, func(plan.Progress) {})
		}
	}
	return nil
}

// listener shows what the one task of a service writes.
type listener struct {
	session *session.Session
	name    string

	told    string // what was last noted
	printed int    // lines
	lost    error  // they could not be written
}

// end waits for the end of the task, and gives its exit code as an error.
func (l *listener) end(ctx context.Context) error {
	following, stop := context.WithCancel(ctx)
	defer stop()
	var followed chan struct{}
	for {
		t, service, err := l.task(ctx)
		switch {
		case err != nil:
			return err
		case t == nil:
		case t.Over():
			stop()
			if followed != nil {
				<-followed
			}
			if t.Container != "" {
				l.rest(ctx, service)
			}
			return errors.Join(l.lost, l.result(*t))
		case followed == nil && t.State == "running":
			followed = make(chan struct{})
			go func() {
				defer close(followed)
				_ = l.session.Swarm.Logs(following, service, engine.LogQuery{Follow: true, Tail: -1}, l.print) // what is missing, rest gets
			}()
		}
		if session.Pause(l.session)(ctx, often/2); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// task is the task as it is, and the id of its service; nil: there is none yet.
func (l *listener) task(ctx context.Context) (*observed.Task, string, error) {
	seen, err := l.session.Swarm.Observe(ctx, l.session.Name, swarm.Look{Tasks: true, Nodes: true})
	if err != nil {
		return nil, "", err
	}
	i := slices.IndexFunc(seen.Services, func(s observed.Service) bool { return s.Name == l.name })
	if i < 0 {
		return nil, "", exit.Failure{Msg: "service " + l.name + " was removed before its task has ended"}
	}
	of := seen.Services[i]
	list := replicas(seen, []observed.Service{of})
	if len(list) == 0 {
		return nil, of.ID, nil
	}
	t := list[0].tasks[0]
	if onLostNode(seen, t) {
		return nil, "", exit.Failure{Msg: fmt.Sprintf("%s, and with it the task of %s", trouble(seen, t), l.name)}
	}
	if t.Err != "" && !t.Over() && t.Err != l.told {
		l.told = t.Err
		l.session.Note(l.name + " waits: " + t.Err)
	}
	return &t, of.ID, nil
}

// rest prints what the task wrote and was not printed yet. Lines of one task come in the same
// order each time.
func (l *listener) rest(ctx context.Context, service string) {
	before, n := l.printed, 0
	err := l.session.Swarm.Logs(ctx, service, engine.LogQuery{Tail: -1}, func(line swarm.LogLine) {
		if n++; n > before {
			l.print(line)
		}
	})
	if err != nil {
		l.session.Note("not all that was written could be read: " + err.Error())
	}
}

// print writes a line where the task has written it to.
func (l *listener) print(line swarm.LogLine) {
	o := l.session.View
	if line.Stderr {
		o.Out = o.Err
	}
	l.printed++
	if err := view.Bytes(o, []byte(line.Text+"\n")); err != nil && l.lost == nil {
		l.lost = err
	}
}

// result is how the task has ended.
func (l *listener) result(t observed.Task) error {
	if t.Err != "" && t.State != "complete" {
		if said := refusal.OfTask(errors.New(t.Err), refusal.Facts{"image": t.Image}); said.Kind != "" {
			return said // it was not begun
		}
	}
	switch {
	case t.ExitCode != 0:
		return exit.Of(t.ExitCode)
	case t.State == "complete":
		return nil
	case t.Err != "":
		return exit.Failure{Msg: fmt.Sprintf("%s could not be run: %s", l.name, t.Err)}
	}
	return exit.Failure{Msg: fmt.Sprintf("the task of %s has ended: %s", l.name, t.State)}
}
