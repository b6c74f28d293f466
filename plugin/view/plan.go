package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// PrintPlan writes a plan to Options.Out in one of these formats:
//
//	tasks  a line for each task with its cause, and a count; the empty format is tasks too
//	steps  every step and the steps that it waits for: plan.Plan.Lines
//	json   one object with all steps
func PrintPlan(o Options, format string, p *plan.Plan) error {
	switch format {
	case "", "tasks":
		return printTasks(o, p)
	case "steps":
		lines := p.Lines()
		for i, l := range lines {
			lines[i] = again(l, o.Again)
		}
		return Lines(o, lines...)
	case "json":
		return printPlanJSON(o.Out, p)
	}
	return fmt.Errorf("a plan can be shown as tasks, steps or json, not as %q", format)
}

// taskSteps is a task with its steps.
type taskSteps struct {
	task  plan.Task
	steps []plan.Step
}

func byTask(p *plan.Plan) []taskSteps {
	var tasks []taskSteps
	at := make(map[plan.Task]int, len(p.Steps))
	for _, s := range p.Steps {
		i, known := at[s.Task]
		if !known {
			i = len(tasks)
			at[s.Task] = i
			tasks = append(tasks, taskSteps{task: s.Task})
		}
		tasks[i].steps = append(tasks[i].steps, s)
	}
	return tasks
}

func printTasks(o Options, p *plan.Plan) error {
	tasks := byTask(p)
	var b strings.Builder
	for _, t := range tasks {
		name := sanitize(fmt.Sprintf("%s %s %s", t.task.Verb, t.task.Kind, t.task.Name))
		if t.task.Verb != plan.Relink {
			fmt.Fprintf(&b, "%s\t%s\n", name, sanitize(t.steps[0].Cause))
			continue
		}
		// Each network that is attached or detached has its own cause.
		b.WriteString(name + "\n")
		for _, s := range t.steps {
			fmt.Fprintf(&b, "  %s\t%s\n", sanitize(s.Action.Words()), sanitize(s.Cause))
		}
	}
	text := fitted(b.String(), o.outWidth(), o.Prefix) + count(tasks) + "\n"
	for _, n := range p.Notes {
		lines := plan.NoteLines(n)
		lines[0] = "note: " + lines[0]
		for _, l := range lines {
			text += fold(sanitize(again(l, o.Again)), o.outWidth(), "  ") + "\n"
		}
	}
	_, err := io.WriteString(o.Out, text)
	return err
}

// count summarizes a plan: 3 to create, 1 to remove.
func count(tasks []taskSteps) string {
	var verbs []plan.Verb
	number := map[plan.Verb]int{}
	for _, t := range tasks {
		if number[t.task.Verb] == 0 {
			verbs = append(verbs, t.task.Verb)
		}
		number[t.task.Verb]++
	}
	if len(verbs) == 0 {
		return "nothing to do"
	}
	parts := make([]string, len(verbs))
	for i, v := range verbs {
		parts[i] = fmt.Sprintf("%d to %s", number[v], v)
	}
	return strings.Join(parts, ", ")
}

func printPlanJSON(w io.Writer, p *plan.Plan) error {
	type step struct {
		Step   int    `json:"step"` // from 1
		Verb   string `json:"verb"`
		Kind   string `json:"kind"`
		Name   string `json:"name"`
		Action string `json:"action"`
		Cause  string `json:"cause"`
		After  []int  `json:"after"` // numbers of steps
	}
	all := struct {
		Steps []step   `json:"steps"`
		Notes []string `json:"notes"`
	}{[]step{}, append([]string{}, p.Notes...)}
	for i, s := range p.Steps {
		after := []int{}
		for _, n := range s.After {
			after = append(after, n+1)
		}
		all.Steps = append(all.Steps, step{i + 1, string(s.Task.Verb), s.Task.Kind, s.Task.Name, s.Action.Words(), s.Cause, after})
	}
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
