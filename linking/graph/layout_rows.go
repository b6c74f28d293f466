package graph

import (
	"cmp"
	"slices"
)

// cell is what takes room in a row: a node, or the gap where an arrow that
// crosses several rows passes between nodes.
type cell struct {
	node ref // where edge is 0
	edge int // the index of the graph's edge that passes, plus 1
	row  int // where it passes
}

// assignRows returns the rows of the layout from above. Every node with an edge is
// in a row below the lowest of those that link to it, cycles aside; those
// without an edge have rows of their own at the end. In a row a cell is near
// what leads to it.
func assignRows(g Graph) [][]cell {
	depth := depths(g)
	var rows [][]cell
	put := func(row int, s cell) {
		for len(rows) <= row {
			rows = append(rows, nil)
		}
		rows[row] = append(rows[row], s)
	}
	var single []cell
	for _, n := range g.Nodes {
		if row, ok := depth[refOf(n)]; ok {
			put(row, cell{node: refOf(n)})
		} else {
			single = append(single, cell{node: refOf(n)})
		}
	}
	above := make(map[cell][]cell) // what leads to a cell from the row above
	ends := endsOf(g)
	for i, e := range g.Edges {
		from, to := ends(e)
		last := cell{node: from}
		for row := depth[from] + 1; row < depth[to]; row++ {
			pass := cell{edge: i + 1, row: row}
			put(row, pass)
			above[pass] = append(above[pass], last)
			last = pass
		}
		if depth[to] > depth[from] {
			above[cell{node: to}] = append(above[cell{node: to}], last)
		}
	}
	order(rows, above)
	return slices.AppendSeq(rows, slices.Chunk(single, 6))
}

// order sorts every row by the middle of what leads to each cell, from above
// down. Cells that nothing leads to stay where they are.
func order(rows [][]cell, above map[cell][]cell) {
	position := make(map[cell]int) // in thousandths of the row's width
	for _, row := range rows {
		at := func(i int) int { return 1000 * (i + 1) / (len(row) + 1) }
		want := make(map[cell]int, len(row))
		for i, s := range row {
			want[s] = at(i)
			if n := len(above[s]); n > 0 {
				sum := 0
				for _, a := range above[s] {
					sum += position[a]
				}
				want[s] = sum / n
			}
		}
		slices.SortStableFunc(row, func(a, b cell) int { return cmp.Compare(want[a], want[b]) })
		for i, s := range row {
			position[s] = at(i)
		}
	}
}

// depths returns the row of every node with an edge. An edge that closes a
// cycle, seen from the first node in file order, points up.
func depths(g Graph) map[ref]int {
	next := make(map[ref][]ref)
	linked := make(map[ref]bool)
	ends := endsOf(g)
	for _, e := range g.Edges {
		from, to := ends(e)
		next[from] = append(next[from], to)
		linked[from], linked[to] = true, true
	}
	done := make(map[ref]bool)  // false while it is being visited
	down := make(map[ref][]ref) // next without what closes a cycle
	var order []ref             // targets before what links to them
	var visit func(r ref)
	visit = func(r ref) {
		done[r] = false
		for _, to := range next[r] {
			if _, seen := done[to]; !seen {
				visit(to)
			}
			if done[to] {
				down[r] = append(down[r], to)
			}
		}
		done[r] = true
		order = append(order, r)
	}
	for _, n := range g.Nodes {
		if _, seen := done[refOf(n)]; linked[refOf(n)] && !seen {
			visit(refOf(n))
		}
	}
	depth := make(map[ref]int, len(order))
	for _, r := range slices.Backward(order) {
		depth[r] = max(depth[r], 0)
		for _, to := range down[r] {
			depth[to] = max(depth[to], depth[r]+1)
		}
	}
	return depth
}
