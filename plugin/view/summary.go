package view

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// longWork is how many tasks are summed up at their end: of fewer each line can be
// seen at once.
const longWork = 5

// WithSummary makes progress for people end with a line that counts what was done.
// That for programs, and the quiet kind, stay as they are.
func WithSummary(p Progress, o Options) Progress {
	switch p.(type) {
	case *tty, *plain:
		return &summary{Progress: p, o: o}
	}
	return p
}

// summary counts tasks.
type summary struct {
	Progress
	o       Options
	tracker *tracker
	begun   time.Time
}

func (s *summary) Start(p *plan.Plan) {
	s.tracker, s.begun = newTracker(p, planTask), s.o.now()
	s.Progress.Start(p)
}

func (s *summary) Event(e plan.Event) {
	s.tracker.event(e, s.o.now())
	s.Progress.Event(e)
}

func (s *summary) End() {
	s.Progress.End()
	if text := s.text(); text != "" {
		PrintFolded(s.o, text)
	}
}

// text counts the tasks that are done, by what was done to what: containers first,
// and then those that are not.
func (s *summary) text() string {
	type group struct{ verb, kind string }
	var order []group
	count := map[group]int{}
	ended := 0
	for _, kind := range append(shownKinds(), "") {
		for _, t := range s.tracker.tasks {
			if t.Kind != kind && (kind != "" || slices.Contains(shownKinds(), t.Kind)) || t.phase != plan.Done {
				continue
			}
			g := group{past(t.Verb), t.Kind}
			if count[g] == 0 {
				order = append(order, g)
			}
			count[g]++
			ended++
		}
	}
	failed, left := 0, 0
	for _, t := range s.tracker.tasks {
		switch {
		case t.phase == plan.Failed && !errors.Is(t.err, plan.ErrSkipped):
			failed++
		case t.phase != plan.Done:
			left++
		}
	}
	if ended+failed+left < longWork {
		return ""
	}
	var parts []string
	for _, g := range order {
		parts = append(parts, plural(count[g], g.kind)+" "+g.verb)
	}
	if failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", failed))
	}
	if left > 0 {
		parts = append(parts, fmt.Sprintf("%d not done", left))
	}
	return strings.Join(append(parts, span(s.o.now().Sub(s.begun))), ", ")
}

// shownKinds are the kinds of what tasks are about, in the order of the sum.
func shownKinds() []string { return []string{"container", "service", "network", "volume", "image"} }

// past turns create into created.
func past(v plan.Verb) string {
	switch v {
	case plan.Stop:
		return "stopped"
	case plan.Build:
		return "built"
	case plan.Wait:
		return "waited for"
	}
	return strings.TrimSuffix(string(v), "e") + "ed"
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// span is how long work took: 4.2 s, 12 s, 3m05s.
func span(d time.Duration) string {
	text := elapsed(d)
	if strings.Contains(text, "m") {
		return text
	}
	return strings.TrimSuffix(text, "s") + " s"
}
