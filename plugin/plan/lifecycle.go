package plan

import "strings"

// lifecycle plans what is done to containers as they are: restart, kill, pause,
// unpause, and the removal of those that don't run. Networks are left alone but
// for those that were made for one-off containers, which are meant by Removed
// only.
func lifecycle(goal Goal, want Want, have Have) *Plan {
	p := lifecyclePlan{builder: &builder{}, goal: goal, removed: map[string]bool{}, restarts: map[string][]stepKey{}}
	if goal.State == Restarted {
		p.leftovers = leftovers(have)
		if !goal.Alone {
			p.with = want.RestartWith
		}
	}
	for _, c := range have.Containers {
		if p.isMeant(c) {
			p.restarts[c.Service] = append(p.restarts[c.Service], restartKey(c.ID))
		}
	}
	for _, c := range have.Containers {
		if p.isMeant(c) {
			p.container(c)
		}
	}
	if goal.State == Restarted {
		p.rejoin(have)
		p.awaitRestarted(have)
		p.turns(have)
	}
	orderStops(p.builder, have)
	runHooks(p.builder, want.Hooks, have)
	drain(p.builder, have, goal.Timeout)
	if goal.State == Removed {
		networkRemoval{builder: p.builder, have: have, removed: p.removed}.oneOffs()
	}
	return p.builder.plan()
}

type lifecyclePlan struct {
	builder   *builder
	goal      Goal
	removed   map[string]bool      // ids of the containers that the plan removes
	restarts  map[string][]stepKey // for Restarted, by service
	leftovers map[string]bool      // for Restarted, by id
	with      map[string][]Awaited // for Restarted: as Want.RestartWith
}

// isMeant reports whether the goal is about a container.
func (p lifecyclePlan) isMeant(c HaveContainer) bool {
	return p.goal.wants(c.Service) && (!c.OneOff || p.goal.State == Removed) && c.State != StateRemoving && !p.leftovers[c.ID]
}

// leftovers gives the containers beside which another one serves as the same
// replica: what a replacement left that was cut off or failed. Of several that do
// not run, that is not one with a name that tells.
func leftovers(have Have) map[string]bool {
	type replica struct {
		service string
		number  int
	}
	serving := map[replica]HaveContainer{}
	rank := func(c HaveContainer) int {
		switch {
		case c.State.Up():
			return 2
		case LaterName(c.Name) == c.Name && !strings.HasPrefix(c.Name, c.ID[:min(12, len(c.ID))]+"_"):
			return 1
		}
		return 0
	}
	for _, c := range have.Containers {
		of := replica{c.Service, c.Number}
		if other, ok := serving[of]; !c.OneOff && (!ok || rank(c) > rank(other)) {
			serving[of] = c
		}
	}
	found := map[string]bool{}
	for _, c := range have.Containers {
		if best := serving[replica{c.Service, c.Number}]; !c.OneOff && best.ID != c.ID && !c.State.Up() {
			found[c.ID] = true
		}
	}
	return found
}

// container plans what is done to one container.
func (p lifecyclePlan) container(c HaveContainer) {
	switch p.goal.State {
	case Restarted:
		p.restart(c, "asked for")
	case Killed:
		if c.State.Up() {
			p.builder.add(killKey(c.ID), Task{Kill, kindContainer, c.Name}, "asked for",
				KillContainer{Container: c.ID, Name: c.Name, Signal: p.goal.signal()})
		}
	case Paused:
		if c.State == StateRunning {
			p.builder.add(pauseKey(c.ID), Task{Pause, kindContainer, c.Name}, "asked for", PauseContainer{c.ID, c.Name})
		}
	case Unpaused:
		if c.State == StatePaused {
			p.builder.add(unpauseKey(c.ID), Task{Unpause, kindContainer, c.Name}, "asked for", UnpauseContainer{c.ID, c.Name})
			p.rejoinUnpaused(c)
		}
	case Removed:
		p.remove(c)
	}
}

// restart plans to restart a container after those that it was started after.
// One that is paused is unpaused first: the engine would refuse to start it.
func (p lifecyclePlan) restart(c HaveContainer, cause string) {
	task := Task{Restart, kindContainer, c.Name}
	var after []wait
	if c.State == StatePaused {
		p.builder.add(unpauseKey(c.ID), task, "it is paused", UnpauseContainer{c.ID, c.Name})
		after = append(after, need(unpauseKey(c.ID)))
	}
	for _, service := range c.After {
		if service != c.Service {
			after = append(after, needs(p.restarts[service])...)
		}
	}
	for _, j := range c.Joined {
		after = append(after, ifPlanned(restartKey(j.Of)))
	}
	p.builder.add(restartKey(c.ID), task, cause, RestartContainer{Container: c.ID, Name: c.Name, Timeout: p.goal.Timeout}, after...)
}

// remove plans to remove a container that does not run, or is stopped for it.
func (p lifecyclePlan) remove(c HaveContainer) {
	task := Task{Remove, kindContainer, c.Name}
	if c.State.Up() {
		if !p.goal.Stop {
			return
		}
		planStop(p.builder, c, task, "asked for", p.goal.Timeout)
	}
	p.removed[c.ID] = true
	planRemove(p.builder, c, task, "asked for", p.goal.Volumes)
}

func (g Goal) signal() string {
	if g.Signal == "" {
		return "SIGKILL"
	}
	return g.Signal
}
