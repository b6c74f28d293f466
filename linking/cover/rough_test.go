package cover_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/linking/cover"
)

// What graphs of too many maximal cliques get is compared with the fewest on graphs
// that are small enough to have these found.
func TestAGraphOfTooManyMaximalCliquesGetsNotManyMoreThanTheFewest(t *testing.T) {
	for _, c := range []struct {
		vertices, rounds, percent int
		more                      float64 // cliques for each of the fewest, at worst
		mean                      float64 // likewise, of all graphs together
	}{
		{vertices: 6, rounds: 1000, percent: 20, more: 1.25, mean: 1.001},
		{vertices: 7, rounds: 1000, percent: 20, more: 1.4, mean: 1.01},
		{vertices: 12, rounds: 500, percent: 10, more: 1.5, mean: 1.05},
		{vertices: 20, rounds: 50, percent: 10, more: 1.6, mean: 1.12},
	} {
		r := rand.New(rand.NewPCG(17, 18))
		worst, rough, fewest := 0.0, 0, 0
		for range c.rounds {
			g := random(r, c.vertices, c.percent+r.IntN(100-c.percent))
			got, least := cover.FindRoughly(g), len(cover.Find(g, nil))
			slices.SortFunc(got, slices.Compare)
			check(t, g, got)
			rough, fewest = rough+len(got), fewest+least
			worst = max(worst, float64(len(got))/float64(max(least, 1)))
		}
		mean := float64(rough) / float64(fewest)
		t.Logf("%d vertices: at worst %.2f for each of the fewest, %.3f of all", c.vertices, worst, mean)
		if worst > c.more || mean > c.mean {
			t.Errorf("%d vertices: at worst %.2f, want %.2f; of all %.3f, want %.3f", c.vertices, worst, c.more, mean, c.mean)
		}
	}
}
