package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// contender is one of the programs that are compared.
type contender struct {
	name     string
	words    []string // the program, and what precedes all arguments
	project  string
	services bool   // reads files with "services" only
	version  string // of it, in words
}

// command is how it does a work, with files as stage.prepare calls them.
func (c contender) command(w work) []string {
	file := "v1"
	if c.services {
		file = "services"
	}
	if w.changed {
		file += "-changed"
	}
	return slices.Concat(c.words, []string{"-f", file + ".yml", "-p", c.project}, w.args)
}

// contenders finds what can be compared here, and says of the rest why it cannot.
func contenders(ctx context.Context, file string) ([]contender, []string, error) {
	own, err := ask(ctx, file, "--version")
	if err != nil {
		return nil, nil, err
	}
	list := []contender{
		{name: ours, words: []string{file}, project: projects[0], version: own},
		{name: oursProject, words: []string{file, "--isolation", "project"}, project: projects[1]},
	}
	var absent []string
	api, err := ask(ctx, "docker", "version", "--format", "{{.Server.APIVersion}}")
	if err != nil {
		return nil, nil, err
	}
	old, err := exec.LookPath("docker-compose")
	switch {
	case err != nil:
		absent = append(absent, "docker-compose 1.29 was left out: it is not installed.")
	case later(api, 45):
		absent = append(absent, "docker-compose 1.29 was left out: it can't work with an engine of API "+api+".")
	default:
		version, err := ask(ctx, old, "version", "--short")
		if err != nil {
			return nil, nil, err
		}
		list = append(list, contender{name: compose1, words: []string{old}, project: projects[2], version: "docker-compose " + version})
	}
	current := os.Getenv("STACKLITE_COMPOSE")
	if current == "" {
		return list, append(absent, "docker compose 5 was left out: STACKLITE_COMPOSE does not name it."), nil
	}
	if current, err = filepath.Abs(current); err != nil {
		return nil, nil, err
	}
	version, err := ask(ctx, current, "version", "--short")
	if err != nil {
		return nil, nil, err
	}
	return append(list, contender{name: compose5, words: []string{current}, project: projects[3], services: true, version: "docker compose " + version}), absent, nil
}

// later reports whether a version of the API is 1.MINOR or a later one.
func later(api string, minor int) bool {
	var n int
	_, err := fmt.Sscanf(api, "1.%d", &n)
	return err == nil && n >= minor
}

// environment is that of all programs: without settings of the user, on one engine.
func environment(config, host string) []string {
	kept := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "COMPOSE_") || strings.HasPrefix(v, "STACKLITE_") || strings.HasPrefix(v, "DOCKER_")
	})
	return append(kept, "DOCKER_CONFIG="+config, "DOCKER_HOST="+host)
}
