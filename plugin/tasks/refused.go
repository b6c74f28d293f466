package tasks

import "github.com/stack-lite/stack-lite/plugin/exit"

// Unwatched says that suggest does not watch tasks in a swarm, and what it does.
func Unwatched() error {
	return exit.Failure{
		Msg:    "suggest --live watches the containers of one engine, and those of a stack in a swarm are on several",
		Advice: []string{"what the files name: docker stacklite suggest", "or watch the stack where it runs on one engine, before it goes to the swarm"},
	}
}

// Unchecked says that check does not work in a swarm, and what tells as much.
func Unchecked() error {
	return exit.Failure{
		Msg:    "check tests from inside the containers of one engine, and those of a stack in a swarm are on several",
		Advice: []string{"to see who shares a network: docker stacklite graph --live", "for two services: docker stacklite can FROM TO"},
	}
}
