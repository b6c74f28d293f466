package main

import "slices"

// What is done with a stack, in this order, and how tables call it.
const (
	up     = "up from nothing"
	again  = "up, nothing to do"
	change = "up after one change"
	scale  = "scale 1 to 20"
	stop   = "stop"
	start  = "start"
	ps     = "ps"
	config = "config"
	down   = "down"
)

// A work is one run of a program.
type work struct {
	name     string
	args     []string // the same for all that are compared
	changed  bool     // reads the changed file: all that come after a change do
	repeated int      // how often in a round: what takes milliseconds, more often
}

// worksOf lists what is done with a stack.
func worksOf(s stack) []work {
	ups := slices.Concat([]string{"up", "-d"}, s.replicas)
	args := map[string][]string{
		up: ups, again: ups, change: ups, scale: {"scale", "s00=20"},
		stop: {"stop"}, start: {"start"}, ps: {"ps"}, config: {"config"}, down: {"down"},
	}
	var list []work
	after := false
	for _, name := range s.works {
		after = after || name == change
		w := work{name: name, args: args[name], changed: after, repeated: 1}
		if name == again || name == ps || name == config {
			w.repeated = 3
		}
		list = append(list, w)
	}
	return list
}
