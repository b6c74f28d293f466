package plan

import (
	"errors"
	"fmt"
	"slices"
)

// builder collects the steps of a plan, in the order in which they are found,
// and puts them in the order in which they are done.
type builder struct {
	steps []builderStep
	index map[stepKey]int
	notes []string
	unmet []error // waits for steps that must be in and are not

	waiting waiting
}

type builderStep struct {
	key   stepKey
	step  Step
	after []wait
}

// wait is a step that another one comes after.
type wait struct {
	key      stepKey
	required bool
}

// need waits for a step that is certain to be in the plan.
func need(key stepKey) wait { return wait{key: key, required: true} }

// ifPlanned waits for a step that is left out where what it leads to is already
// so.
func ifPlanned(key stepKey) wait { return wait{key: key} }

// needs waits for several steps that are certain to be in the plan.
func needs(keys []stepKey) []wait {
	var all []wait
	for _, key := range keys {
		all = append(all, need(key))
	}
	return all
}

// add puts a step in, unless it is in already. What it waits for may be added
// later.
func (b *builder) add(key stepKey, task Task, cause string, action Action, after ...wait) {
	if b.planned(key) {
		return
	}
	if b.index == nil {
		b.index = map[stepKey]int{}
	}
	b.index[key] = len(b.steps)
	b.waiting.added(key, len(b.steps))
	b.steps = append(b.steps, builderStep{key, Step{Action: action, Cause: cause, Task: task}, after})
}

// wait makes a step that is in wait for more.
func (b *builder) wait(key stepKey, after ...wait) {
	i, ok := b.index[key]
	if !ok {
		b.unmet = append(b.unmet, fmt.Errorf("%q is to wait and is not planned", key))
		return
	}
	b.steps[i].after = append(b.steps[i].after, after...)
	b.waiting.more(i)
}

// waitIfNoCircle makes a step that is in wait for others that are in too, as far
// as these do not wait for it, and reports whether none of them does.
func (b *builder) waitIfNoCircle(key stepKey, after ...wait) bool {
	if !b.planned(key) {
		return true
	}
	none, of := true, b.index[key]
	clear := make([]bool, len(b.steps)) // steps that do not wait for it
	for _, w := range after {
		switch n, ok := b.index[w.key]; {
		case !ok:
		case b.waitsFor(n, of, clear):
			none = false
		default:
			b.wait(key, w)
		}
	}
	return none
}

// detachedBefore gives the steps that detach containers and that another step
// waits for; none where that is not in.
func (b *builder) detachedBefore(key stepKey) []stepKey {
	var keys []stepKey
	if i, ok := b.index[key]; ok {
		for _, w := range b.steps[i].after {
			if w.key.verb == disconnectStep && b.planned(w.key) {
				keys = append(keys, w.key)
			}
		}
	}
	return keys
}

// planned reports whether a step is in.
func (b *builder) planned(key stepKey) bool {
	_, ok := b.index[key]
	return ok
}

// note adds what the user should know beside the steps.
func (b *builder) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// plan puts the steps in an order in which each stands behind all that it
// waits for, and otherwise as they were added. A circle, which only labels
// written by different versions of a file can make, is broken where it was
// entered.
func (b *builder) plan() *Plan {
	p := &Plan{Notes: b.notes}
	const waiting, open = -1, -2
	place := make([]int, len(b.steps))
	for i := range place {
		place[i] = waiting
	}
	var put func(i int)
	put = func(i int) {
		place[i] = open
		var after []int
		for _, n := range b.waitsOf(i) {
			if place[n] == waiting {
				put(n)
			}
			if place[n] != open {
				after = append(after, place[n])
			}
		}
		slices.Sort(after)
		s := b.steps[i].step
		s.After = slices.Compact(after)
		place[i] = len(p.Steps)
		p.Steps = append(p.Steps, s)
	}
	for i := range b.steps {
		if place[i] == waiting {
			put(i)
		}
	}
	groupBuilds(p)
	if len(b.unmet) > 0 {
		p.unmet = fmt.Errorf("internal error, nothing was changed: %w", errors.Join(b.unmet...))
	}
	return p
}

// waitsOf gives the steps that one waits for, by index. A service may be
// started after itself as far as its labels say, so a step may name itself.
func (b *builder) waitsOf(i int) []int {
	var after []int
	for _, w := range b.steps[i].after {
		n, ok := b.index[w.key]
		switch {
		case ok && n != i:
			after = append(after, n)
		case !ok && w.required:
			b.unmet = append(b.unmet, fmt.Errorf("%q waits for %q, which is not planned", b.steps[i].key, w.key))
		}
	}
	return after
}
