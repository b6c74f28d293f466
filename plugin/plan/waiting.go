package plan

// waiting is which steps of a builder wait for which, by index, as far as those are in.
// It is kept up to date because it is asked for at every wait that may close a circle.
type waiting struct {
	after   [][]int           // of each step
	known   []int             // how many of the waits of each step are among these, or missing
	missing map[stepKey][]int // steps by what they wait for and is not in
	changed []int             // steps that have more waits than are known
}

// added takes in a step, which is the one of that index.
func (w *waiting) added(key stepKey, i int) {
	w.after, w.known = append(w.after, nil), append(w.known, 0)
	for _, n := range w.missing[key] {
		w.after[n] = append(w.after[n], i)
	}
	delete(w.missing, key)
	w.changed = append(w.changed, i)
}

// more takes in that a step has more waits.
func (w *waiting) more(i int) { w.changed = append(w.changed, i) }

// waits gives for each step those that it waits for.
func (b *builder) waits() [][]int {
	w := &b.waiting
	for _, i := range w.changed {
		for _, wait := range b.steps[i].after[w.known[i]:] {
			if n, ok := b.index[wait.key]; ok {
				w.after[i] = append(w.after[i], n)
				continue
			}
			if w.missing == nil {
				w.missing = map[stepKey][]int{}
			}
			w.missing[wait.key] = append(w.missing[wait.key], i)
		}
		w.known[i] = len(b.steps[i].after)
	}
	w.changed = w.changed[:0]
	return w.after
}

// waitsFor reports whether a step is another one or waits for it, maybe through others.
// It looks at none of those that are known not to; where it does not it adds to them.
func (b *builder) waitsFor(i, other int, clear []bool) bool {
	after, open, seen := b.waits(), []int{i}, []int{}
	for len(open) > 0 {
		i := open[len(open)-1]
		open = open[:len(open)-1]
		if i == other {
			for _, n := range seen {
				clear[n] = false
			}
			return true
		}
		if !clear[i] {
			clear[i], seen = true, append(seen, i)
			open = append(open, after[i]...)
		}
	}
	return false
}

// waitUnlessCircle makes the first of each two steps, which are in, wait for the
// second, as far as that does not wait for it. Where all can be so, which is looked at
// once, there is no need to look again for each.
func (b *builder) waitUnlessCircle(order [][2]stepKey) {
	more := map[int][]int{}
	for _, keys := range order {
		i := b.index[keys[0]]
		more[i] = append(more[i], b.index[keys[1]])
	}
	free := b.noCircle(more)
	for _, keys := range order {
		if free {
			b.wait(keys[0], need(keys[1]))
		} else {
			b.waitIfNoCircle(keys[0], need(keys[1]))
		}
	}
}

// noCircle reports whether no steps wait for each other in a circle, with more waits
// than there are.
func (b *builder) noCircle(more map[int][]int) bool {
	const open, done = 1, 2
	after, state := b.waits(), make([]int, len(b.steps))
	var visit func(i int) bool
	visit = func(i int) bool {
		state[i] = open
		for _, list := range [][]int{after[i], more[i]} {
			for _, n := range list {
				if state[n] == open || state[n] != done && !visit(n) {
					return false
				}
			}
		}
		state[i] = done
		return true
	}
	for i := range state {
		if state[i] != done && !visit(i) {
			return false
		}
	}
	return true
}

// before gives the steps, by index, that are done before one.
func (b *builder) before(key stepKey) []bool {
	after, found := b.waits(), make([]bool, len(b.steps))
	open := []int{b.index[key]}
	for len(open) > 0 {
		i := open[len(open)-1]
		open = open[:len(open)-1]
		for _, n := range after[i] {
			if !found[n] {
				found[n] = true
				open = append(open, n)
			}
		}
	}
	return found
}
