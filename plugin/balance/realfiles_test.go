package balance_test

import (
	"path/filepath"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/balance"
)

// Who reaches whom in real files stays as it is when all that publishes a fixed port
// gets a front, and each front reaches the service that it fronts, who uses the network
// of that one, and nobody else.
func TestFrontsOfRealFilesOpenNothing(t *testing.T) {
	fronts := 0
	for name, path := range realfiles.LayOut(t, "../..") {
		p, err := compose.Load(compose.Options{
			Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "p", SkipBuildCheck: true, Env: map[string]string{"HOME": "/root"},
		})
		if err != nil {
			continue // compose's to test
		}
		asked := balance.Asked{}
		for _, s := range p.Services {
			if balance.Fixed(s) && s.Net.Mode == compose.NetLinks {
				asked[s.Name] = balance.Ways()[0]
			}
		}
		out, err := balance.Expand(p, asked)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		before, after := graphOf(t, p), graphOf(t, out)
		for _, a := range out.Services {
			if a.Fronts != "" {
				fronts++
			}
			for _, b := range out.Services {
				var want bool
				switch {
				case a.Fronts != "" && b.Fronts != "":
					want = a == b
				case a.Fronts != "":
					want = a.Fronts == b.Name || sharesNetwork(p, b, a.Fronts) || b.Net.Mode == compose.NetHost
				case b.Fronts != "":
					continue
				default:
					want = before.Reaches(a.Name, b.Name)
				}
				if got := after.Reaches(a.Name, b.Name); got != want {
					t.Errorf("%s: %s reaches %s: %v, want %v", name, a.Name, b.Name, got, want)
				}
			}
		}
	}
	if fronts < 50 {
		t.Errorf("%d fronts: too few to say anything", fronts)
	}
}

func graphOf(t *testing.T, p *compose.Project) graph.Graph {
	t.Helper()
	top, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return graph.Of(p, top)
}

// sharesNetwork reports whether a service uses the network of another.
func sharesNetwork(p *compose.Project, s *compose.Service, of string) bool {
	for s != nil && s.Net.Mode == compose.NetService {
		if s.Net.Name == of {
			return true
		}
		s = p.Service(s.Net.Name)
	}
	return false
}
