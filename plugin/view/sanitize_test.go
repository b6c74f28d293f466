package view

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Whatever a text is printed by, it is clean.
func TestNoTextIsPrintedAsItComes(t *testing.T) {
	const hostile = "a\x1b[5m\x1b]0;t\a\rb\u009bc\u202ed\u200b"
	task := plan.Task{Verb: plan.Recreate, Kind: hostile, Name: hostile}
	step := plan.Step{Task: task, Cause: hostile, Action: plan.StartContainer{Name: hostile}}
	frame := func(e plan.Event) func(Options) {
		return func(o Options) {
			tracker := newTracker(&plan.Plan{Steps: []plan.Step{step}}, planTask)
			tracker.event(plan.Event{Phase: plan.Begun, Step: step}, time.Time{})
			tracker.event(e, time.Time{})
			for _, r := range tracker.frame(500, 10, time.Time{}, false) {
				o.Out.Write([]byte(r.text + "\n"))
			}
		}
	}
	for name, print := range map[string]func(Options){
		"note":      func(o Options) { PrintNotes(o, []compose.Note{{Text: hostile}}) },
		"plan note": func(o Options) { printPlanNotes(o, &plan.Plan{Notes: []string{hostile}}, false) },
		"text":      func(o Options) { PrintText(o, hostile) },
		"lines":     func(o Options) { _ = Lines(o, hostile) },
		"cell": func(o Options) {
			o.Out.Write([]byte(cell(hostile) + cell([]string{hostile}) + cell(map[string]string{hostile: hostile})))
		},
		"steps": func(o Options) {
			_ = PrintPlan(o, "steps", &plan.Plan{Steps: []plan.Step{step}, Notes: []string{hostile}})
		},
		"tasks": func(o Options) {
			_ = PrintPlan(o, "tasks", &plan.Plan{Steps: []plan.Step{step}, Notes: []string{hostile}})
		},
		"running": frame(plan.Event{Phase: plan.Advanced, Step: step, Progress: plan.Progress{Text: hostile}}),
		"part":    frame(plan.Event{Phase: plan.Advanced, Step: step, Progress: plan.Progress{Part: hostile}}),
		"failed":  frame(plan.Event{Phase: plan.Failed, Step: step, Err: errors.New(hostile)}),
		"done":    frame(plan.Event{Phase: plan.Done, Step: step}),
		"mistake": func(o Options) {
			o.ErrIsTerminal, o.Color = true, "never"
			PrintError(o, &compose.Error{Pos: compose.Pos{File: hostile, Line: 1, Column: 1}, Msg: hostile, Hints: []string{hostile}})
		},
	} {
		var b bytes.Buffer
		print(Options{Out: &b, Err: &b, Source: func(string) ([]byte, error) { return []byte(hostile), nil }})
		if !strings.Contains(b.String(), "c?d?") {
			t.Errorf("%s: the text is not in %q", name, b.String())
		}
		if printable.Document(b.String()) != b.String() {
			t.Errorf("%s: got %q", name, b.String())
		}
	}
}
