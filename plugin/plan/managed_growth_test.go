package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// manyManaged is a stack of n services that the engine manages, with three links each to
// those before, and a network for each link.
func manyManaged(n int) plan.Want {
	r := rand.New(rand.NewPCG(1, 2))
	want := plan.Want{Project: "demo"}
	for i := range n {
		want.Services = append(want.Services, fmt.Sprintf("s%d", i))
		want.Managed = append(want.Managed, service(fmt.Sprintf("s%d", i), "a", 1, nil))
	}
	for i := 1; i < n; i++ {
		for range 3 {
			to, name := r.IntN(i), fmt.Sprintf("demo_n%d", len(want.Networks))
			want.Networks = append(want.Networks, plan.Network{Name: name, Settings: "s"})
			from := &want.Managed[i]
			from.After = append(from.After, want.Services[to])
			from.Attach = append(from.Attach, name)
			want.Managed[to].Attach = append(want.Managed[to].Attach, name)
		}
	}
	return want
}

func BenchmarkManaged(b *testing.B) {
	for _, n := range []int{100, 300, 1000} {
		want := manyManaged(n)
		have := asThere(want)
		for _, c := range []struct {
			name string
			goal plan.Goal
			have plan.Have
		}{
			{"make", plan.Goal{}, plan.Have{}},
			{"again", plan.Goal{}, have},
			{"update", plan.Goal{Recreate: plan.Always}, have},
			{"remove", plan.Goal{State: plan.Absent}, have},
		} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := plan.Make(c.goal, want, c.have); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
