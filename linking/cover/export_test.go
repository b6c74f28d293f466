package cover

// FindRoughly is Find as for a graph that has too many maximal cliques.
func FindRoughly(g *Graph) [][]int {
	need := newEdgeIndex(len(g.near), g.Edges())
	var out [][]int
	for _, c := range need.trim(greedy(g, need.edges)) {
		out = append(out, vertices(c))
	}
	return out
}
