package deployed_test

import (
	"fmt"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/deployed"
)

// BenchmarkWant makes a stack of a thousand services, each with three links, beside one
// that is there already.
func BenchmarkWant(b *testing.B) {
	const services = 1000
	p := &compose.Project{Name: "demo"}
	for i := range services {
		s := &compose.Service{Name: fmt.Sprintf("s%d", i), Image: "x", At: map[string]compose.Pos{}}
		for _, step := range []int{1, 7, 31} {
			if to := i + step; to < services {
				name := fmt.Sprintf("s%d", to)
				s.Links = append(s.Links, compose.Link{Target: name, Alias: name})
			}
		}
		p.Services = append(p.Services, s)
	}
	p.Index()
	in := deployed.Inputs{Project: p}
	var err error
	if in.Topology, err = linking.Resolve(p, linking.Options{Swarm: true}); err != nil {
		b.Fatal(err)
	}
	want, _, err := deployed.Want(in)
	if err != nil {
		b.Fatal(err)
	}
	in.Have = *made(want)
	for b.Loop() {
		if _, _, err := deployed.Want(in); err != nil {
			b.Fatal(err)
		}
		deployed.HaveOf(&in.Have, "demo")
	}
}
