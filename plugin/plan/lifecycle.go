package plan

// lifecycle plans what is done to containers as they are: restart, kill, pause,
// unpause, and the removal of those that don't run. Networks are left alone but
// for those that were made for one-off containers, which are meant by Removed
// only.
func lifecycle(goal Goal, have Have) *Plan {
	p := lifecyclePlan{builder: &builder{}, goal: goal, removed: map[string]bool{}, restarts: map[string][]stepKey{}}
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
	orderStops(p.builder, have)
	if goal.State == Removed {
		networkRemoval{builder: p.builder, have: have, removed: p.removed}.oneOffs()
	}
	return p.builder.plan()
}

type lifecyclePlan struct {
	builder  *builder
	goal     Goal
	removed  map[string]bool      // ids of the containers that the plan removes
	restarts map[string][]stepKey // for Restarted, by service
}

// isMeant reports whether the goal is about a container.
func (p lifecyclePlan) isMeant(c HaveContainer) bool {
	return p.goal.wants(c.Service) && (!c.OneOff || p.goal.State == Removed) && c.State != StateRemoving
}

// container plans what is done to one container.
func (p lifecyclePlan) container(c HaveContainer) {
	switch p.goal.State {
	case Restarted:
		p.restart(c)
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
		}
	case Removed:
		p.remove(c)
	}
}

// restart plans to restart a container after those that it was started after.
// One that is paused is unpaused first: the engine would refuse to start it.
func (p lifecyclePlan) restart(c HaveContainer) {
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
	p.builder.add(restartKey(c.ID), task, "asked for", RestartContainer{Container: c.ID, Name: c.Name, Timeout: p.goal.Timeout}, after...)
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
