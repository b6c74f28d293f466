package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

// TestReaches asks for every pair of nodes. Pairs that reach each other are
// written "a b"; no others do.
func TestReaches(t *testing.T) {
	for _, c := range []struct {
		name, services string
		options        linking.Options
		pairs          []string
	}{
		{
			name:     "links, in both directions and no further",
			services: "web >app\napp >db:database\ndb\ncron",
			pairs:    []string{"web app", "app db"},
		},
		{
			name:     "links in a triangle",
			services: "web >app >db\napp >db\ndb\nother >db",
			pairs:    []string{"web app", "web db", "app db", "db other"},
		},
		{
			name:     "services without links are isolated from each other",
			services: "a\nb\nc",
		},
		{
			name:     "everybody, by project",
			services: "a >b\nb\nc\nd net=none",
			options:  linking.Options{Isolation: linking.ByProject},
			pairs:    []string{"a b", "a c", "b c"},
		},
		{
			name:     "net: container:SERVICE reaches whom the service reaches",
			services: "web >app\napp >db\ndb\nbeside net=@app\ntop net=@beside",
			pairs:    []string{"web app", "app db", "app beside", "web beside", "beside db", "app top", "web top", "db top", "beside top"},
		},
		{
			name:     "net: host reaches all that have a network",
			services: "h1 net=host\nh2 net=host\na\nb\nn net=none\no net=others\nc net==box",
			pairs:    []string{"h1 h2", "h1 a", "h1 b", "h1 o", "h1 c", "h2 a", "h2 b", "h2 o", "h2 c"},
		},
		{
			name:     "net: container:SERVICE of one on the host's network",
			services: "h net=host\nbeside net=@h\na",
			pairs:    []string{"h beside", "h a", "beside a"},
		},
		{
			name:     "net: none reaches nobody",
			services: "n1 net=none\nn2 net=none\nbeside net=@n1\na",
			pairs:    []string{"n1 beside"},
		},
		{
			name:     "net: NAME reaches others with the same name, and links",
			services: "a net=others\nb net=others >db\nc net=else\ndb",
			pairs:    []string{"a b", "b db"},
		},
		{
			name:     "net: container:OTHER reaches who uses the same container",
			services: "a net==box\nb net==box\nc net==crate",
			pairs:    []string{"a b"},
		},
		{
			name:     "external containers are reached by those that link to them",
			services: "web <redis:cache <mysql\nworker <redis\ncron",
			pairs:    []string{"web redis", "web mysql", "worker redis"},
		},
		{
			name:     "an external container that is called like a service",
			services: "web <db\ndb",
			pairs:    []string{"web /db"},
		},
		{
			name:     "a discovery proxy reaches what it finds, on whichever network",
			services: "proxy net=shared sock 80:80\nsite net=shared vhost\nother vhost\ndb",
			pairs:    []string{"proxy site", "proxy other"},
		},
		{
			name:     "what discovery finds in other projects",
			services: "site vhost\ndb",
			options: linking.Options{Externals: []linking.External{
				{Name: "edge/proxy", Proxy: true, Allowed: []string{"site"}},
				{Name: "/nginx", Proxy: true, JoinedWith: []string{"site"}, Allowed: []string{"site"}},
				{Name: "/other", Proxy: true},
			}},
			pairs: []string{"site edge/proxy", "site nginx"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := linkingtest.Sketch(t, c.services)
			top, err := linking.Resolve(p, c.options)
			if err != nil {
				t.Fatal(err)
			}
			g := graph.Of(p, top)
			var names []string
			for _, n := range g.Nodes {
				if n.External && p.Service(n.Name) != nil {
					n.Name = linking.ExternalContainer(n.Name)
				}
				names = append(names, n.Name)
			}
			found := 0
			for i, a := range names {
				if !g.Reaches(a, a) {
					t.Errorf("%s does not reach itself", a)
				}
				for _, b := range names[:i] {
					want := slices.Contains(c.pairs, a+" "+b) || slices.Contains(c.pairs, b+" "+a)
					if got, back := g.Reaches(a, b), g.Reaches(b, a); got != want || back != want {
						t.Errorf("%s reaches %s: %v, the other way %v, want %v", a, b, got, back, want)
					}
					if want {
						found++
					}
				}
			}
			if found != len(c.pairs) {
				t.Errorf("%d pairs of %s are not among %s", len(c.pairs)-found, strings.Join(c.pairs, ", "), strings.Join(names, " "))
			}
		})
	}
}

func TestAnUnknownNameReachesItselfAndTheHost(t *testing.T) {
	p := linkingtest.Sketch(t, "web >db\ndb\nnobody net=none\nhost net=host\nc net==box")
	g := graph.Of(p, resolve(t, p))
	for name, want := range map[string]bool{"gone": true, "host": true, "web": false, "db": false, "nobody": false, "c": false, "lost": false, "": false} {
		if g.Reaches("gone", name) != want || g.Reaches(name, "gone") != want {
			t.Errorf("gone and %q: want %v", name, want)
		}
	}
	if !g.Reaches("box", "c") {
		t.Error("c does not reach the container whose network it uses")
	}
	circle := graph.Graph{Nodes: []graph.Node{{Name: "a", Net: "container:b"}, {Name: "b", Net: "container:a"}}}
	if !circle.Reaches("a", "a") || circle.Reaches("a", "web") {
		t.Error("a circle of network owners has no network")
	}
}

// BenchmarkReaches asks for every pair of services that link to the one before.
func BenchmarkReaches(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		g := graph.Graph{Networks: []graph.Network{}}
		for i := range n {
			name, before := fmt.Sprint("s", i), fmt.Sprint("s", i-1)
			g.Nodes = append(g.Nodes, graph.Node{Name: name})
			if i > 0 {
				g.Edges = append(g.Edges, graph.Edge{From: name, To: before, Kind: linking.LinkEdge, Network: before + "." + name})
				g.Networks = append(g.Networks, graph.Network{Name: before + "." + name, Kind: linking.Linked, Members: []string{before, name}})
			}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				reach, found := g.Reach(), 0
				for _, from := range g.Nodes {
					for _, to := range g.Nodes {
						if reach.Reaches(from.Name, to.Name) {
							found++
						}
					}
				}
				if found != 3*n-2 {
					b.Fatalf("%d pairs reach each other", found)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*n), "ns/pair")
		})
	}
}
