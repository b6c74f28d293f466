package plan

import "slices"

// draft is a plan that is being written. Steps are known by keys while the
// order in which they are found differs from the order in which they are done.
type draft struct {
	steps []draftStep
	index map[string]int // by key
	notes []string

	removed map[string]bool // ids of containers that handle removes
}

type draftStep struct {
	key   string
	step  Step
	after []string // keys; those that no step has are no matter
}

// add puts a step in. The keys in after may be of steps that come later or
// never: what has no step is already so.
func (d *draft) add(key string, task Task, cause string, action Action, after ...string) {
	if d.index == nil {
		d.index = map[string]int{}
	}
	if _, ok := d.index[key]; ok {
		return
	}
	d.index[key] = len(d.steps)
	d.steps = append(d.steps, draftStep{key: key, step: Step{Action: action, Cause: cause, Task: task}, after: after})
}

// wait makes the step of one key wait for those of others.
func (d *draft) wait(key string, after ...string) {
	if i, ok := d.index[key]; ok {
		d.steps[i].after = append(d.steps[i].after, after...)
	}
}

// plan puts the steps in an order in which each stands behind all that it
// waits for, and otherwise as they were added. A circle, which only labels
// written by different versions of a file can make, is broken where it was
// entered.
func (d *draft) plan() *Plan {
	p := &Plan{Notes: d.notes}
	const waiting, open = -1, -2
	place := make([]int, len(d.steps))
	for i := range place {
		place[i] = waiting
	}
	var put func(i int)
	put = func(i int) {
		place[i] = open
		var after []int
		for _, key := range d.steps[i].after {
			n, ok := d.index[key]
			if !ok || n == i {
				continue
			}
			if place[n] == waiting {
				put(n)
			}
			if place[n] != open {
				after = append(after, place[n])
			}
		}
		slices.Sort(after)
		s := d.steps[i].step
		s.After = slices.Compact(after)
		place[i] = len(p.Steps)
		p.Steps = append(p.Steps, s)
	}
	for i := range d.steps {
		if place[i] == waiting {
			put(i)
		}
	}
	gather(p)
	return p
}
