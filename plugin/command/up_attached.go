package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/follow"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// attachFlags say how an up in the foreground shows the containers.
type attachFlags struct {
	log          view.LogOptions
	abort        bool
	exitCodeFrom string
	attach       []string
	noAttach     []string
	attachDeps   bool
}

func (f *attachFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.abort, "abort-on-container-exit", false, "stop all containers when one exits, and exit with its code")
	cmd.Flags().StringVar(&f.exitCodeFrom, "exit-code-from", "", "exit with the code of this service; implies --abort-on-container-exit")
	cmd.Flags().StringArrayVar(&f.attach, "attach", nil, "show only the output of this service; can be repeated")
	cmd.Flags().StringArrayVar(&f.noAttach, "no-attach", nil, "do not show the output of this service; can be repeated")
	cmd.Flags().BoolVar(&f.attachDeps, "attach-dependencies", false, "also show the output of services that the named ones link to")
	addLogStyle(cmd.Flags(), &f.log)
	cmd.Flags().BoolVar(&f.log.Timestamps, "timestamps", false, "show timestamps")
}

// aborts reports whether the first container that exits ends all.
func (f attachFlags) aborts() bool { return f.abort || f.exitCodeFrom != "" }

// attached is a flag that was given and is only for output that is followed; empty: none was.
func (f attachFlags) attached() string {
	switch {
	case f.exitCodeFrom != "":
		return "--exit-code-from"
	case f.abort:
		return "--abort-on-container-exit"
	case len(f.attach) > 0:
		return "--attach"
	case len(f.noAttach) > 0:
		return "--no-attach"
	case f.attachDeps:
		return "--attach-dependencies"
	}
	return ""
}

// readyFlags say whether up waits until the containers are ready.
type readyFlags struct {
	wait        bool
	waitTimeout int
}

func (f *readyFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.wait, "wait", false, "wait until containers are running and, if they have a health check, healthy; implies -d")
	cmd.Flags().IntVar(&f.waitTimeout, "wait-timeout", 0, "maximum number of seconds to wait (default no limit)")
}

// inForeground turns the flags into an up in the foreground: named are the
// services that the command line names, which Ctrl-C stops; none: all.
func (f upFlags) inForeground(s *session.Session, old *classic.Tool, named []string, goal plan.Goal) (*follow.Foreground, error) {
	var order func(a, b observed.Container) int
	if old != nil {
		f.log.Classic, f.log.Width = true, classic.LogWidth(s.Project)
		order = classic.Started(s.Project)
	}
	if old != nil && f.exitCodeFrom != "" && !f.abort {
		classic.Warn(s.View, "using --exit-code-from implies --abort-on-container-exit")
	}
	if old != nil && f.exitCodeFrom != "" && s.Project.Service(f.exitCodeFrom) == nil {
		s.Note(fmt.Sprintf("No service named %q was found in your compose file.", f.exitCodeFrom))
		return nil, exit.Status(2)
	}
	mentioned := slices.Concat(f.attach, f.noAttach)
	if f.exitCodeFrom != "" {
		mentioned = append(mentioned, f.exitCodeFrom)
	}
	if _, err := session.Chosen(s.Project, mentioned); err != nil {
		return nil, err
	}
	meant := named
	switch {
	case len(f.attach) > 0:
		meant = f.attach
	case f.attachDeps:
		meant = goal.Services
	}
	return &follow.Foreground{
		Engine: s.Engine, Claim: s.Claim, View: s.View, Log: f.log, Abort: f.aborts(), CodeFrom: f.exitCodeFrom, Order: order,
		Shown: func(service string) bool {
			svc := s.Project.Service(service)
			unwatched := len(f.attach) == 0 && svc != nil && svc.Spec != nil && svc.Spec.Unwatched
			return (len(meant) == 0 || slices.Contains(meant, service)) && !slices.Contains(f.noAttach, service) && !unwatched
		},
		Stop: func(ctx context.Context, target plan.Target) error {
			p, err := s.PlanTake(ctx, plan.Goal{State: target, Timeout: goal.Timeout}, named, false)
			if err != nil {
				return err
			}
			err = s.RunAmidLines(ctx, p)
			if target == plan.Stopped && old == nil {
				noteLeftRunning(ctx, s, named, goal.Services)
			}
			return err
		},
	}, nil
}

// noteLeftRunning says which services run on when those that the command line names
// are stopped: what these are linked to.
func noteLeftRunning(ctx context.Context, s *session.Session, named, brought []string) {
	if len(named) == 0 {
		return
	}
	list, err := s.Engine.Containers(ctx, s.Claim)
	if err != nil {
		return
	}
	var running []string
	for _, c := range list {
		if c.State.Up() && !c.OneOff && slices.Contains(brought, c.Service) && !slices.Contains(named, c.Service) && !slices.Contains(running, c.Service) {
			running = append(running, c.Service)
		}
	}
	if len(running) > 0 {
		names := strings.Join(running, " ")
		s.Note("still running: " + strings.Join(running, ", ") + "; to stop them too: docker stacklite stop " + names)
	}
}
