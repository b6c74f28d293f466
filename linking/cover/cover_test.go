package cover_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking/cover"
)

// random returns a graph of n vertices in which percent of all pairs are
// neighbours.
func random(r *rand.Rand, n, percent int) *cover.Graph {
	g := cover.NewGraph(n)
	for a := range n {
		for b := range a {
			if r.IntN(100) < percent {
				g.Join(a, b)
			}
		}
	}
	return g
}

// check fails unless cliques is a cover of g as Find promises it, but for the
// count.
func check(t *testing.T, g *cover.Graph, cliques [][]int) {
	t.Helper()
	edges := g.Edges()
	if len(cliques) > len(edges) {
		t.Fatalf("%d cliques for %d edges", len(cliques), len(edges))
	}
	covered := make(map[cover.Edge]bool)
	for _, c := range cliques {
		if len(c) < 2 || !slices.IsSorted(c) || !g.IsClique(c) {
			t.Fatalf("%v is no sorted clique of two or more in %v", c, edges)
		}
		for i, a := range c {
			for _, b := range c[i+1:] {
				covered[cover.Edge{a, b}] = true
			}
		}
	}
	for _, e := range edges {
		if !covered[e] {
			t.Fatalf("edge %v of %v is in none of %v", e, edges, cliques)
		}
	}
	if !slices.IsSortedFunc(cliques, slices.Compare) {
		t.Fatalf("%v is not sorted", cliques)
	}
}

// members is the sum of the sizes.
func members(cliques [][]int) int {
	n := 0
	for _, c := range cliques {
		n += len(c)
	}
	return n
}

// exhaustive finds the least number of cliques and of members in as many by
// trying, for every edge, every clique that has it.
func exhaustive(g *cover.Graph, n int) (count, size int) {
	var cliques [][]int
	for bits := range 1 << n {
		var c []int
		for v := range n {
			if bits>>v&1 == 1 {
				c = append(c, v)
			}
		}
		if len(c) > 1 && g.IsClique(c) {
			cliques = append(cliques, c)
		}
	}
	edges := g.Edges()
	count, size = len(edges), 2*len(edges)
	var try func(chosen [][]int, total int)
	try = func(chosen [][]int, total int) {
		if len(chosen) > count || len(chosen) == count && total >= size {
			return
		}
		i := slices.IndexFunc(edges, func(e cover.Edge) bool { return !among(e, chosen) })
		if i < 0 {
			count, size = len(chosen), total
			return
		}
		for _, c := range cliques {
			if among(edges[i], [][]int{c}) {
				try(append(chosen, c), total+len(c))
			}
		}
	}
	try(nil, 0)
	return count, size
}

func among(e cover.Edge, cliques [][]int) bool {
	return slices.ContainsFunc(cliques, func(c []int) bool {
		return slices.Contains(c, e[0]) && slices.Contains(c, e[1])
	})
}

func compareWithExhaustive(t *testing.T, g *cover.Graph, n int) {
	t.Helper()
	got := cover.Find(g, nil)
	check(t, g, got)
	count, size := exhaustive(g, n)
	if len(got) != count || members(got) != size {
		t.Fatalf("%v covered by %v: %d cliques of %d members, but %d of %d are enough",
			g.Edges(), got, len(got), members(got), count, size)
	}
}

func TestEveryGraphOfFiveVerticesGetsTheFewestCliquesOfTheFewestMembers(t *testing.T) {
	for bits := range 1 << 10 {
		g, bit := cover.NewGraph(5), 0
		for a := range 5 {
			for b := range a {
				if bits>>bit&1 == 1 {
					g.Join(a, b)
				}
				bit++
			}
		}
		compareWithExhaustive(t, g, 5)
	}
}

func TestRandomGraphsOfSixAndSevenVerticesGetTheFewestToo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		compareWithExhaustive(t, random(r, 6, 20+r.IntN(80)), 6)
	}
	for range 40 {
		compareWithExhaustive(t, random(r, 7, 20+r.IntN(50)), 7)
	}
}

// In these graphs taking spare members out of maximal cliques one after the
// other ends with one member too many.
func TestMembersAreTheFewestWhereTrimmingIsNotEnough(t *testing.T) {
	for _, edges := range [][]cover.Edge{
		{{0, 1}, {0, 4}, {1, 4}, {1, 5}, {2, 3}, {2, 4}, {2, 5}, {3, 5}, {3, 6}, {4, 5}, {5, 6}},
		{{0, 2}, {0, 4}, {0, 5}, {0, 6}, {1, 2}, {1, 3}, {2, 3}, {2, 4}, {2, 5}, {3, 4}, {3, 5}, {4, 5}, {4, 6}, {5, 6}},
	} {
		g := cover.NewGraph(7)
		for _, e := range edges {
			g.Join(e[0], e[1])
		}
		compareWithExhaustive(t, g, 7)
	}
}

func TestLargerGraphsAreCoveredWhateverTheirDensity(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{8, 15, 30, 60} {
		for _, percent := range []int{3, 10, 30, 60, 90, 100} {
			g := random(r, n, percent)
			check(t, g, cover.Find(g, nil))
		}
	}
}

// A graph of twenty triples, where all but those of one triple are neighbours,
// has 3^20 maximal cliques: no enumeration ends.
func TestAGraphOfTooManyMaximalCliquesIsCoveredAllTheSame(t *testing.T) {
	g := multipartite(60, 3)
	got := cover.Find(g, nil)
	check(t, g, got)
	if len(got) > 100 {
		t.Errorf("%d cliques for %d edges, want some dozens", len(got), len(g.Edges()))
	}
}

// sparse returns a graph of n vertices with so many neighbours each on average.
func sparse(n, degree int) *cover.Graph {
	r := rand.New(rand.NewPCG(13, 14))
	g := cover.NewGraph(n)
	for range n * degree / 2 {
		g.Join(r.IntN(n), r.IntN(n))
	}
	return g
}

// star returns a graph in which vertex 0 is the only neighbour of all others.
func star(n int) *cover.Graph {
	g := cover.NewGraph(n)
	for v := range n {
		g.Join(0, v)
	}
	return g
}

// groups returns a graph of cliques, each of which has some vertices of the one
// before.
func groups(size, common, count int) *cover.Graph {
	g := cover.NewGraph(count * size)
	for k := range count {
		for a := range size {
			for b := range a {
				g.Join(k*(size-common)+a, k*(size-common)+b)
			}
		}
	}
	return g
}

// multipartite returns a graph of groups of vertices, where all but those of one
// group are neighbours.
func multipartite(n, group int) *cover.Graph {
	g := cover.NewGraph(n)
	for a := range n {
		for b := range a {
			if a/group != b/group {
				g.Join(a, b)
			}
		}
	}
	return g
}

// The fewest are known of these without a search, and they have more edges than
// the enumeration of cliques has steps.
func TestBigGraphsOfManySmallCliquesGetTheFewest(t *testing.T) {
	for name, c := range map[string]struct {
		graph *cover.Graph
		want  int
	}{
		"star":      {star(25_000), 24_999},
		"bipartite": {multipartite(300, 150), 22_500},
		"groups":    {groups(40, 10, 50), 50},
		"clique":    {groups(300, 0, 1), 1},
	} {
		got := cover.Find(c.graph, nil)
		check(t, c.graph, got)
		if len(got) != c.want {
			t.Errorf("%s: %d cliques, want %d", name, len(got), c.want)
		}
		if diff := cmp.Diff(got, cover.Find(c.graph, got)); diff != "" {
			t.Errorf("%s: a second time with what there is now, -first +second:\n%s", name, diff)
		}
	}
}

func TestWhatABigGraphHasStaysAsLongAsTheGraphIsTheSame(t *testing.T) {
	for name, g := range map[string]*cover.Graph{
		"sparse":       sparse(3000, 10),
		"dense":        random(rand.New(rand.NewPCG(15, 16)), 300, 90),
		"multipartite": multipartite(150, 3),
	} {
		got := cover.Find(g, nil)
		check(t, g, got)
		if diff := cmp.Diff(got, cover.Find(g, got)); diff != "" {
			t.Errorf("%s: -first +second:\n%s", name, diff)
		}
	}
}

func TestWellKnownGraphs(t *testing.T) {
	for _, c := range []struct {
		name  string
		edges []cover.Edge
		want  [][]int
	}{
		{"nothing", nil, [][]int{}},
		{"an edge", []cover.Edge{{0, 1}}, [][]int{{0, 1}}},
		{"a triangle", []cover.Edge{{0, 1}, {0, 2}, {1, 2}}, [][]int{{0, 1, 2}}},
		{"a square", []cover.Edge{{0, 1}, {1, 2}, {2, 3}, {0, 3}}, [][]int{{0, 1}, {0, 3}, {1, 2}, {2, 3}}},
		{"two triangles on one edge", []cover.Edge{{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 3}}, [][]int{{0, 1, 2}, {1, 2, 3}}},
		{
			// The triangle in the middle needs no clique of its own.
			"a triangle between three", []cover.Edge{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {1, 4}, {2, 4}, {0, 5}, {2, 5}},
			[][]int{{0, 1, 3}, {0, 2, 5}, {1, 2, 4}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := cover.NewGraph(6)
			for _, e := range c.edges {
				g.Join(e[0], e[1])
			}
			if diff := cmp.Diff(c.want, cover.Find(g, nil)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWhatIsKeptStaysAndTheRestIsCovered(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		n := 4 + r.IntN(8)
		before, now := random(r, n, 40), random(r, n, 40)
		kept := cover.Find(before, nil)
		got := cover.Find(now, kept)
		check(t, now, got)
		for _, k := range kept {
			stays := slices.ContainsFunc(got, func(c []int) bool { return slices.Equal(c, k) })
			if now.IsClique(k) && !stays {
				t.Fatalf("%v was a clique before and is one now, but is not in %v", k, got)
			}
		}
		if diff := cmp.Diff(got, cover.Find(now, got)); diff != "" {
			t.Fatalf("a second time with what there is now, -first +second:\n%s", diff)
		}
	}
}

func TestAChangingGraphNeverGetsMoreCliquesThanEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var have [][]int
	for range 2000 {
		g := random(r, 7, 20+r.IntN(80))
		next := cover.Find(g, have)
		check(t, g, next)
		if diff := cmp.Diff(next, cover.Find(g, next)); diff != "" {
			t.Fatalf("a second time with what there is now, -first +second:\n%s", diff)
		}
		have = next
	}
}

func TestOfCliquesThatCoverEachOtherTheSmallestIsDropped(t *testing.T) {
	g := cover.NewGraph(3)
	g.Join(0, 1)
	g.Join(0, 2)
	g.Join(1, 2)
	got := cover.Find(g, [][]int{{0, 1, 2}, {0, 1}, {0, 2}, {1, 2}, {2, 1}})
	check(t, g, got)
	if diff := cmp.Diff([][]int{{0, 1, 2}, {0, 2}, {1, 2}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{5, 0, 1, 1, 2, 0, 2}, []byte{0, 1, 2})
	f.Add([]byte{3, 0, 9}, []byte{7, 7, 255})
	f.Fuzz(func(t *testing.T, graph, kept []byte) {
		if len(graph) == 0 || len(graph) > 200 {
			return
		}
		n := int(graph[0])%40 + 1
		g := cover.NewGraph(n)
		for i := 1; i+1 < len(graph); i += 2 {
			g.Join(int(graph[i])%n, int(graph[i+1])%n)
		}
		var sets [][]int
		for set := range slices.Chunk(kept, 3) {
			var k []int
			for _, v := range set {
				k = append(k, int(v)-1)
			}
			sets = append(sets, k)
		}
		check(t, g, cover.Find(g, sets))
	})
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		for _, degree := range []int{2, 6} {
			g := random(rand.New(rand.NewPCG(7, 8)), n, max(1, 100*degree/n))
			b.Run(fmt.Sprintf("vertices=%d/degree=%d", n, degree), func(b *testing.B) {
				for b.Loop() {
					cover.Find(g, nil)
				}
			})
		}
	}
	for _, c := range []struct {
		name  string
		graph *cover.Graph
	}{
		{"vertices=40/dense", random(rand.New(rand.NewPCG(9, 10)), 40, 60)},
		{"vertices=300/clique", groups(300, 0, 1)},
		{"vertices=300/thirty percent", random(rand.New(rand.NewPCG(9, 10)), 300, 30)},
		{"vertices=300/ninety percent", random(rand.New(rand.NewPCG(9, 10)), 300, 90)},
		{"vertices=300/triples", multipartite(300, 3)},
		{"vertices=400/bipartite", multipartite(400, 200)},
		{"vertices=2000/groups", groups(40, 10, 50)},
		{"vertices=1000/half", random(rand.New(rand.NewPCG(9, 10)), 1000, 50)},
		{"vertices=5000/sparse", sparse(5000, 10)},
		{"vertices=10000/star", star(10_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				cover.Find(c.graph, nil)
			}
		})
	}
}
