package main

import (
	"fmt"
	"io"
)

// A goal is a number that was measured and the most that it may be.
type goal struct {
	about    string
	measured float64 // 0 where something is missing
	most     float64
	unit     string // "×", "ms", "MB" or "calls"
	missing  string // what was not measured, so that nothing can be said
}

func (g goal) String() string {
	if g.missing != "" {
		return fmt.Sprintf("not measured: %s (%s)", g.about, g.missing)
	}
	verdict := "met"
	if g.measured > g.most {
		verdict = "MISSED"
	}
	digits := 2
	switch g.unit {
	case "ms", "MB":
		digits = 1
	case "calls":
		digits = 0
	}
	return fmt.Sprintf("%s: %s: %.*f %s, at most %.*f", verdict, g.about, digits, g.measured, g.unit, digits, g.most)
}

// goals writes what was to be reached and what was.
func goals(w io.Writer, r report) {
	fmt.Fprintf(w, "\nGoals, by median:\n\n")
	for _, g := range goalsOf(r) {
		fmt.Fprintln(w, "-", g)
	}
}

func goalsOf(r report) []goal {
	var list []goal
	for _, s := range []string{"flat", "star", "article", "chain", "replicas", "hundred"} {
		list = append(list, timesOf(r, s, up, ours, theFloor, 1.15))
	}
	list = append(list, timesOf(r, "flat", up, ours, compose5, 0.65), timesOf(r, "star", up, ours, compose5, 0.85))
	for _, row := range r.Rows {
		if row.Work == again {
			list = append(list, callsOf(r, row.Stack, 4), timesOf(r, row.Stack, again, ours, compose5, 0.5))
		}
	}
	list = append(list, timesOf(r, "one", scale, ours, theFloor, 1.15), downAndNetworks(r, 0.85), timesOf(r, "star", down, ours, compose5, 1))
	for _, row := range r.Rows {
		if row.Stack != program {
			list = append(list, timesOf(r, row.Stack, row.Work, oursProject, compose5, 1))
		}
	}
	return append(list, startOf(r, 30), memoryOf(r, 20))
}

// timesOf is a goal for one program's time by another's.
func timesOf(r report, stack, work, of, by string, most float64) goal {
	g := goal{about: fmt.Sprintf("%s, %s: %s by %s", stack, work, of, by), most: most, unit: "×"}
	a, ok := r.find(stack, work, of)
	b, also := r.find(stack, work, by)
	if !ok || !also {
		g.missing = r.why(stack, work, of, by)
		return g
	}
	g.measured = spreadOf(ratios(a.Took, b.Took)).median
	return g
}

// downAndNetworks compares with what the other would need if it had as many
// networks.
func downAndNetworks(r report, most float64) goal {
	g := goal{about: fmt.Sprintf("star, down: %s by %s and the bare removal of ten empty networks", ours, compose5), most: most, unit: "×"}
	a, ok := r.find("star", down, ours)
	b, also := r.find("star", down, compose5)
	if !ok || !also || len(r.Bare) == 0 {
		g.missing = r.why("star", down, ours, compose5)
		return g
	}
	n := min(len(b.Took), len(r.Bare))
	by := append(b.Took[:0:0], b.Took[:n]...)
	for round := range by {
		by[round] += r.Bare[round]
	}
	g.measured = spreadOf(ratios(a.Took, by)).median
	return g
}

func callsOf(r report, stack string, most int) goal {
	g := goal{about: stack + ", " + again + ": calls", most: float64(most), unit: "calls"}
	m, _ := r.find(stack, again, ours)
	g.measured = float64(m.Calls)
	return g
}

func startOf(r report, most float64) goal {
	g := goal{about: startUp, most: most, unit: "ms"}
	m, ok := r.find(program, startUp, ours)
	if !ok {
		g.missing = r.why(program, startUp, ours)
		return g
	}
	g.measured = spreadOf(seconds(m.Took)).median * 1000
	return g
}

func memoryOf(r report, most float64) goal {
	g := goal{about: "100 services: the most memory of up, ps, config and down", most: most, unit: "MB"}
	for _, row := range r.Rows {
		if m, ok := r.find("hundred", row.Work, ours); ok && row.Stack == "hundred" {
			g.measured = max(g.measured, float64(m.Peak)/1e6)
		}
	}
	if g.measured == 0 {
		g.missing = r.why("hundred", up, ours)
	}
	return g
}
