package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The name of this program as a plugin of docker, which is the floor of a start.
const ownPlugin = "slbench"

// asPlugin is all that a plugin needs in order to be called by docker, and nothing
// else. It reports whether this was such a call.
func asPlugin(args []string) bool {
	if filepath.Base(args[0]) != "docker-"+ownPlugin {
		return false
	}
	if len(args) > 1 && args[1] == "docker-cli-plugin-metadata" {
		fmt.Println(`{"SchemaVersion":"0.1.0","Vendor":"bench","Version":"1","ShortDescription":"bench"}`)
	}
	return true
}

// startUps times the shortest command of each plugin, through docker, often enough
// for milliseconds to count.
func (s *stage) startUps(ctx context.Context, runs int) (row, error) {
	row := row{Stack: program, Work: startUp, By: map[string]measured{}}
	self, err := os.Executable()
	if err != nil {
		return row, err
	}
	plugins := filepath.Join(s.config, "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return row, err
	}
	words := map[string][]string{ours: {"docker", "stacklite", "version"}, theFloor: {"docker", ownPlugin}}
	files := map[string]string{"docker-stacklite": s.program, "docker-" + ownPlugin: self}
	for _, c := range s.contenders {
		if c.name == compose5 {
			words[compose5], files["docker-compose"] = []string{"docker", "compose", "version"}, c.words[0]
		}
	}
	for name, file := range files {
		if err := os.Symlink(file, filepath.Join(plugins, name)); err != nil {
			return row, err
		}
	}
	for round := range runs + 1 {
		for name, words := range words {
			var took []time.Duration
			for range 10 {
				one, err := run(ctx, s.dir, environment(s.config, "unix://"+s.socket), words)
				if err != nil {
					return row, err
				}
				took = append(took, one.took)
			}
			if round > 0 {
				m := row.By[name]
				m.Took = append(m.Took, medianTime(took))
				row.By[name] = m
			}
		}
	}
	return row, nil
}
