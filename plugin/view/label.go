package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// label describes a task as docker-compose 1.x did: Creating demo_web_1. It
// names the kind unless that is container or follows from the verb.
func label(t plan.Task) string {
	name := t.Name
	if t.Kind != "container" && t.Verb != plan.Pull && t.Verb != plan.Push && t.Verb != plan.Build {
		name = t.Kind + " " + name
	}
	return gerund(t.Verb) + " " + sanitize(name)
}

// Label is the task as progress shows it.
func Label(t plan.Task) string { return label(t) }

// gerund turns create into Creating.
func gerund(v plan.Verb) string {
	word := string(v)
	switch {
	case word == "":
		return ""
	case v == plan.Wait:
		return "Waiting for"
	case v == plan.Stop:
		word += "p"
	case strings.HasSuffix(word, "e"):
		word = strings.TrimSuffix(word, "e")
	}
	return strings.ToUpper(word[:1]) + word[1:] + "ing"
}

// elapsed formats a duration for people: 0.4s, 12s, 3m05s.
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
