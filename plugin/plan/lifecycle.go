package plan

// lifecycle plans what is done to containers as they are: restart, kill, pause,
// unpause, and the removal of those that don't run. Networks are left alone.
// One-off containers are meant by Cleared only.
func lifecycle(goal Goal, have Have) *Plan {
	d := &draft{removed: map[string]bool{}}
	restarts := map[string][]string{} // keys, by service
	for _, c := range have.Containers {
		restarts[c.Service] = append(restarts[c.Service], "restart "+c.ID)
	}
	for _, c := range have.Containers {
		if !goal.wants(c.Service) || c.OneOff && goal.State != Removed || c.State == StateRemoving {
			continue
		}
		switch goal.State {
		case Restarted:
			d.restart(goal, c, restarts)
		case Killed:
			if c.State.Up() {
				d.add("kill "+c.ID, Task{Kill, "container", c.Name}, "asked for",
					KillContainer{Container: c.ID, Name: c.Name, Signal: goal.signal()})
			}
		case Paused:
			if c.State == StateRunning {
				d.add("pause "+c.ID, Task{Pause, "container", c.Name}, "asked for", PauseContainer{c.ID, c.Name})
			}
		case Unpaused:
			if c.State == StatePaused {
				d.add("unpause "+c.ID, Task{Unpause, "container", c.Name}, "asked for", UnpauseContainer{c.ID, c.Name})
			}
		case Removed:
			d.clear(goal, c)
		}
	}
	if goal.State == Removed {
		for _, n := range have.Networks {
			if n.For != "" {
				d.errand(n, have, d.removed)
			}
		}
	}
	return d.plan()
}

// restart plans to restart a container after those that it was started after.
// One that is paused is woken first: the engine would refuse to start it.
func (d *draft) restart(goal Goal, c HaveContainer, restarts map[string][]string) {
	task := Task{Restart, "container", c.Name}
	after := []string{"unpause " + c.ID}
	for _, service := range c.After {
		if service != c.Service {
			after = append(after, restarts[service]...)
		}
	}
	if c.State == StatePaused {
		d.add("unpause "+c.ID, task, "it is paused", UnpauseContainer{c.ID, c.Name})
	}
	d.add("restart "+c.ID, task, "asked for", RestartContainer{Container: c.ID, Name: c.Name, Timeout: goal.Timeout}, after...)
}

// clear plans to remove a container that does not run, or is stopped for it.
func (d *draft) clear(goal Goal, c HaveContainer) {
	task := Task{Remove, "container", c.Name}
	if c.State.Up() && !goal.Stop {
		return
	}
	d.removed[c.ID] = true
	if c.State.Up() {
		if !goal.Stop {
			return
		}
		d.add("stop "+c.ID, task, "asked for", StopContainer{Container: c.ID, Name: c.Name, Timeout: goal.Timeout})
	}
	d.add("remove "+c.ID, task, "asked for", RemoveContainer{Container: c.ID, Name: c.Name, Volumes: goal.Volumes}, "stop "+c.ID)
}

func (g Goal) signal() string {
	if g.Signal == "" {
		return "SIGKILL"
	}
	return g.Signal
}
