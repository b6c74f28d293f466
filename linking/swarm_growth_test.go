package linking_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// drawn are ways to draw the target of a link of one of n services.
var drawn = []struct {
	name string
	to   func(r *rand.Rand, n int) int
}{
	{"any", func(r *rand.Rand, n int) int { return r.IntN(n) }},
	{"few", func(r *rand.Rand, n int) int { return r.IntN(max(10, n/50)) }}, // one in fifty, as databases and queues are
}

// manyServices is a project of n services with so many links, whose targets are drawn. A
// third of the links has the name of the target, a third a name of its own, and a third
// one of ten that many have for different targets.
func manyServices(n, links int, draw func(r *rand.Rand, n int) int) *compose.Project {
	r := rand.New(rand.NewPCG(1, 2))
	p := &compose.Project{Name: "demo"}
	for i := range n {
		p.Services = append(p.Services, &compose.Service{Name: fmt.Sprintf("s%d", i), Image: "app"})
	}
	there := make(map[[2]int]bool)
	for len(there) < links {
		from, to := r.IntN(n), draw(r, n)
		if from == to || there[[2]int{from, to}] {
			continue
		}
		there[[2]int{from, to}] = true
		target := p.Services[to].Name
		names := []string{target, fmt.Sprintf("%s-for-%d", target, from), fmt.Sprintf("backend%d", r.IntN(10))}
		p.Services[from].Links = append(p.Services[from].Links, compose.Link{Target: target, Alias: names[r.IntN(len(names))]})
	}
	return p
}

func TestAThousandServicesInASwarmHaveANetworkForEachPairAtMost(t *testing.T) {
	for _, way := range drawn {
		p := manyServices(1000, 3000, way.to)
		topology, err := linking.Resolve(p, linking.Options{Swarm: true})
		if err != nil {
			t.Fatal(err)
		}
		pairs, linked := map[[2]string]bool{}, map[string]bool{}
		for _, e := range topology.Edges {
			pairs[[2]string{min(e.From, e.Owner), max(e.From, e.Owner)}] = true
			linked[e.From], linked[e.Owner] = true, true
		}
		together := map[[2]string]bool{}
		for _, n := range topology.Networks {
			for i, a := range n.Members {
				for _, b := range n.Members[i+1:] {
					together[[2]string{a, b}] = true
					if !pairs[[2]string{a, b}] {
						t.Fatalf("%s: %s and %s are not linked, and both on %s", way.name, a, b, n.Name)
					}
				}
			}
		}
		if len(together) != len(pairs) {
			t.Errorf("%s: %d pairs are linked, and %d share a network", way.name, len(pairs), len(together))
		}
		if most := len(pairs) + len(p.Services) - len(linked); len(topology.Networks) > most {
			t.Errorf("%s: %d networks, where %d would do", way.name, len(topology.Networks), most)
		}
	}
}

// BenchmarkSwarm shows how long it takes to work out what links mean in a swarm, and how
// many networks, attachments of services and networks of one service come out.
func BenchmarkSwarm(b *testing.B) {
	for _, way := range drawn {
		for _, n := range []int{100, 300, 1000, 3000} {
			p := manyServices(n, 3*n, way.to)
			b.Run(fmt.Sprintf("%s/%d", way.name, n), func(b *testing.B) {
				for b.Loop() {
					topology, err := linking.Resolve(p, linking.Options{Swarm: true})
					if err != nil {
						b.Fatal(err)
					}
					seats, most := 0, 0
					for _, s := range topology.Services {
						seats, most = seats+len(s.Endpoints), max(most, len(s.Endpoints))
					}
					b.ReportMetric(float64(len(topology.Networks)), "networks")
					b.ReportMetric(float64(seats), "attachments")
					b.ReportMetric(float64(most), "of-one")
				}
			})
		}
	}
}
