package plan

// A container that its restart policy starts again and again counts as running while
// it waits for its next start, and is on no network then: the engine refuses to
// detach it, and what it attaches meanwhile may stay on the network when the container
// is gone. People change links just when a container can't find what it needs. So
// it is stopped, attached and detached, and started.

// halt has the containers stopped that are restarting and whose networks the plan
// changes.
func (r *reconciler) halt() {
	for _, d := range r.decisions {
		if d.keep == nil || d.keep.State != StateRestarting {
			continue
		}
		if relinks := r.builder.relinks(d.keep.ID); len(relinks) > 0 {
			d.halts = true
			planStop(r.builder, *d.keep, d.relinkTask(), "it restarts again and again, and its networks can't be changed meanwhile", r.goal.Timeout)
			for _, key := range relinks {
				r.builder.wait(key, need(stopKey(d.keep.ID)))
			}
		}
	}
}

// relinks gives the steps that attach a container that exists, by its id, or detach it.
func (b *builder) relinks(id string) []stepKey {
	var keys []stepKey
	for _, s := range b.steps {
		switch a := s.step.Action.(type) {
		case Connect:
			if a.Container == id {
				keys = append(keys, s.key)
			}
		case Disconnect:
			if a.Container == id {
				keys = append(keys, s.key)
			}
		}
	}
	return keys
}
