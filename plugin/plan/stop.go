package plan

// stop plans to stop containers or, for Absent, to remove them and then the
// networks of the stack. The order comes from the containers themselves: a
// container is stopped after those that were started after it.
func stop(goal Goal, want Want, have Have) *Plan {
	b := &builder{}
	startedAfter := map[string][]stepKey{} // stops of what was started after a service
	for _, c := range have.Containers {
		for _, service := range c.After {
			if goal.stops(c) && service != c.Service {
				startedAfter[service] = append(startedAfter[service], stopKey(c.ID))
			}
		}
	}
	verb := Stop
	if goal.State == Absent {
		verb = Remove
	}
	removed := map[string]bool{}
	for _, c := range have.Containers {
		if !goal.stopsOrRemoves(c) {
			continue
		}
		task := Task{verb, kindContainer, c.Name}
		if goal.stops(c) {
			planStop(b, c, task, "asked for", goal.Timeout, needs(startedAfter[c.Service])...)
		}
		if goal.State == Absent {
			removed[c.ID] = true
			planRemove(b, c, task, "asked for", goal.Volumes)
		}
	}
	runHooks(b, want.Hooks, have)
	drain(b, have, goal.Timeout)
	for _, ref := range goal.Images {
		if have.Images[ref] != "" {
			b.add(removeImageKey(ref), Task{Remove, kindImage, ref}, "asked for", RemoveImage{ref}, allRemoved(have, removed)...)
		}
	}
	for _, name := range goal.NamedVolumes {
		b.add(removeVolumeKey(name), Task{Remove, kindVolume, name}, "asked for", RemoveVolume{name}, allRemoved(have, removed)...)
	}
	if goal.State == Absent {
		removal := networkRemoval{builder: b, have: have, removed: removed}
		for _, n := range have.Networks {
			removal.remove(n, "asked for")
		}
	}
	return b.plan()
}

// orderStops has containers stopped after those that were started after them, of
// all that a plan stops: one whose target is gone may wait for it in vain.
func orderStops(b *builder, have Have) {
	byService := map[string][]stepKey{}
	for _, c := range have.Containers {
		if b.planned(stopKey(c.ID)) {
			byService[c.Service] = append(byService[c.Service], stopKey(c.ID))
		}
	}
	var order [][2]stepKey
	for _, consumer := range have.Containers {
		if !b.planned(stopKey(consumer.ID)) {
			continue
		}
		for _, service := range consumer.After {
			for _, target := range byService[service] {
				if service != consumer.Service {
					order = append(order, [2]stepKey{target, stopKey(consumer.ID)})
				}
			}
		}
	}
	b.waitUnlessCircle(order)
}

// stopsOrRemoves reports whether Stopped or Absent is about a container.
func (g Goal) stopsOrRemoves(c HaveContainer) bool {
	return g.wants(c.Service) && (!c.OneOff || g.State == Absent)
}

// stops reports whether Stopped or Absent stops a container.
func (g Goal) stops(c HaveContainer) bool { return g.stopsOrRemoves(c) && c.State.Up() }

// allRemoved waits for all containers that are removed, because any of them may
// use an image.
func allRemoved(have Have, removed map[string]bool) []wait {
	var after []wait
	for _, c := range have.Containers {
		if removed[c.ID] {
			after = append(after, need(removeKey(c.ID)))
		}
	}
	return after
}

// planStop plans to stop a container.
func planStop(b *builder, c HaveContainer, task Task, cause string, timeout *int, after ...wait) {
	b.add(stopKey(c.ID), task, cause, StopContainer{Container: c.ID, Name: c.Name, Timeout: timeout}, after...)
}

// planRemove plans to remove a container: one that runs after its stop, another
// one after what its stop would have waited for.
func planRemove(b *builder, c HaveContainer, task Task, cause string, volumes bool, after ...wait) {
	if c.State.Up() {
		after = []wait{need(stopKey(c.ID))}
	}
	b.add(removeKey(c.ID), task, cause, RemoveContainer{Container: c.ID, Name: c.Name, Volumes: volumes}, after...)
}
