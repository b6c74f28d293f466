package tasks

import (
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Unchecked says that check does not work in a swarm, and what tells as much.
func Unchecked() error {
	return exit.Failure{
		Msg:    "check tests from inside the containers of one engine, and those of a stack in a swarm are on several",
		Advice: []string{"to see who shares a network: docker stacklite graph --live", "for two services: docker stacklite can FROM TO"},
	}
}

// Refused says that a swarm can't do to services what a verb does to containers, and
// what can be typed in its place.
func Refused(verb string, services []string) error {
	var typed strings.Builder
	for _, s := range services {
		typed.WriteString(" " + view.ShellWord(s))
	}
	stop := "to stop them for now: docker stacklite stop" + typed.String()
	start := "to start again what is stopped: docker stacklite start" + typed.String()
	f := exit.Failure{Msg: fmt.Sprintf("a swarm can't %s the services of a stack: it only knows how many tasks they are to have", verb)}
	switch verb {
	case "kill":
		f.Msg = "a swarm sends no signals to the tasks of services"
		f.Advice = []string{stop, "to have others made in their place: docker stacklite restart" + typed.String()}
	case "unpause":
		f.Advice = []string{start}
	default:
		f.Advice = []string{stop, start}
	}
	return f
}
