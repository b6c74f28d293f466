package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/morikuni/aec"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// row is one line of a frame.
type row struct {
	text  string // with colours
	width int    // in cells
}

// rowBuilder puts a row together and stops where the screen ends.
type rowBuilder struct {
	palette palette
	left    int // cells
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
// the order in which they did, never more rows than height and none wider than
// width. Where the plan has more tasks than that, a last row sums up; those
// that are done make room first, the failed ones last.
func (b *board) frame(width, height int, now time.Time, p palette) []row {
	width, height = max(width, 1), max(height, 1)
	shown, crowded := b.begun, len(b.jobs) > height
	if crowded {
		shown = choose(b.begun, height-1)
	}
	labels := b.labelWidth(width)
	var rows []row
	for _, j := range shown {
		r := &rowBuilder{palette: p, left: width}
		r.add(fmt.Sprintf("%-*s ... ", labels, label(j.task)), nil)
		j.state(r, now)
		rows = append(rows, r.row())
	}
	if crowded {
		r := &rowBuilder{palette: p, left: width}
		r.add(b.summary(), aec.Bold)
		rows = append(rows, r.row())
	}
	return rows
}

// choose leaves jobs out until room are left: done ones, then skipped ones,
// then those that run, the oldest first.
func choose(jobs []*job, room int) []*job {
	out := map[*job]bool{}
	for _, phase := range []plan.Phase{plan.Done, plan.Skipped, plan.Begun, plan.Failed} {
		for _, j := range jobs {
			if len(jobs)-len(out) > room && j.phase == phase {
				out[j] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return out[j] })
}

// labelWidth is how wide the column of labels is: as the widest of the plan,
// but at most half of the screen.
func (b *board) labelWidth(width int) int {
	widest := 0
	for _, j := range b.jobs {
		widest = max(widest, cells(label(j.task)))
	}
	return min(widest, width/2)
}

// state tells how far a job is: how long it runs and what it says, or how it
// ended.
func (j *job) state(r *rowBuilder, now time.Time) {
	end := j.ended
	switch j.phase {
	case plan.Begun:
		end = now
	case plan.Done:
		r.add("done", aec.GreenF)
	case plan.Failed:
		r.add("error", aec.RedF)
	default:
		r.add(j.outcome(), aec.YellowF)
	}
	if !j.begun.IsZero() {
		if j.phase != plan.Begun {
			r.add(" ", nil)
		}
		r.add(elapsed(end.Sub(j.begun)), aec.Faint)
	}
	if detail := j.detail(); detail != "" {
		r.add("  "+detail, aec.Faint)
	}
}

// detail is the rest of a job's row: what it says while it runs, why it
// failed, and why a container is replaced.
func (j *job) detail() string {
	switch j.phase {
	case plan.Begun:
		if current, total := j.bytes(); current > 0 && current < total {
			return units.HumanSize(float64(current)) + " of " + units.HumanSize(float64(total))
		}
		if j.text != "" {
			return clean(j.text)
		}
	case plan.Failed:
		if said := lines(j.err.Error()); len(said) > 0 {
			return clean(said[0])
		}
		return ""
	case plan.Skipped:
		return ""
	}
	if j.task.Verb == plan.Recreate {
		return clean(j.cause)
	}
	return ""
}

// summary counts: 12 done, 1 failed, 47 to go.
func (b *board) summary() string {
	count := map[plan.Phase]int{}
	for _, j := range b.jobs {
		count[j.phase]++
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
