package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// label names a task as docker-compose 1.x did: Creating demo_web_1. The kind
// is told where it isn't plain.
func label(t plan.Task) string {
	name := t.Name
	if t.Kind != "container" && t.Verb != plan.Pull && t.Verb != plan.Push && t.Verb != plan.Build {
		name = t.Kind + " " + name
	}
	return doing(t.Verb) + " " + clean(name)
}

// doing turns create into Creating.
func doing(v plan.Verb) string {
	word := string(v)
	switch {
	case word == "":
		return ""
	case v == plan.Stop:
		word += "p"
	case strings.HasSuffix(word, "e"):
		word = strings.TrimSuffix(word, "e")
	}
	return strings.ToUpper(word[:1]) + word[1:] + "ing"
}

// elapsed is a duration for people: 0.4s, 12s, 3m05s.
func elapsed(d time.Duration) string {
	switch {
	case d < 0:
		d = 0
		fallthrough
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Truncate(100*time.Millisecond).Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
}
