package desired_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// shapes are ways in which n services link to each other: whom each links to.
var shapes = []struct {
	name  string
	links func(r *rand.Rand, i, n int) []int
	sizes []int
}{
	{"none", func(*rand.Rand, int, int) []int { return nil }, []int{10, 100, 1000, 5000, 10_000}},
	{"chain", func(_ *rand.Rand, i, n int) []int { return upTo(i-1, i) }, []int{10, 100, 1000, 5000, 10_000}},
	{"star", func(_ *rand.Rand, i, n int) []int { return upTo(0, min(i, 1)) }, []int{10, 100, 1000, 5000, 10_000}},
	{"five", func(r *rand.Rand, i, n int) []int {
		var to []int
		for range 5 {
			if j := r.IntN(n); j != i {
				to = append(to, j)
			}
		}
		return to
	}, []int{10, 100, 1000, 5000}},
	{"clique", func(_ *rand.Rand, i, n int) []int { return append(upTo(0, i), upTo(i+1, n)...) }, []int{10, 100, 200, 300}},
}

// upTo returns the numbers from one on, 0 at least, to before another.
func upTo(from, to int) []int {
	var numbers []int
	for i := max(from, 0); i < to; i++ {
		numbers = append(numbers, i)
	}
	return numbers
}

// write writes a file of services that link to each other, and returns its folder.
func write(b *testing.B, links func(r *rand.Rand, i, n int) []int, n int) string {
	b.Helper()
	dir := b.TempDir()
	var file strings.Builder
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		fmt.Fprintf(&file, "s%d:\n  image: busybox\n  command: sleep 1000\n", i)
		for k, j := range links(r, i, n) {
			if k == 0 {
				file.WriteString("  links:\n")
			}
			fmt.Fprintf(&file, "    - s%d\n", j)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(file.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return dir
}

// running is the stack when all that is wanted is there and runs.
func running(want plan.Want) plan.Have {
	have := plan.Have{Images: map[string]string{}}
	for _, i := range want.Images {
		have.Images[i.Ref] = "id of " + i.Ref
	}
	for _, n := range want.Networks {
		have.Networks = append(have.Networks, plan.HaveNetwork{Name: n.Name, ID: "id of " + n.Name, Settings: n.Settings, Wiring: n.Wiring, Size: n.Size})
	}
	for _, c := range want.Containers {
		h := plan.HaveContainer{
			ID: "id of " + c.Name, Name: c.Name, Service: c.Service, Number: c.Number, Image: c.Image, ImageID: have.Images[c.Image],
			Fingerprint: c.Fingerprint, State: plan.StateRunning, After: c.After, LinkEnv: c.LinkEnv, Attached: map[string]string{},
		}
		for _, n := range c.Attach {
			h.Attached[n] = "id of " + n
		}
		have.Containers = append(have.Containers, h)
	}
	return have
}

// BenchmarkGrowth shows what a service costs in stacks of more and more of them: to
// read the file, to resolve its links, also where they are a swarm's, to plan the stack where nothing is there
// (plan), where all runs (again), and where all runs and is to be replaced
// (replace). make growth prints it as a table.
func BenchmarkGrowth(b *testing.B) {
	for _, shape := range shapes {
		for _, n := range shape.sizes {
			dir := write(b, shape.links, n)
			p, err := compose.Load(compose.Options{Dir: dir, ProjectName: "p"})
			if err != nil {
				b.Fatal(err)
			}
			planned := func(have plan.Have, goal plan.Goal) (plan.Want, *plan.Plan) {
				in := desired.Inputs{Project: p, Have: desired.Have{Have: have}, Scale: desired.KeepScale(p, have, nil)}
				if in.Topology, err = in.Resolve(); err != nil {
					b.Fatal(err)
				}
				want, err := in.Want()
				if err != nil {
					b.Fatal(err)
				}
				made, err := plan.Make(goal, want, have)
				if err != nil {
					b.Fatal(err)
				}
				return want, made
			}
			want, _ := planned(plan.Have{}, plan.Goal{})
			have := running(want)
			for _, stage := range []struct {
				name string
				do   func() error
			}{
				{"load", func() error {
					_, err := compose.Load(compose.Options{Dir: dir, ProjectName: "p"})
					return err
				}},
				{"resolve", func() error {
					_, err := linking.Resolve(p, linking.Options{})
					return err
				}},
				{"swarm", func() error {
					_, err := linking.Resolve(p, linking.Options{Swarm: true})
					return err
				}},
				{"plan", func() error {
					planned(plan.Have{}, plan.Goal{})
					return nil
				}},
				{"again", func() error {
					if _, made := planned(have, plan.Goal{}); !made.Empty() {
						return fmt.Errorf("there is something to do:\n%s", made)
					}
					return nil
				}},
				{"replace", func() error {
					planned(have, plan.Goal{Recreate: plan.Always})
					return nil
				}},
			} {
				b.Run(fmt.Sprintf("%s/%d/%s", shape.name, n, stage.name), func(b *testing.B) {
					for b.Loop() {
						if err := stage.do(); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/service")
				})
			}
		}
	}
}
