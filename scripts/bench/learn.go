package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// learn writes the calls that the floor is to make for a work: of those that the
// program made, the ones that change something. There is no file for a work that
// changes nothing.
func (m *match) learn(seen things, i int, w work, changes []exchange) error {
	calls := seen.recipe(changes)
	if len(calls) == 0 {
		return nil
	}
	text, err := json.Marshal(calls)
	if err != nil {
		return err
	}
	m.rows[i].By[theFloor] = measured{Calls: len(calls)}
	m.recipe[w.name] = filepath.Join(m.dir, strings.ReplaceAll(w.name, " ", "-")+".json")
	return os.WriteFile(m.recipe[w.name], text, 0o600)
}

// A width is how many calls are made at once, and how long a work took so.
type width struct {
	calls int
	took  time.Duration
}

// widths are those that the floor tries. Engines get slower by very many at once.
var widths = []int{4, 16, 256}

// practise has the floor do all works with each width, to find the best for each.
func (m *match) practise(ctx context.Context) error {
	for _, calls := range widths {
		for _, w := range worksOf(m.stack) {
			if m.recipe[w.name] == "" {
				continue
			}
			s, err := run(ctx, m.dir, environment(m.config, "unix://"+m.socket), m.floor(w, calls))
			if err != nil {
				return err
			}
			if best, ok := m.width[w.name]; !ok || s.took < best.took {
				m.width[w.name] = width{calls, s.took}
			}
			if err := m.agrees(ctx, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// floor is how this program is called to do a work as the floor.
func (m *match) floor(w work, width int) []string {
	return []string{m.self, "floor", m.socket, m.recipe[w.name], strconv.Itoa(width)}
}

// agrees asks the program whether what the floor has made is what it wants itself.
func (m *match) agrees(ctx context.Context, w work) error {
	if w.name == stop || w.name == down {
		return nil
	}
	w.args = append([]string{"plan", "--format", "json"}, m.stack.replicas...)
	words := contender{words: []string{m.program}, project: project}.command(w)
	for i, word := range words {
		if strings.HasSuffix(word, ".yml") {
			words[i] = filepath.Join(m.dir, word)
		}
	}
	said, err := ask(ctx, words...)
	if err != nil {
		return err
	}
	if !strings.Contains(said, `"steps": []`) {
		return fmt.Errorf("what the floor made is not what is wanted after %s:\n%s", w.name, said)
	}
	return nil
}
