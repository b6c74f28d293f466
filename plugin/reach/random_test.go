package reach_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

// The external networks and containers that random projects use.
var (
	otherNetworks   = []string{"lan", "wan"}
	otherContainers = []string{"box", "crate"}
)

// randomSketch writes a project of services with every kind of net, links with
// and without aliases, external links and discovery. Not all of it is allowed.
func randomSketch(r *rand.Rand) string {
	var text strings.Builder
	n := 2 + r.IntN(6)
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	service := func() string { return fmt.Sprintf("s%d", r.IntN(n)) }
	aliases := []string{"db", "DB", "s1", "S2", "cache.local"}
	alias := func() string {
		if r.IntN(2) == 0 {
			return ""
		}
		return ":" + pick(aliases)
	}
	for i := range n {
		words := []string{fmt.Sprintf("s%d", i)}
		shares := false
		switch r.IntN(12) {
		case 0:
			words = append(words, "net=host")
		case 1:
			words = append(words, "net=none")
		case 2, 3:
			if i > 0 {
				shares = true
				words = append(words, fmt.Sprintf("net=@s%d", r.IntN(i)))
			}
		case 4:
			shares = true
			words = append(words, "net=="+pick(otherContainers))
		case 5, 6:
			words = append(words, "net="+pick(otherNetworks))
		}
		for range r.IntN(3) {
			words = append(words, ">"+service()+alias())
		}
		if r.IntN(6) == 0 {
			words = append(words, "<"+pick(otherContainers)+alias())
		}
		if !shares && r.IntN(6) == 0 {
			words = append(words, "sock", fmt.Sprintf("%d:80", 8000+i))
		}
		if r.IntN(6) == 0 {
			words = append(words, "vhost")
		}
		text.WriteString(strings.Join(words, " ") + "\n")
	}
	return text.String()
}

// randomProjects calls test with a project of each seed whose links are allowed,
// and says which it is where test fails.
func randomProjects(t *testing.T, seeds uint64, test func(t *testing.T, r *rand.Rand, p *compose.Project, top *linking.Topology)) {
	t.Helper()
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 2))
		for {
			text := randomSketch(r)
			p := linkingtest.Sketch(t, text)
			o := linking.Options{NoDiscovery: r.IntN(4) == 0}
			if r.IntN(4) == 0 {
				o.Isolation = linking.ByProject
			}
			top, err := linking.Resolve(p, o)
			if err != nil {
				continue
			}
			test(t, r, p, top)
			if t.Failed() {
				t.Fatalf("seed %d, %+v:\n%s", seed, o, text)
			}
			break
		}
	}
}
