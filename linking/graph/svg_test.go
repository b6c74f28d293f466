package graph

import (
	"fmt"
	"math"
	"testing"
)

// Every network has a colour of its own: of the first 28, which is more than a
// drawing can show, any two can be told apart.
func TestNoTwoNetworksHaveTheSameColour(t *testing.T) {
	const number, least = 28, 22
	for i := range number {
		for j := range i {
			if d := distance(colourOf(i), colourOf(j)); d < least {
				t.Errorf("networks %d and %d are %s and %s: %.0f apart", j, i, colourOf(j), colourOf(i), d)
			}
		}
	}
	var g Graph
	for i := range number {
		g.Networks = append(g.Networks, Network{Name: fmt.Sprint("n", i)})
	}
	seen := map[int]bool{}
	for _, n := range colours(g) {
		if seen[n] {
			t.Errorf("two networks have colour %d", n)
		}
		seen[n] = true
	}
}

// distance is how far two colours are apart in red, green and blue.
func distance(a, b string) float64 {
	var x, y [3]int
	fmt.Sscanf(a, "#%02x%02x%02x", &x[0], &x[1], &x[2])
	fmt.Sscanf(b, "#%02x%02x%02x", &y[0], &y[1], &y[2])
	sum := 0.0
	for i := range x {
		sum += math.Pow(float64(x[i]-y[i]), 2)
	}
	return math.Sqrt(sum)
}
