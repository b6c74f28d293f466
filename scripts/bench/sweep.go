package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// project is that of stack-lite, and of the floor, which makes the same. The others
// have their own, so that what one of them leaves is in nobody's way.
const project = "slbench"

// projects are all: what is of them on the engine, the bench has made.
var projects = []string{project, project + "p", project + "c", project + "v"}

// A broom removes what is left on the engine.
type broom struct {
	stuck map[string]bool // names of networks that the engine does not remove; true: since this began
}

// sweep removes all containers and networks of the projects, and says how many these
// were. A network that can't be removed is an error once, and is left alone then:
// engines have been seen to count containers on it that are gone.
func (b *broom) sweep(ctx context.Context) (left int, err error) {
	containers, err := ask(ctx, "docker", "ps", "-a", "--format", `{{.ID}} {{.Label "com.docker.compose.project"}}`)
	if err != nil {
		return 0, err
	}
	var ids []string
	for line := range strings.Lines(containers) {
		if words := strings.Fields(line); len(words) == 2 && slices.Contains(projects, words[1]) {
			ids = append(ids, words[0])
		}
	}
	if len(ids) > 0 {
		if _, err := ask(ctx, append([]string{"docker", "rm", "-fv"}, ids...)...); err != nil {
			return len(ids), err
		}
	}
	networks, err := ask(ctx, "docker", "network", "ls", "--format", "{{.Name}}")
	if err != nil {
		return len(ids), err
	}
	removed := 0
	for _, name := range strings.Fields(networks) {
		of, _, _ := strings.Cut(name, "_")
		if !slices.Contains(projects, of) {
			continue
		}
		if _, stuck := b.stuck[name]; stuck {
			continue
		}
		removed++
		if _, failed := ask(ctx, "docker", "network", "rm", name); failed != nil && ctx.Err() == nil {
			b.stuck[name] = true
			err = fmt.Errorf("a network stays behind: %w", failed)
		}
	}
	return len(ids) + removed, err
}
