package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/morikuni/aec"

	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// row is one line of a frame.
type row struct {
	text  string // with colours
	width int    // in cells
}

// rowBuilder builds a row that is no wider than the screen.
type rowBuilder struct {
	palette palette
	left    int // cells that are still free
	width   int
	b       strings.Builder
}

func (r *rowBuilder) add(s string, style aec.ANSI) {
	s = cut(s, r.left)
	n := cells(s)
	r.left -= n
	r.width += n
	r.b.WriteString(r.palette.paint(s, style))
}

func (r *rowBuilder) row() row { return row{r.b.String(), r.width} }

// frame is what the screen shows at one moment: the tasks that have begun, in
// the order in which they began. It has at most height rows, none wider than
// width. If the plan has more tasks than that, the last row is a summary, and
// tasks are left out: done ones first, failed ones last.
func (t *tracker) frame(width, height int, now time.Time, p palette) []row {
	width, height = max(width, 1), max(height, 1)
	shown, crowded := t.begun, len(t.tasks) > height
	if crowded {
		shown = choose(t.begun, height-1)
	}
	label, labels := t.labels(width)
	var rows []row
	for _, task := range shown {
		r := &rowBuilder{palette: p, left: width}
		r.add(padRight(cutMiddle(label(task.Task), labels), labels)+" ... ", nil)
		task.state(r, now)
		rows = append(rows, r.row())
	}
	if crowded {
		r := &rowBuilder{palette: p, left: width}
		r.add(t.summary(), aec.Bold)
		rows = append(rows, r.row())
	}
	return rows
}

// choose leaves out tasks until there is room for the rest: first done ones,
// then skipped, then running ones, always the oldest first.
func choose(tasks []*task, room int) []*task {
	out := map[*task]bool{}
	for _, phase := range []plan.Phase{plan.Done, plan.Skipped, plan.Begun, plan.Failed} {
		for _, t := range tasks {
			if len(tasks)-len(out) > room && t.phase == phase {
				out[t] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(tasks), func(t *task) bool { return out[t] })
}

// stateWidth is what the state of a task has beside its label, in cells.
const stateWidth = 20

// labels returns how tasks are called and the width of that column: that of the
// widest label in the plan, but what leaves room for the state. Where they are
// wider the project's prefix, which all share, is left out.
func (t *tracker) labels(width int) (func(plan.Task) string, int) {
	widest := func(of func(plan.Task) string) int {
		most := 0
		for _, task := range t.tasks {
			most = max(most, cells(of(task.Task)))
		}
		return most
	}
	room := max(width/2, width-stateWidth)
	if n := widest(label); n <= room || t.prefix == "" {
		return label, min(n, room)
	}
	short := func(task plan.Task) string { return withoutPrefix(label(task), t.prefix) }
	return short, min(widest(short), room)
}

// state adds a task's state to its row: for how long it has been running and
// what it is doing, or how it ended.
func (t *task) state(r *rowBuilder, now time.Time) {
	end := t.ended
	switch t.phase {
	case plan.Begun:
		end = now
	case plan.Done:
		r.add("done", aec.GreenF)
	case plan.Failed:
		r.add("error", aec.RedF)
	default:
		r.add(t.outcome(), aec.YellowF)
	}
	if !t.begun.IsZero() {
		if t.phase != plan.Begun {
			r.add(" ", nil)
		}
		r.add(elapsed(end.Sub(t.begun)), aec.Faint)
	}
	if detail := t.detail(); detail != "" {
		r.add("  "+detail, aec.Faint)
	}
}

// detail is the rest of a task's row: what it is doing, why it failed, or why a
// container is recreated.
func (t *task) detail() string {
	switch t.phase {
	case plan.Begun:
		if current, total := t.bytes(); current > 0 && current < total {
			return units.HumanSize(float64(current)) + " of " + units.HumanSize(float64(total))
		}
		if t.text != "" {
			return sanitize(t.text)
		}
	case plan.Failed:
		if message := lines(t.err.Error()); len(message) > 0 {
			return sanitize(refusal.Words(message[0])) // a row has room for few
		}
		return ""
	case plan.Skipped:
		return ""
	}
	if t.Verb == plan.Recreate {
		return sanitize(t.cause)
	}
	return ""
}

// summary counts the tasks: 12 done, 1 failed, 47 to go.
func (t *tracker) summary() string {
	count := map[plan.Phase]int{}
	for _, task := range t.tasks {
		count[task.phase]++
	}
	s := fmt.Sprintf("%d done", count[plan.Done])
	if n := count[plan.Failed]; n > 0 {
		s += fmt.Sprintf(", %d failed", n)
	}
	if n := count[plan.Skipped]; n > 0 {
		s += fmt.Sprintf(", %d skipped", n)
	}
	if n := count[plan.Begun] + count[""]; n > 0 {
		s += fmt.Sprintf(", %d to go", n)
	}
	return s
}
