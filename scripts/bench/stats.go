package main

import (
	"slices"
	"time"
)

// A spread is the middle of some numbers, and the least and the greatest.
type spread struct{ median, min, max float64 }

// spreadOf sums up numbers; there has to be one.
func spreadOf(numbers []float64) spread {
	sorted := slices.Sorted(slices.Values(numbers))
	n := len(sorted)
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

func seconds(times []time.Duration) []float64 {
	var list []float64
	for _, t := range times {
		list = append(list, t.Seconds())
	}
	return list
}

// ratios divides what was measured in the same round: of a machine that is slower
// in some rounds nothing is left in them.
func ratios(of, by []time.Duration) []float64 {
	var list []float64
	for round := range min(len(of), len(by)) {
		list = append(list, of[round].Seconds()/by[round].Seconds())
	}
	return list
}

func medianTime(times []time.Duration) time.Duration {
	return time.Duration(spreadOf(seconds(times)).median * float64(time.Second))
}
