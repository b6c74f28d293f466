package main

import (
	"slices"
	"time"
)

// How tables and goals call the programs.
const (
	theFloor    = "floor"
	ours        = "stack-lite"
	oursProject = "stack-lite --isolation project"
	compose1    = "docker-compose 1.29"
	compose5    = "docker compose 5"
)

// program is the name under which the start of the program itself is a stack.
const program = "program"

// startUp is its only work.
const startUp = "version, through docker"

// A report is what was measured: tables and goals are made from nothing else.
type report struct {
	Machine  []string        `json:"machine"`  // what it was measured on, in phrases
	Programs []string        `json:"programs"` // versions of what was compared
	Absent   []string        `json:"absent"`   // sentences: what was left out, and why
	Failed   []string        `json:"failed"`   // the same of what failed
	Rows     []row           `json:"rows"`
	Bare     []time.Duration `json:"bare"` // by round of the star: removing ten empty networks by the API
	Rounds   int             `json:"rounds"`
	Lasted   time.Duration   `json:"lasted"`
}

// A row is one work with one stack.
type row struct {
	Stack string              `json:"stack"`
	Work  string              `json:"work"`
	By    map[string]measured `json:"by"` // by program
}

// measured is what one program needed for one work.
type measured struct {
	Took  []time.Duration `json:"took"`  // by round
	Peak  int64           `json:"peak"`  // of memory, in bytes
	Calls int             `json:"calls"` // to the engine
}

// find gives what a program needed; false if it was not measured.
func (r report) find(stack, work, by string) (measured, bool) {
	for _, row := range r.Rows {
		if row.Stack == stack && row.Work == work {
			m, ok := row.By[by]
			return m, ok && len(m.Took) > 0
		}
	}
	return measured{}, false
}

// why says what is missing where something was not measured.
func (r report) why(stack, work string, programs ...string) string {
	for _, name := range programs {
		if _, ok := r.find(stack, work, name); !ok && slices.ContainsFunc(r.Rows, func(row row) bool { return row.Stack == stack && row.Work == work }) {
			return "without " + name
		}
	}
	return "without the stack " + stack
}
