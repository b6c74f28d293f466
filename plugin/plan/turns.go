package plan

import "slices"

// Replicas of one service that are replaced or restarted go in turn, so that the
// service answers meanwhile: at most a quarter of those that run are away at once, and at
// least one may be. The next ones leave when those before have run for a moment: a proxy
// that looks at the engine has to find these before it loses the others. Not half, because
// a proxy that has not looked yet tries one address after the other, for seconds each. Where one whose turn it is can't be started again, or
// ends at once, the next ones are not touched. Those that don't run go first: where they
// come up there are more, and where they don't the others are not touched either.
//
// All do go at once where something else has to be so: a network that is replaced is
// not there before the last of them has left the old one, and two may get each other's
// ports or data. And those that another tool made go one after the other, in the order
// that takeover.go has for them.

// turn is a replica that a plan takes away for a while, or that does not run and is
// started.
type turn struct {
	name    string
	leaves  []stepKey      // that take it away; none: it does not run
	back    stepKey        // that brings it, or the one that takes its place, back
	await   AwaitContainer // that it stays
	removes []stepKey      // of those whose place is taken
	next    []string       // those that leave after it is back, by name
}

// turns plans that replicas which are replaced or restarted go in turn.
func (r *reconciler) turns() {
	running, turns := map[string]int{}, map[string][]turn{}
	for _, d := range r.decisions {
		service := d.want.Service
		if d.serves() {
			running[service]++
		}
		if t, ok := r.turn(d); ok {
			turns[service] = append(turns[service], t)
		}
	}
	for _, d := range r.decisions {
		takeTurns(r.builder, turns[d.want.Service], running[d.want.Service])
		delete(turns, d.want.Service)
	}
}

// serves reports whether a container runs that serves on or is replaced.
func (d *decision) serves() bool {
	for _, h := range d.served() {
		if h.State == StateRunning {
			return true
		}
	}
	return false
}

// served gives the containers that there are of a replica.
func (d *decision) served() []*HaveContainer {
	all := append([]*HaveContainer{}, d.replace...)
	all = append(all, d.left...)
	if d.keep != nil {
		all = append(all, d.keep)
	}
	return all
}

// turn is how a replica is away for a while; false: it is not.
func (r *reconciler) turn(d *decision) (turn, bool) {
	t := turn{name: d.want.Name, back: startKey(d.want.Name), await: AwaitContainer{
		Container: d.address(), Name: d.want.Name, Service: d.want.Service, Stopped: r.stoppedFor(d)}}
	switch {
	case !r.builder.planned(t.back) || d.rolls:
		return turn{}, false
	case !d.serves():
		return t, true
	}
	if d.rejoins != "" {
		t.leaves = []stepKey{t.back}
		return t, true
	}
	for _, h := range d.served() {
		if r.builder.planned(stopKey(h.ID)) {
			t.leaves = append(t.leaves, stopKey(h.ID))
		}
		if r.outlasts(h, d) {
			t.removes = append(t.removes, removeKey(h.ID))
		}
	}
	return t, len(t.leaves) > 0
}

func (t turn) runs() bool { return len(t.leaves) > 0 }

// takeTurns has replicas of one service leave in turn, given how many of it run.
func takeTurns(b *builder, turns []turn, running int) {
	atOnce := max(1, running/4)
	if len(turns) <= atOnce {
		return
	}
	down := slices.DeleteFunc(slices.Clone(turns), turn.runs)
	turns = append(down, b.inOrder(slices.DeleteFunc(turns, func(t turn) bool { return !t.runs() }))...)
	for i := len(turns) - 1; i >= max(atOnce, len(down)); i-- {
		before, waits := &turns[i-atOnce], true
		for _, leave := range turns[i].leaves {
			waits = b.waitIfNoCircle(leave, need(before.back)) && waits
		}
		if waits {
			before.next = append([]string{turns[i].name}, turns[i].next...)
			b.follow(before.back, before.next)
			b.awaitTurn(*before, turns[i])
		}
	}
}

// awaitTurn has a replica leave only when one that is back is known to stay.
func (b *builder) awaitTurn(before, next turn) {
	key, await := awaitKey(before.name), before.await
	await.Next = before.next
	b.add(key, b.steps[b.index[before.back]].step.Task, "before the next one goes", await, need(before.back))
	for _, step := range slices.Concat(next.leaves, before.removes) {
		b.waitIfNoCircle(step, need(key))
	}
}

// follow notes on the step that brings a replica back which others run on as they are
// until then.
func (b *builder) follow(back stepKey, next []string) {
	if !b.planned(back) {
		return
	}
	step := &b.steps[b.index[back]].step
	switch a := step.Action.(type) {
	case StartContainer:
		a.Next = next
		step.Action = a
	case AwaitContainer:
		a.Next = next
		step.Action = a
	case RestartContainer:
		a.Next = next
		step.Action = a
	}
}

// inOrder puts first those that others wait for already: one may get the port of
// another.
func (b *builder) inOrder(turns []turn) []turn {
	before := make([][]bool, len(turns))
	for i, t := range turns {
		before[i] = b.before(t.back)
	}
	waits := func(i, j int) bool {
		for _, leave := range turns[j].leaves {
			if i != j && before[i][b.index[leave]] {
				return true
			}
		}
		return false
	}
	ordered, placed := make([]turn, 0, len(turns)), make([]bool, len(turns))
	for len(ordered) < len(turns) {
		next := -1
		for i := range turns {
			if placed[i] {
				continue
			}
			if next < 0 {
				next = i // where they wait for each other in a circle
			}
			free := true
			for j := range turns {
				free = free && (placed[j] || !waits(i, j))
			}
			if free {
				next = i
				break
			}
		}
		ordered, placed[next] = append(ordered, turns[next]), true
	}
	return ordered
}

// turns plans that replicas which are restarted go in turn.
func (p lifecyclePlan) turns(have Have) {
	running, turns := map[string]int{}, map[string][]turn{}
	for _, c := range have.Containers {
		key := restartKey(c.ID)
		t := turn{name: c.Name, back: key, await: AwaitContainer{Container: c.ID, Name: c.Name, Service: c.Service}}
		if c.State == StateRunning && !c.OneOff {
			running[c.Service]++
			t.leaves = []stepKey{key}
		}
		if p.builder.planned(key) {
			turns[c.Service] = append(turns[c.Service], t)
		}
	}
	for _, service := range have.Services() {
		takeTurns(p.builder, turns[service], running[service])
	}
}
