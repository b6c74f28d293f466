package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// table writes what was measured for README.
func table(w io.Writer, r report) {
	fmt.Fprintf(w, "Whole processes, in seconds: the median of %d rounds (replicas, hundred: %d), in which all take turns, and the least and the\n"+
		"greatest. Ratios are medians of the ratios of each round. The floor makes the calls that change something,\n"+
		"knows beforehand which they are, and waits for nothing that the result does not need.\n\n", r.Rounds, min(r.Rounds, 3))
	times(w, r)
	if len(r.Bare) > 0 {
		fmt.Fprintf(w, "\nThe removal of ten empty networks, all at once, by the API alone takes %s.\n", duration(measured{Took: r.Bare}))
	}
	fmt.Fprintf(w, "\nCalls to the engine, and the most memory that the program had, in MB:\n\n")
	counts(w, r)
	fmt.Fprintf(w, "\nMeasured in %.0f min on %s: %s.\n", max(r.Lasted.Minutes(), 1), strings.Join(r.Machine, ", "), strings.Join(r.Programs, ", "))
	for _, sentence := range slices.Concat(r.Absent, r.Failed) {
		fmt.Fprintln(w, sentence)
	}
}

func times(w io.Writer, r report) {
	line(w, "stack", "", ours, "÷ floor", "÷ "+compose1, "÷ "+compose5, "`--isolation project` ÷ "+compose5)
	line(w, "---", "---", "---:", "---:", "---:", "---:", "---:")
	for _, row := range r.Rows {
		line(w, row.Stack, row.Work, duration(row.By[ours]), ratio(row, ours, theFloor), ratio(row, ours, compose1),
			ratio(row, ours, compose5), ratio(row, oursProject, compose5))
	}
}

func counts(w io.Writer, r report) {
	programs := []string{ours, theFloor, oursProject, compose1, compose5}
	line(w, append([]string{"stack", ""}, programs...)...)
	line(w, "---", "---", "---:", "---:", "---:", "---:", "---:")
	for _, row := range r.Rows {
		if row.Stack == program {
			continue // docker, which has calls and memory of its own
		}
		cells := []string{row.Stack, row.Work}
		for _, name := range programs {
			cells = append(cells, count(row.By[name]))
		}
		line(w, cells...)
	}
}

func line(w io.Writer, cells ...string) {
	fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
}

func duration(m measured) string {
	if len(m.Took) == 0 {
		return "–"
	}
	s := spreadOf(seconds(m.Took))
	return fmt.Sprintf("%.3f (%.3f–%.3f)", s.median, s.min, s.max)
}

func ratio(row row, of, by string) string {
	list := ratios(row.By[of].Took, row.By[by].Took)
	if len(list) == 0 {
		return "–"
	}
	s := spreadOf(list)
	return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.min, s.max)
}

func count(m measured) string {
	if len(m.Took) == 0 {
		return "–"
	}
	return fmt.Sprintf("%d, %.0f MB", m.Calls, float64(m.Peak)/1e6)
}
