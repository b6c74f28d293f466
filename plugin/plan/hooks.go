package plan

import (
	"fmt"
	"slices"
)

// Files of today have commands run in a container, beside its program: post_start when it
// has started, pre_stop before it is stopped. An engine knows nothing of them, so each is
// a step: who waits for a start waits for the commands after it too, and a stop for those
// before it. One that fails holds them back.

// Hook is a command that is run in containers of a service, beside their program.
type Hook struct {
	Command    []string
	Env        []string // NAME=VALUE; NAME alone takes it away
	User       string   // empty: as the program
	Dir        string   // likewise
	Privileged bool
}

// Hooks are the commands of a service, in order.
type Hooks struct{ PostStart, PreStop []Hook }

// HookEvent is when a hook is run, in the word that files have for it.
type HookEvent string

const (
	PostStart HookEvent = "post_start"
	PreStop   HookEvent = "pre_stop"
)

// each gives the actions that run hooks in a container, in order, from one that is filled
// in but for the hook.
func (a RunHook) each(hooks []Hook) []RunHook {
	var all []RunHook
	for i, h := range hooks {
		a.Hook, a.Number = h, i
		all = append(all, a)
	}
	return all
}

// AfterStart gives the actions that run what is to be run in a one-off container when it
// has started. It may have ended by then.
func (h Hooks) AfterStart(container, service string) []RunHook {
	return RunHook{Container: container, Name: container, Service: service, Event: PostStart, MayEnd: true}.each(h.PostStart)
}

// runHooks has the hooks of services run after the starts and before the stops that are
// planned. It comes when these have all that they wait for.
func runHooks(b *builder, hooks map[string]Hooks, have Have) {
	h := hooking{builder: b, hooks: hooks, containers: map[string]*HaveContainer{}}
	for i := range have.Containers {
		h.containers[have.Containers[i].ID] = &have.Containers[i]
	}
	h.afterStarts()
	h.beforeStops()
}

type hooking struct {
	builder    *builder
	hooks      map[string]Hooks
	containers map[string]*HaveContainer // by id
}

// afterStarts plans what is run when containers have started.
func (h hooking) afterStarts() {
	b, planned, last := h.builder, h.builder.steps, map[stepKey]stepKey{}
	for _, s := range planned {
		of := RunHook{Event: PostStart}
		switch a := s.step.Action.(type) {
		case StartContainer:
			of.Container, of.Name, of.Service, of.Beside, of.Next = a.Container, a.Name, a.Service, a.Beside, a.Next
		case RestartContainer:
			of.Container, of.Name, of.Next = a.Container, a.Name, a.Next
			if c := h.containers[a.Container]; c != nil {
				of.Service = c.Service
			}
		}
		for _, a := range of.each(h.hooks[of.Service].PostStart) {
			before, key := s.key, hookKey(s.key, a)
			if a.Number > 0 {
				before = last[s.key]
			}
			b.add(key, s.step.Task, "it has started", a, need(before))
			last[s.key] = key
		}
	}
	for _, s := range planned {
		switch s.step.Action.(type) {
		case RemoveContainer, RenameContainer:
			continue // of the one whose place it has taken, whatever its hooks say
		}
		for _, w := range s.after {
			if key, ok := last[w.key]; ok {
				b.wait(s.key, need(key))
			}
		}
	}
}

// beforeStops plans what is run before containers are stopped. In one that is paused, or
// between two starts, nothing can be run.
func (h hooking) beforeStops() {
	b := h.builder
	for _, s := range b.steps {
		id := ""
		switch a := s.step.Action.(type) {
		case StopContainer:
			id = a.Container
		case RestartContainer:
			id = a.Container
		}
		c := h.containers[id]
		if c == nil {
			continue
		}
		hooks, known := h.hooks[c.Service]
		runs := c.State == StateRunning || c.State == StatePaused && b.planned(unpauseKey(id))
		switch {
		case !known && c.Fingerprint.Has(string(PreStop)) && runs:
			b.note("container %s is stopped without its %s, which only files with a service %s tell", c.Name, PreStop, c.Service)
		case len(hooks.PreStop) > 0 && c.State == StatePaused && !runs:
			b.note("container %s is paused: its %s is not run", c.Name, PreStop)
		case runs:
			of := RunHook{Container: id, Name: c.Name, Service: c.Service, Event: PreStop, MayEnd: true}
			after := slices.Clone(b.steps[b.index[s.key]].after)
			for _, a := range of.each(hooks.PreStop) {
				key := hookKey(s.key, a)
				b.add(key, s.step.Task, s.step.Cause, a, after...)
				after = []wait{need(key)}
			}
			if len(hooks.PreStop) > 0 {
				b.wait(s.key, after...)
			}
		}
	}
}

// hookKey is of a hook that is run after a step that starts a container, or before one
// that stops it.
func hookKey(of stepKey, a RunHook) stepKey {
	of.verb = keyVerb(fmt.Sprintf("%s[%d] at %s", a.Event, a.Number, of.verb))
	return of
}
